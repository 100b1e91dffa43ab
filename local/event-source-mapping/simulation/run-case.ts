/** Runs a case on a virtual clock, however long it would have taken, and writes down what a recording on AWS would show. */
import { createHash } from 'node:crypto';
import { sleep } from '../../../shared/time/clock.ts';
import { VirtualClock } from '../../virtual-clock.ts';
import {
  createEventSourceMapping,
  type EventCounts,
  type EventSourceMapping,
  type MappingEvent,
} from '../index.ts';
import type { Case } from './case.ts';
import { scriptedFunction } from './scripted-function.ts';

type Invoked = Extract<MappingEvent, { kind: 'invoked' }>;

export interface Transcript {
  readonly invocations: readonly {
    readonly requestId: string;
    readonly atMs: number;
    readonly shardId: string;
    readonly sequenceNumbers: readonly (string | null)[];
    readonly outcome: Invoked['outcome'];
  }[];
  readonly onFailure: readonly {
    readonly atMs: number;
    readonly destination: string;
    readonly body: unknown;
    readonly key?: string;
  }[];
  readonly filtered: readonly (string | null)[];
  readonly checkpoints: Readonly<Record<string, string>>;
}

export async function runCase(
  theCase: Case,
): Promise<{ readonly transcript: Transcript; readonly metrics: Readonly<EventCounts> }> {
  const { epochMs, mapping, parameters } = theCase;
  const agenda = agendaOf(theCase);
  const clock = new VirtualClock(epochMs + Math.min(0, agenda[0]?.atMs ?? 0));
  const invocations: Transcript['invocations'][number][] = [];
  const onFailure: Transcript['onFailure'][number][] = [];
  const filtered: (string | null)[] = [];
  const esm = createEventSourceMapping({
    mapping,
    parameters,
    clock,
    ids: countedUuids(),
    invoke: scriptedFunction(theCase.rules, theCase.durationMs, clock),
    onFailure: async ({ destination, body, key }) => {
      const at = { atMs: clock.now() - epochMs, destination, body: JSON.parse(body) as unknown };
      onFailure.push(key === undefined ? at : { ...at, key });
    },
    observe(event) {
      if (event.kind === 'filtered') filtered.push(event.sequenceNumber ?? null);
      if (event.kind !== 'invoked') return;
      invocations.push({
        requestId: event.requestId,
        atMs: event.atMs - epochMs,
        shardId: event.shardId,
        sequenceNumbers: event.sequenceNumbers.map((number) => number ?? null),
        outcome: event.outcome,
      });
    },
  });
  for (const shard of theCase.shards) esm.addShard(shard);
  await clock.runUntil(carryOut());
  esm.stop();
  return {
    transcript: { invocations, onFailure, filtered, checkpoints: esm.checkpoints() },
    metrics: esm.metrics(),
  };

  async function carryOut(): Promise<void> {
    for (const entry of agenda) {
      const waitMs = epochMs + entry.atMs - clock.now();
      if (waitMs > 0) await sleep(clock, waitMs);
      entry.act(esm);
    }
    await esm.whenIdle();
  }
}

interface Entry {
  readonly atMs: number;
  readonly act: (mapping: EventSourceMapping) => void;
}

/**
 * All that happens from outside, in time order. At one instant the mapping is enabled first, so that LATEST skips only what came
 * before. A shard keeps the order in which its records are listed: none arrives before the one in front of it.
 */
function agendaOf({ shards, enabledAtMs }: Case): readonly Entry[] {
  const entries: Entry[] = [];
  if (enabledAtMs !== undefined) entries.push({ atMs: enabledAtMs, act: (mapping) => mapping.enable() });
  for (const { shardId, records } of shards) {
    let latestMs = Number.NEGATIVE_INFINITY;
    for (const { atMs, event } of records) {
      latestMs = Math.max(latestMs, atMs);
      entries.push({ atMs: latestMs, act: (mapping) => mapping.append(shardId, [event]) });
    }
    const closesAtMs = records.length === 0 ? 0 : latestMs;
    entries.push({ atMs: closesAtMs, act: (mapping) => mapping.closeShard(shardId) });
  }
  return entries.sort((a, b) => a.atMs - b.atMs);
}

/** UUIDs that are the same in every run, so that a case always gives the same transcript. */
function countedUuids(): () => string {
  let count = 0;
  return () => {
    const hex = createHash('sha256').update(`${count++}`).digest('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  };
}
