/** Collects a batch's business metrics, to be published in its one flush. Dimension values come from closed sets, never from an item. */
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Names to values, both of closed sets; at most 29 of them (CloudWatch, "Dimensions", less the service's own). */
export type Dimensions = Readonly<Record<string, string>>;

/** - `count`: occurrences, summed up. - `milliseconds`: one duration. */
export type Measure = (
  name: string,
  kind: 'count' | 'milliseconds',
  value: number,
  dimensions?: Dimensions,
) => void;

export interface Measurements {
  readonly measure: Measure;
  /** Publishes what was measured since the last time, and forgets it. */
  publish(metrics: Metrics): void;
}

interface Series {
  readonly kind: 'count' | 'milliseconds';
  values: number[];
}

/** A metric takes 100 values at once (CloudWatch, "Embedded metric format specification"); at that many Powertools publishes by itself. */
const MAX_VALUES = 99;

/** Lives as long as the connection it measures for: what an invocation that died had collected is published with the next. */
export function measurements(): Measurements {
  let groups = new Map<string, { dimensions: Dimensions; series: Map<string, Series> }>();

  function measure(name: string, kind: Series['kind'], value: number, dimensions: Dimensions = {}): void {
    const id = JSON.stringify(Object.entries(dimensions).sort());
    const group = groups.get(id) ?? { dimensions, series: new Map() };
    groups.set(id, group);
    const series = group.series.get(name) ?? { kind, values: [] };
    group.series.set(name, series);
    if (kind === 'count') series.values = [(series.values[0] ?? 0) + value];
    else series.values.push(value);
  }

  return {
    measure,
    publish(metrics) {
      const collected = groups;
      groups = new Map();
      for (const { dimensions, series } of collected.values()) publishGroup(metrics, dimensions, series);
    },
  };
}

/** One set of dimensions belongs to all metrics of a publication, and is cleared by it. */
function publishGroup(metrics: Metrics, dimensions: Dimensions, series: ReadonlyMap<string, Series>): void {
  const longest = Math.max(...[...series.values()].map(({ values }) => values.length));
  for (let from = 0; from < longest; from += MAX_VALUES) {
    if (Object.keys(dimensions).length > 0) metrics.addDimensions(dimensions);
    for (const [name, { kind, values }] of series) {
      const unit = kind === 'count' ? MetricUnit.Count : MetricUnit.Milliseconds;
      for (const value of values.slice(from, from + MAX_VALUES)) metrics.addMetric(name, unit, value);
    }
    metrics.publishStoredMetrics();
  }
}
