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
    return work.map(({ key, effect }) => {
      const seen = lookOf.get(key);
      return seen === undefined ? unjudged : verdictOf(effect, seen);
    });
  };
}

function verdictOf(own: CacheEffect, { desired, itemExists, found, atMs }: Look): Verdict {
  if (!desired.ok) return { kind: 'unresolvable', failure: desired.failure, passing: false };
  if (found.kind !== 'as-desired') return { kind: 'apply' };
  const other: Verdict = itemExists ? { kind: 'superseded' } : { kind: 'gone' };
  if (own.kind === 'current') return other;
  // The cache may hold nothing, and rightly, though by another state: that is what this one says too, or what it said is over.
  const isOver = !found.holds && entryParts(own, atMs).value === undefined;
  return isOver || isSameState(own, desired.effect) ? { kind: 'already-applied' } : other;
}
