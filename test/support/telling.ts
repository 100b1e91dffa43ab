/** What a function tells beside its effects: its log lines and its metrics, through the shipped reporter and collector, kept as they would leave it. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { type BatchReporter, batchReporter } from '../../shared/telemetry/batch-report.ts';
import { type Measure, measurements } from '../../shared/telemetry/measurements.ts';

export interface Telling {
  readonly reporter: BatchReporter;
  readonly measure: Measure;
  /** Those that the reporter publishes, for a processor that counts with them itself. */
  readonly metrics: Metrics;
  /** JSON: log lines, and metrics in the embedded metric format. */
  readonly lines: readonly string[];
}

/** @param hear called with each line as it is written; what becomes of it is then the caller's business */
export function telling(hear?: (line: string) => void): Telling {
  const lines: string[] = [];
  const logger = new Logger({ serviceName: 'law' });
  const metrics = new Metrics({ namespace: 'Laws', serviceName: 'law' });
  const keep = (line: string) => {
    if (hear === undefined) lines.push(line);
    else hear(line);
  };
  const silent = { log: keep, info: keep, warn: keep, error: keep, debug: keep, trace: keep };
  for (const utility of [logger, metrics]) Reflect.set(utility, 'console', silent);
  const single = metrics.singleMetric.bind(metrics);
  metrics.singleMetric = () => {
    const one = single();
    Reflect.set(one, 'console', silent);
    return one;
  };
  const { measure, publish } = measurements();
  return { reporter: batchReporter(logger, metrics, publish), measure, metrics, lines };
}
