/** Writes measures as metrics whose dimensions are closed sets: 36 kinds of analyses at most, and two ends of a session. */
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Measure } from './measure.ts';
import type { MeasureSink } from './processor.ts';

/**
 * `Analyses` by `analysisType`, `confidence` and `outcome`; `SessionsStarted`; `SessionsEnded` by `by`; `SessionDuration` in
 * milliseconds. One line for each combination that occurred, not for each record.
 */
export function metricsSink(metrics: Metrics): MeasureSink {
  return {
    add(measures) {
      const counts = new Map<string, { readonly measure: Measure; count: number }>();
      for (const measure of measures) {
        const key = keyOf(measure);
        const counted = counts.get(key) ?? { measure, count: 0 };
        counted.count++;
        counts.set(key, counted);
        if (measure.kind === 'session-ended' && measure.durationMs !== undefined) {
          metrics.addMetric('SessionDuration', MetricUnit.Milliseconds, measure.durationMs);
        }
      }
      for (const { measure, count } of counts.values()) {
        const single = metrics.singleMetric();
        single.addDimensions(dimensionsOf(measure));
        single.addMetric(NAME_OF[measure.kind], MetricUnit.Count, count);
      }
    },
  };
}

const NAME_OF: Record<Measure['kind'], string> = {
  analysis: 'Analyses',
  'session-started': 'SessionsStarted',
  'session-ended': 'SessionsEnded',
};

function dimensionsOf(measure: Measure): Record<string, string> {
  switch (measure.kind) {
    case 'analysis':
      return {
        analysisType: measure.analysisType,
        confidence: measure.confidence,
        outcome: measure.outcome,
      };
    case 'session-started':
      return {};
    case 'session-ended':
      return { by: measure.by };
  }
}

function keyOf(measure: Measure): string {
  return `${measure.kind} ${Object.values(dimensionsOf(measure)).join(' ')}`;
}
