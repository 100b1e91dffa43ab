/** Says of failed records what carrying them out would come to for the cache. A value that should be there and is not is missing, whether it was never stored or evicted. */
import type { Plan } from '../../stream/processor.ts';
import { unjudged, type Verdict } from '../../stream/verdict.ts';
import { type CacheEffect, entryParts } from '../effect.ts';
import { type Look, look } from './look.ts';
import { isSameState } from './reconcile.ts';
import type { CacheProjection } from './target.ts';

export function cachePlan(projection: CacheProjection): Plan<CacheEffect> {
  return async (work, context) => {
    const keys = [...new Set(work.map(({ key }) => key))];
    const looks = await look(projection, keys, context);
    const lookOf = new Map(keys.map((key, index) => [key, looks[index]]));
    const nowMs = context.clock.now();
    return work.map(({ key, effect }) => {
      const seen = lookOf.get(key);
      return seen === undefined ? unjudged : verdictOf(effect, seen, nowMs);
    });
  };
}

function verdictOf(own: CacheEffect, { desired, itemExists, found }: Look, nowMs: number): Verdict {
  if (!desired.ok) return { kind: 'unresolvable', failure: desired.failure, passing: false };
  if (found.kind !== 'as-desired') return { kind: 'apply' };
  if (own.kind === 'current') return itemExists ? { kind: 'superseded' } : { kind: 'gone' };
  if (found.holds) {
    return isSameState(own, desired.effect) ? { kind: 'already-applied' } : { kind: 'superseded' };
  }
  // The cache holds nothing, and rightly: that is what this record says too, or what it said is over.
  if (entryParts(own, nowMs).value === undefined) return { kind: 'already-applied' };
  return itemExists ? { kind: 'superseded' } : { kind: 'gone' };
}
