/** Carries states into the cache so that a stale one never wins: fast path by stream position, everything doubtful by the item itself. */
import { untilSettled } from '../../stream/backoff.ts';
import { failureOf } from '../../stream/failure-of.ts';
import type { Project, ProjectionOutcome } from '../../stream/latest-state.ts';
import type { BatchContext, Work } from '../../stream/processor.ts';
import { type CacheEntry, versionKey } from '../compare-and-set.ts';
import { type CacheEffect, type CacheState, entryParts, RECENT_MS } from '../effect.ts';
import { accepted } from '../redis.ts';
import { compareAndSet } from '../run-script.ts';
import { type Doubtful, reconcile } from './reconcile.ts';
import { type CacheProjection, type CacheWork, outcomeOf } from './target.ts';

export function cacheProjection(projection: CacheProjection): Project<CacheEffect> {
  return (work, context) => untilSettled(work, context, (pending) => writeOnce(projection, pending, context));
}

/** One pass over what is pending. Whatever fails on the way leaves transient what it has not settled. */
async function writeOnce(
  projection: CacheProjection,
  pending: readonly CacheWork[],
  context: BatchContext,
): Promise<readonly ProjectionOutcome[]> {
  const outcomes = new Map<CacheWork, ProjectionOutcome>();
  let failure = { code: 'NO_ANSWER' };
  try {
    const fast = context.redriven ? [] : pending.filter(mayBeFast);
    const careful = context.redriven ? pending : pending.filter((work) => !mayBeFast(work));
    const conflicts = await writeFast(projection, fast, context, outcomes);
    const doubtful = [...conflicts, ...(await readVersions(projection, careful, context))];
    await reconcile(projection, doubtful, context, outcomes);
  } catch (error) {
    failure = failureOf(error);
  }
  return pending.map((work) => outcomes.get(work) ?? { kind: 'transient', failure });
}

/** What has a place in the order, and says itself what the cache should hold. */
function mayBeFast(work: CacheWork): work is Work<CacheState> {
  return work.change.sequenceNumber !== undefined && work.effect.kind !== 'current';
}

async function writeFast(
  { redis, prefix }: CacheProjection,
  fast: readonly Work<CacheState>[],
  context: BatchContext,
  outcomes: Map<CacheWork, ProjectionOutcome>,
): Promise<readonly Doubtful[]> {
  const nowMs = context.clock.now();
  const entries = fast.map(({ key, change, effect }): CacheEntry => {
    const isOld = change.createdAtMs === undefined || change.createdAtMs < nowMs - RECENT_MS;
    return {
      key: prefix + key,
      condition: { kind: isOld ? 'newer-than-stored' : 'newer' },
      sequenceNumber: change.sequenceNumber ?? '',
      ...entryParts(effect, nowMs),
    };
  });
  const results = await compareAndSet(redis, entries, context.deadline.signal);
  return fast.flatMap((work, index) => {
    const result = results[index];
    if (result?.kind === 'conflict') return [{ work, version: result.version }];
    if (result !== undefined) outcomes.set(work, outcomeOf(result));
    return [];
  });
}

/**
 * A redriven record is older than what is live, and one without a number has no place in the order: both begin with what is
 * stored. Even the record's own position there proves nothing: its value may have been evicted, and it may stand here for later
 * records of its key.
 */
async function readVersions(
  { redis, prefix }: CacheProjection,
  careful: readonly CacheWork[],
  context: BatchContext,
): Promise<readonly Doubtful[]> {
  if (careful.length === 0) return [];
  const keys = careful.map(({ key }) => versionKey(prefix + key));
  const [reply] = await redis.send([['MGET', ...keys]], context.deadline.signal);
  const versions = accepted(reply);
  return careful.map((work, index) => {
    const version = String((Array.isArray(versions) ? versions[index] : undefined) ?? '');
    return { work, version };
  });
}
