/** One summary log line and one metrics flush per batch: keys of closed sets and counts, never what an item holds. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Outcome, OutcomeKind } from '../stream/outcome.ts';
import { checkpointOf, type Report } from '../stream/settle.ts';

export interface BatchReport {
  readonly processor: string;
  readonly outcomes: readonly Outcome[];
  readonly lettersSent: number;
  /** Absent for a redrive: nothing is reported to a mapping. */
  readonly report?: Report;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

export interface BatchReporter {
  report(batch: BatchReport): void;
}

/** The message of the summary line; log filters and the local run go by it. */
export const BATCH_SETTLED = 'batch settled';

const METRIC_OF: Record<OutcomeKind, string> = {
  applied: 'RecordsApplied',
  duplicate: 'RecordsDuplicate',
  superseded: 'RecordsSuperseded',
  gone: 'RecordsGone',
  ignored: 'RecordsIgnored',
  poison: 'RecordsPoison',
  transient: 'RecordsTransient',
};

/** @param extra publishes what else the processor measured in the batch; called once in each flush */
export function batchReporter(
  logger: Logger,
  metrics: Metrics,
  extra: (metrics: Metrics) => void = () => {},
): BatchReporter {
  return {
    report(batch) {
      const summary = summarize(batch);
      const troubled = summary.outcomes.poison + summary.outcomes.transient > 0;
      logger[troubled ? 'warn' : 'info'](BATCH_SETTLED, { ...summary });
      addMetrics(metrics, summary);
      metrics.publishStoredMetrics();
      extra(metrics);
    },
  };
}

export interface BatchSummary {
  readonly processor: string;
  readonly records: number;
  /**
   * Adds up to `records`. What stands at or above the checkpoint counts as transient, whatever came of it, because it is
   * delivered again: so over all batches every record is counted once under what it ended as.
   */
  readonly outcomes: Readonly<Record<OutcomeKind, number>>;
  readonly ignoredByRule: Readonly<Record<string, number>>;
  /** How many records failed with each code, poison and transient alike. */
  readonly failures: Readonly<Record<string, number>>;
  readonly deadLetters: number;
  readonly redriven: boolean;
  /** The sequence number reported to the mapping, or `whole-batch`. */
  readonly reported?: string;
  readonly durationMs: number;
}

export function summarize(batch: BatchReport): BatchSummary {
  const outcomes = { applied: 0, duplicate: 0, superseded: 0, gone: 0, ignored: 0, poison: 0, transient: 0 };
  const ignoredByRule: Record<string, number> = {};
  const failures: Record<string, number> = {};
  const checkpoint = batch.report === undefined ? batch.outcomes.length : checkpointOf(batch.report);
  batch.outcomes.forEach((outcome, index) => {
    if ('failure' in outcome) failures[outcome.failure.code] = (failures[outcome.failure.code] ?? 0) + 1;
    const kind = index < checkpoint ? outcome.kind : 'transient';
    outcomes[kind]++;
    if (kind === 'ignored' && 'rule' in outcome)
      ignoredByRule[outcome.rule] = (ignoredByRule[outcome.rule] ?? 0) + 1;
  });
  const reported = batch.report === undefined ? undefined : reportedAs(batch.report);
  return {
    processor: batch.processor,
    records: batch.outcomes.length,
    outcomes,
    ignoredByRule,
    failures,
    deadLetters: batch.lettersSent,
    redriven: batch.report === undefined,
    ...(reported === undefined ? {} : { reported }),
    durationMs: batch.endedAtMs - batch.startedAtMs,
  };
}

function reportedAs(report: Report): string | undefined {
  switch (report.kind) {
    case 'all-settled':
      return undefined;
    case 'from-record':
      return report.sequenceNumber;
    case 'whole-batch':
      return 'whole-batch';
  }
}

/** EMF takes 100 metrics at once (CloudWatch, "Embedded metric format specification"); rules and codes are few dozens in all. */
function addMetrics(metrics: Metrics, summary: BatchSummary): void {
  for (const [kind, name] of Object.entries(METRIC_OF)) {
    metrics.addMetric(name, MetricUnit.Count, summary.outcomes[kind as OutcomeKind]);
  }
  for (const [rule, count] of Object.entries(summary.ignoredByRule)) {
    metrics.addMetric(`Ignored.${rule}`, MetricUnit.Count, count);
  }
  for (const [code, count] of Object.entries(summary.failures)) {
    metrics.addMetric(`Failed.${code}`, MetricUnit.Count, count);
  }
  metrics.addMetric('DeadLetters', MetricUnit.Count, summary.deadLetters);
  metrics.addMetric('BatchDuration', MetricUnit.Milliseconds, summary.durationMs);
}
