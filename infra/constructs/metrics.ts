/**
 * CloudWatch's metrics of what a stage is made of, by names alone: the dashboard is in another stack than what it shows, and the
 * two should not hold each other back.
 *
 * Lambda developer guide, "monitoring-metrics-types"; SQS, "sqs-available-cloudwatch-metrics"; DynamoDB, "metrics-dimensions".
 */
import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Stage } from '../stages.ts';
import { queueName } from './dead-letters.ts';

export type Statistic = 'Sum' | 'Maximum' | 'Minimum' | 'Average' | 'SampleCount' | `p${number}`;

/** What a metric is about, how it is summed up, and over how many seconds. */
export interface Asked {
  readonly metric: string;
  readonly statistic: Statistic;
  readonly seconds?: number;
  readonly label?: string;
}

export function metricOf(
  namespace: string,
  dimensions: Readonly<Record<string, string>>,
  asked: Asked,
): Metric {
  return new Metric({
    namespace,
    metricName: asked.metric,
    dimensionsMap: { ...dimensions },
    statistic: asked.statistic,
    period: Duration.seconds(asked.seconds ?? 300),
    ...(asked.label === undefined ? {} : { label: asked.label }),
  });
}

/** @param name of the function after `streamkeeper-<stage>-` */
export function functionMetric(stage: Stage, name: string, asked: Asked): Metric {
  return metricOf('AWS/Lambda', { FunctionName: `streamkeeper-${stage.name}-${name}` }, asked);
}

/** Of the project's own metrics, which a function publishes under its name. */
export function ownMetric(
  service: string,
  asked: Asked,
  dimensions: Readonly<Record<string, string>> = {},
): Metric {
  return metricOf('Streamkeeper', { service, ...dimensions }, asked);
}

/** Letters of a processor, those that somebody is looking at included. */
export function lettersMetric(
  stage: Stage,
  processor: string,
  statistic: 'Maximum' | 'Minimum',
  seconds: number,
): IMetric {
  const messages = (metric: string) => queueMetric(stage, processor, { metric, statistic, seconds });
  return together('letters', seconds, {
    waiting: messages('ApproximateNumberOfMessagesVisible'),
    inFlight: messages('ApproximateNumberOfMessagesNotVisible'),
  });
}

/** The sum of several metrics; one that is silent counts 0, where `a + b` would be silent with it. */
export function together(
  label: string,
  seconds: number,
  usingMetrics: Readonly<Record<string, IMetric>>,
): MathExpression {
  return new MathExpression({
    expression: `SUM([${Object.keys(usingMetrics)
      .map((id) => `FILL(${id}, 0)`)
      .join(', ')}])`,
    usingMetrics: { ...usingMetrics },
    label,
    period: Duration.seconds(seconds),
  });
}

export function queueMetric(stage: Stage, processor: string, asked: Asked): Metric {
  return metricOf('AWS/SQS', { QueueName: queueName(stage, processor) }, asked);
}

/** Of a table, or of one of its indexes where the metric is told apart by index. */
export function tableMetric(table: string, index: string | undefined, asked: Asked): Metric {
  return metricOf(
    'AWS/DynamoDB',
    { TableName: table, ...(index === undefined ? {} : { GlobalSecondaryIndexName: index }) },
    asked,
  );
}

/** Which of the project's dimensions says what became of a claim. */
const NOTICE = { bids: 'Notice', conversations: 'Notice', bookings: 'notice' } as const;

export type Claimant = keyof typeof NOTICE;

export function isClaimant(processor: string): processor is Claimant {
  return Object.hasOwn(NOTICE, processor);
}

/**
 * `waited`: two invocations had the same event at once. `taken-over`: one of them died over it. `unrecorded`: an effect could not
 * be remembered, and happens again if its event comes again.
 */
export function claimMetric(
  processor: Claimant,
  notice: 'waited' | 'taken-over' | 'unrecorded',
  seconds = 300,
): Metric {
  const metric = processor === 'bookings' ? 'Claims' : 'IdempotencyClaims';
  return ownMetric(
    processor,
    { metric, statistic: 'Sum', seconds, label: notice },
    { [NOTICE[processor]]: notice },
  );
}

/** From the event until the row is in the inbox, of the slowest kind of notification. */
const NOTIFICATIONS = {
  bids: ['new_bid', 'new_purchase', 'bid_status_update', 'bid_changed'],
  conversations: ['new_message', 'message_read'],
} as const;

export function isNotifier(processor: string): processor is keyof typeof NOTIFICATIONS {
  return Object.hasOwn(NOTIFICATIONS, processor);
}

/** ms, 95th percentile. */
export function deliveryLatency(processor: keyof typeof NOTIFICATIONS, to: 'inbox' | 'session'): IMetric {
  const kinds = NOTIFICATIONS[processor].map((Type, index): [string, Metric] => [
    // Unique in the graph, which shows both ways.
    `${to}${index}`,
    ownMetric(processor, { metric: 'NotificationLatency', statistic: 'p95', label: Type }, { Type, To: to }),
  ]);
  return new MathExpression({
    expression: `MAX([${kinds.map(([id]) => id).join(', ')}])`,
    usingMetrics: Object.fromEntries(kinds),
    label: `event to ${to}, p95`,
    period: Duration.minutes(5),
  });
}
