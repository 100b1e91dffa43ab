/** analysis-results → cache: what a change of the results table means for the cache, and how it gets there. */
import { ANALYSIS_PREFIX } from '../../shared/cache/analysis.ts';
import { type CacheEffect, CURRENT } from '../../shared/cache/effect.ts';
import { cacheKept } from '../../shared/cache/projection/kept.ts';
import { cachePlan } from '../../shared/cache/projection/plan.ts';
import { cacheProjection } from '../../shared/cache/projection/project.ts';
import type { CacheProjection } from '../../shared/cache/projection/target.ts';
import type { Redis } from '../../shared/cache/redis.ts';
import type { ItemKey, ReadItems } from '../../shared/dynamodb/read-items.ts';
import type { Change } from '../../shared/stream/change.ts';
import { latestState } from '../../shared/stream/latest-state.ts';
import type { Decision, StreamProcessor } from '../../shared/stream/processor.ts';
import { desiredState, ttlOf } from './item.ts';

export interface AnalysisResultsPorts {
  readonly redis: Redis;
  /** Of the results table. */
  readonly readItems: ReadItems;
}

export function analysisResultsProcessor(ports: AnalysisResultsPorts): StreamProcessor<CacheEffect> {
  const cache: CacheProjection = { ...ports, prefix: ANALYSIS_PREFIX, itemKey, desired: desiredState };
  return {
    name: 'analysis-results',
    // The old image tells how long an earlier state could have lived.
    images: 'new-and-old',
    orderingKey: analysisId,
    decide,
    carryOut: latestState(cacheProjection(cache)),
    plan: cachePlan(cache),
    current: CURRENT,
    projection: cacheKept(cache),
  };
}

/** From the key: an attribute can be wrong, and REMOVE has no new image. */
export function analysisId({ keys }: Pick<Change, 'keys'>): string | undefined {
  return typeof keys.id === 'string' && keys.id !== '' ? keys.id : undefined;
}

export function itemKey(id: string): ItemKey {
  return { id };
}

/** A removal evicts, whoever removed: a user, or the table's time to live. */
export function decide({ newImage, oldImage }: Change): Decision<CacheEffect> {
  const desired = desiredState(newImage);
  if (!desired.ok) return { kind: 'poison', failure: desired.failure };
  const ttlsSeen = [newImage, oldImage].flatMap((image) => (image === undefined ? [] : [ttlOf(image)]));
  return { kind: 'effect', effect: { ...desired.effect, ttlsSeen } };
}
