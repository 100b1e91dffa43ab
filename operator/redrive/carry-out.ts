/**
 * Carries records out through their function's door, in stream order lane by lane: a lane's records are never under way twice at once, and
 * after one that is not settled the rest of its lane waits for another run.
 */
import { type Clock, sleep } from '../../shared/time/clock.ts';
import { type Door, EARLIER_UNSETTLED, MAX_REQUEST_BYTES, MAX_REQUEST_RECORDS } from './door.ts';
import type { DoorOutcome } from './door-answers.ts';
import { type Entry, type Result, settledWord } from './entry.ts';
import { inStreamOrder, workerOf } from './order.ts';
import { type Loaded, load } from './plan.ts';
import type { Spill } from './spill.ts';

export interface CarryOutPorts {
  readonly door: Door;
  readonly spill: Spill;
  readonly functionName: string;
  readonly clock: Clock;
  /** Ends it after the requests under way. */
  readonly signal: AbortSignal;
  /** Lanes are spread over so many workers. */
  readonly concurrency: number;
  readonly pace: Pace;
  readonly failures: Failures;
  /** Told of each request's records, in their order, once they have their results; the next request waits for it. */
  readonly onResults: (entries: readonly Entry[]) => Promise<void>;
}

/** Counts over all workers and processors, and says when it is enough. */
export interface Failures {
  /** No request holds more records than may still fail. */
  readonly most: number;
  count: number;
}

export async function carryOut(entries: readonly Entry[], ports: CarryOutPorts): Promise<void> {
  const { concurrency } = ports;
  const queues = Map.groupBy([...entries].sort(inStreamOrder), ({ position }) =>
    workerOf(position.lane, concurrency),
  );
  // One that fails ends the others after the requests under way: nothing goes on unwatched.
  const broken = new AbortController();
  const signal = AbortSignal.any([ports.signal, broken.signal]);
  const ended = await Promise.allSettled(
    [...queues.values()].map(async (queue) => {
      try {
        await work(queue, { ...ports, signal });
      } catch (error) {
        broken.abort();
        throw error;
      }
    }),
  );
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

async function work(queue: readonly Entry[], ports: CarryOutPorts): Promise<void> {
  const { door, functionName, signal, pace, failures, onResults } = ports;
  const blocked = new Map<string, Entry>();
  let next = 0;
  while (next < queue.length && !signal.aborted && failures.count < failures.most) {
    const heldBack: Entry[] = [];
    const batch: Loaded[] = [];
    let bytes = 0;
    const most = Math.min(MAX_REQUEST_RECORDS, pace.most, failures.most - failures.count);
    for (; next < queue.length && batch.length < most; next++) {
      const entry = queue[next];
      if (entry === undefined) break;
      if (blocked.has(entry.position.lane)) {
        entry.result = heldBackBy(blocked.get(entry.position.lane));
        heldBack.push(entry);
        continue;
      }
      if (batch.length > 0 && bytes + entry.bytes >= MAX_REQUEST_BYTES) break;
      batch.push({ ...(await load(entry, ports.spill)), lane: entry.position.lane });
      bytes += entry.bytes + 1;
    }
    if (heldBack.length > 0) await onResults(heldBack);
    if (batch.length === 0) continue;
    if (!(await pace.wait(batch.length, signal)) || failures.count >= failures.most) return;
    const outcomes = await door.carryOut(functionName, batch);
    batch.forEach(({ entry }, index) => {
      entry.result = resultOf(outcomes[index]);
      if (entry.result.settled) return;
      if (entry.result.word === 'failed') failures.count++;
      // Poison has left the order for good: nothing waits for it.
      if (outcomes[index]?.kind !== 'poison') blocked.set(entry.position.lane, entry);
    });
    await onResults(batch.map(({ entry }) => entry));
  }
}

function resultOf(outcome: DoorOutcome | undefined): Result {
  if (outcome === undefined) return { settled: false, word: 'failed', failure: { code: 'NO_ANSWER' } };
  const { kind, rule, failure = { code: 'NO_ANSWER' } } = outcome;
  if (failure.code === EARLIER_UNSETTLED) return { settled: false, word: 'held-back', failure };
  return kind === 'poison' || kind === 'transient'
    ? { settled: false, word: 'failed', failure }
    : { settled: true, word: settledWord(kind), ...(rule === undefined ? {} : { rule }) };
}

function heldBackBy(earlier: Entry | undefined): Result {
  const { eventId = 'without an id' } = earlier?.facts ?? {};
  return {
    settled: false,
    word: 'held-back',
    failure: { code: EARLIER_UNSETTLED, details: `waits for event ${eventId} of the same partition` },
  };
}

/** How fast records may go, over all workers. */
export interface Pace {
  /** Records in one request, so that a second's share is not sent at once. */
  readonly most: number;
  /** @returns false when the signal aborted first */
  wait(records: number, signal: AbortSignal): Promise<boolean>;
}

/** @param perSecond records; undefined for as fast as it goes */
export function paceOf(perSecond: number | undefined, clock: Clock): Pace {
  if (perSecond === undefined)
    return { most: Number.POSITIVE_INFINITY, wait: async (_, { aborted }) => !aborted };
  let freeAtMs = clock.now();
  return {
    most: Math.max(1, Math.floor(perSecond)),
    async wait(records, signal) {
      const atMs = Math.max(freeAtMs, clock.now());
      freeAtMs = atMs + (records * 1000) / perSecond;
      try {
        const waitMs = atMs - clock.now();
        if (waitMs > 0) await sleep(clock, waitMs, signal);
        return !signal.aborted;
      } catch {
        return false;
      }
    },
  };
}
