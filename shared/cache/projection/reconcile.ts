/** Makes the cache equal to the item where order proves nothing: the stored version is read first, then the item, then written if that version still stands. */
import { canonicalJson } from '../../stream/canonical-json.ts';
import type { ProjectionOutcome } from '../../stream/latest-state.ts';
import type { BatchContext } from '../../stream/processor.ts';
import type { CacheEntry } from '../compare-and-set.ts';
import { type CacheEffect, type CacheState, type Desired, entryParts } from '../effect.ts';
import { compareAndSet } from '../run-script.ts';
import { type CacheProjection, type CacheWork, outcomeOf } from './target.ts';

/** Writes per item and pass. An item that is written so often has later events of its own, which will be heard. */
const MAX_ROUNDS = 3;

export interface Doubtful {
  readonly work: CacheWork;
  /** As stored, '' where there is none; read before the item is. */
  readonly version: string;
}

/**
 * The order of the two reads is the proof: the item is at least as new as any write that its version tells of, and whoever
 * writes after the version was read makes ours fail. What is written carries the later of the two positions, so that
 * every event after it is newer and every one before it is checked against the item again.
 *
 * @throws what reading the items or asking the cache throws; what is settled by then stands in `outcomes`
 */
export async function reconcile(
  projection: CacheProjection,
  doubtful: readonly Doubtful[],
  context: BatchContext,
  outcomes: Map<CacheWork, ProjectionOutcome>,
): Promise<void> {
  let cases = doubtful;
  for (let round = 0; round < MAX_ROUNDS && cases.length > 0; round++) {
    cases = await writeItems(projection, cases, context, outcomes);
  }
  for (const { work } of cases) {
    outcomes.set(work, { kind: 'transient', failure: { code: 'RECONCILE_CONTENDED' } });
  }
}

/** @returns the cases that met another writer, with the version that one left */
async function writeItems(
  projection: CacheProjection,
  cases: readonly Doubtful[],
  context: BatchContext,
  outcomes: Map<CacheWork, ProjectionOutcome>,
): Promise<readonly Doubtful[]> {
  const { redis, readItems, prefix, itemKey, desired } = projection;
  const { signal } = context.deadline;
  const items = await readItems(
    cases.map(({ work }) => itemKey(work.key)),
    signal,
  );
  const nowMs = context.clock.now();
  const wanted = items.map(desired);
  const entries = cases.map(({ work, version }, index): CacheEntry => {
    const { sequenceNumber } = work.change;
    const state = stateOf(wanted[index]);
    // The tombstone must outlive the record's own states too: it may come again.
    const seen = { ...state, ttlsSeen: [...work.effect.ttlsSeen, ...state.ttlsSeen] };
    return {
      key: prefix + work.key,
      condition: { kind: 'still', version },
      ...(sequenceNumber === undefined ? {} : { sequenceNumber }),
      ...entryParts(seen, nowMs),
    };
  });
  const results = await compareAndSet(redis, entries, signal);
  return cases.flatMap(({ work }, index) => {
    const result = results[index];
    if (result?.kind === 'conflict') return [{ work, version: result.version }];
    if (result?.kind === 'written')
      outcomes.set(work, came(work.effect, wanted[index], items[index] !== undefined));
    else if (result !== undefined) outcomes.set(work, outcomeOf(result));
    return [];
  });
}

const EVICT: CacheState = { kind: 'evict', ttlsSeen: [] };

/** An item that cannot be cached as it is now has a dead letter of its own; its reader finds it in the table. */
function stateOf(desired: Desired | undefined): CacheState {
  return desired?.ok ? desired.effect : EVICT;
}

/** The record's own end, by what the item turned out to be. */
function came(own: CacheEffect, wanted: Desired | undefined, itemExists: boolean): ProjectionOutcome {
  if (own.kind === 'current') {
    if (wanted?.ok === false) return { kind: 'poison', failure: wanted.failure };
    return itemExists ? { kind: 'applied' } : { kind: 'gone' };
  }
  if (isSameState(own, stateOf(wanted))) return { kind: 'applied' };
  return itemExists ? { kind: 'superseded' } : { kind: 'gone' };
}

export function isSameState(one: CacheState, other: CacheState): boolean {
  const text = (state: CacheState) =>
    canonicalJson(state.kind === 'hold' ? [state.ttl ?? null, state.value] : []);
  return text(one) === text(other);
}
