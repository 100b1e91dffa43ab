/** Counts what each level of a cache answered: names, caches and levels are closed sets; ids and values never come near. */
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

export type CacheName = 'analysis' | 'product-query';
export type CacheLevel = 'memory' | 'redis' | 'table' | 'engine';

/** `unavailable`: the level could not be asked, and the next one was. */
export type Lookup = 'hit' | 'miss' | 'unavailable';

export interface CacheMetrics {
  count(level: CacheLevel, lookup: Lookup): void;
}

export interface PublishedCacheMetrics extends CacheMetrics {
  /** Writes what was counted since the last time; call it once per invocation. */
  publish(): void;
}

const METRIC_OF: Record<Lookup, string> = {
  hit: 'CacheHits',
  miss: 'CacheMisses',
  unavailable: 'CacheUnavailable',
};

/** Metrics `CacheHits`, `CacheMisses` and `CacheUnavailable` with the dimensions `cache` and `level`. */
export function powertoolsCacheMetrics(metrics: Metrics, cache: CacheName): PublishedCacheMetrics {
  const counts = new Map<CacheLevel, Map<Lookup, number>>();
  return {
    count(level, lookup) {
      const ofLevel = counts.get(level) ?? new Map<Lookup, number>();
      counts.set(level, ofLevel.set(lookup, (ofLevel.get(lookup) ?? 0) + 1));
    },
    publish() {
      for (const [level, ofLevel] of counts) {
        for (const [lookup, count] of ofLevel) {
          const single = metrics.singleMetric();
          single.addDimensions({ cache, level });
          single.addMetric(METRIC_OF[lookup], MetricUnit.Count, count);
        }
      }
      counts.clear();
    },
  };
}
