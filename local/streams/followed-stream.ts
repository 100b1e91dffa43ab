/**
 * One table's stream and the mappings on it: hands every record to each mapping, remembers which writes they came from, and keeps
 * the position up to which all mappings are done.
 */
import { type Clock, sleep } from '../../shared/time/clock.ts';
import type { EventSourceMapping, MappingEvent } from '../event-source-mapping/index.ts';
import { itemKeyText } from '../feed/item-key.ts';
import type { StreamSummary } from '../report/summary.ts';
import type { WriteLatency, WriteTicket } from '../report/write-latency.ts';
import type { StreamFollower } from './stream-poller.ts';

export interface FollowedStream extends StreamFollower {
  /** What a mapping tells of itself; `mapping` as in `mappings`. */
  observe(mapping: number, event: MappingEvent): void;
  counts(): StreamSummary & {
    readonly failedInvocations: number;
    /** Given up without a letter: refused by the destination, no destination, or lost to the retention. */
    readonly lost: number;
  };
  backlog(): { readonly records: number; readonly oldestCreatedAtMs: number | undefined };
  /** When a record was last done with. */
  lastSettledMs(): number | undefined;
  /** By mapping and shard: up to where it is done. */
  checkpoints(): readonly Readonly<Record<string, string>>[];
}

export interface FollowedStreamOptions {
  readonly table: string;
  /** Filled in before the first record comes. */
  readonly mappings: readonly EventSourceMapping[];
  /** By mapping and shard: up to where it was done in an earlier run. */
  readonly resumeFrom: readonly Readonly<Record<string, string>>[];
  readonly latency: WriteLatency;
  readonly clock: Clock;
  /** Those that a mapping was not done with in an earlier run; `mapping` as in `mappings`. */
  readonly onRecords?: (mapping: number, records: readonly Record<string, unknown>[]) => void;
}

/** Records that may wait in the mappings before no more are read. */
const MOST_WAITING = 4_000;

interface Underway {
  readonly sequenceNumber: string | undefined;
  readonly ticket: WriteTicket | undefined;
}

export function followStream(options: FollowedStreamOptions): FollowedStream {
  const { table, mappings, resumeFrom, latency, clock } = options;
  /** By mapping and shard, in stream order: what is not done with. */
  const underway = resumeFrom.map(() => new Map<string, Underway[]>());
  let lastSettledMs: number | undefined;
  const totals = { records: 0, filtered: 0, givenUp: 0, failedInvocations: 0, lost: 0 };

  return {
    addShard(shard) {
      mappings.forEach((mapping, index) => {
        const checkpoint = resumeFrom[index]?.[shard.shardId];
        mapping.addShard({ ...shard, ...(checkpoint === undefined ? {} : { checkpoint }) });
        underway[index]?.set(shard.shardId, []);
      });
    },
    append(shardId, records) {
      totals.records += records.length;
      const entries = records.map((record): Underway & { record: Record<string, unknown> } => {
        const dynamodb = record['dynamodb'] as { SequenceNumber?: unknown; Keys?: unknown } | undefined;
        const number = dynamodb?.SequenceNumber;
        return {
          record,
          sequenceNumber: typeof number === 'string' ? number : undefined,
          ticket: latency.seen(itemKeyText(table, dynamodb?.Keys)),
        };
      });
      mappings.forEach((mapping, index) => {
        const after = resumeFrom[index]?.[shardId];
        const fresh = entries.filter(({ sequenceNumber }) => !isDone(sequenceNumber, after));
        underway[index]?.get(shardId)?.push(...fresh);
        const freshRecords = fresh.map(({ record }) => record);
        options.onRecords?.(index, freshRecords);
        mapping.append(shardId, freshRecords);
      });
    },
    closeShard(shardId) {
      for (const mapping of mappings) mapping.closeShard(shardId);
    },
    async ready() {
      while (mappings.some((mapping) => mapping.backlog().records > MOST_WAITING)) await sleep(clock, 20);
    },
    checkpoint(shardId) {
      const positions = mappings.flatMap((_, index) => resumeFrom[index]?.[shardId] ?? []);
      // One mapping that has done nothing yet needs all.
      if (positions.length < mappings.length) return undefined;
      return positions.reduce((least, position) => (BigInt(position) < BigInt(least) ? position : least));
    },
    observe(index, event) {
      switch (event.kind) {
        case 'filtered':
          totals.filtered++;
          return;
        case 'invoked':
          if (event.outcome !== 'success') totals.failedInvocations++;
          return;
        case 'discarded':
          totals.givenUp += event.sequenceNumbers.length;
          if (event.fate !== 'delivered') totals.lost += event.sequenceNumbers.length;
          return;
        case 'checkpoint':
          settle(underway[index]?.get(event.shardId) ?? [], event.sequenceNumber, index);
          return;
        case 'shard-done':
          return;
      }
    },
    counts: () => ({ ...totals, settled: totals.records - backlog().records }),
    backlog,
    lastSettledMs: () => lastSettledMs,
    checkpoints: () => mappings.map((mapping) => mapping.checkpoints()),
  };

  function backlog() {
    const backlogs = mappings.map((mapping) => mapping.backlog());
    const oldest = backlogs.flatMap(({ oldestCreatedAtMs }) => oldestCreatedAtMs ?? []);
    return {
      records: Math.max(0, ...backlogs.map(({ records }) => records)),
      oldestCreatedAtMs: oldest.length === 0 ? undefined : Math.min(...oldest),
    };
  }

  /** All up to and including the record of that number are done with. The first mapping's end counts as the record's. */
  function settle(records: Underway[], upTo: string | undefined, index: number): void {
    const last = records.findLastIndex(({ sequenceNumber }) => sequenceNumber === upTo);
    const done = records.splice(0, last + 1);
    if (index !== 0) return;
    const nowMs = clock.now();
    lastSettledMs = nowMs;
    for (const { ticket } of done) if (ticket !== undefined) latency.settled(ticket, nowMs);
  }
}

function isDone(sequenceNumber: string | undefined, upTo: string | undefined): boolean {
  if (sequenceNumber === undefined || upTo === undefined) return false;
  return BigInt(sequenceNumber) <= BigInt(upTo);
}
