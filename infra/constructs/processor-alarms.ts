/**
 * The alarms of one stream processor, and of each of its mappings. Idle streams send no metrics, so silence is health, except
 * where polling stops.
 *
 * Metrics: Lambda developer guide, "monitoring-metrics-types"; SQS developer guide, "sqs-available-cloudwatch-metrics".
 */
import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { AlarmRule } from './alarm.ts';
import { STREAM_RETENTION_SECONDS, TOLERATED_OUTAGE_SECONDS } from './mapping-settings.ts';

export interface WatchedProcessor {
  readonly function: LambdaFunction;
  readonly queue: Queue;
  readonly timeoutSeconds: number;
}

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);

export function processorRules(processor: WatchedProcessor): AlarmRule[] {
  return [...lagRules(processor), ...letterRules(processor), ...functionRules(processor)];
}

function lagRules(props: WatchedProcessor): AlarmRule[] {
  const iteratorAge = props.function.metric('IteratorAge', { statistic: 'Maximum', period: MINUTE });
  return [
    {
      name: 'iterator-age-warn',
      says: 'The processor is half an hour behind its stream: a dependency is down or slow, or writes come faster than it works.',
      metric: iteratorAge,
      threshold: (STREAM_RETENTION_SECONDS / 48) * 1000,
      periods: 5,
      silence: 'healthy',
    },
    {
      name: 'iterator-age-page',
      says: 'The processor is three hours behind. After six hours attempts run out and records become dead letters; after 24 hours the stream forgets them.',
      metric: iteratorAge,
      threshold: (TOLERATED_OUTAGE_SECONDS / 2) * 1000,
      periods: 5,
      silence: 'healthy',
    },
  ];
}

function letterRules({ queue }: WatchedProcessor): AlarmRule[] {
  return [
    {
      name: 'dead-letters-warn',
      says: 'There are dead letters: records that could not be processed. Look at them, mend the cause, redrive them.',
      metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: MINUTE }),
      threshold: 1,
      periods: 1,
      silence: 'healthy',
    },
    {
      // Ten days are left then: time for a holiday and for a fix. Letters are received when somebody looks at them, and
      // SQS leaves messages received more than three times out of this metric; dead-letters-warn still counts them.
      name: 'dead-letter-age-page',
      says: 'The oldest dead letter is four days old. At 14 days SQS and the failure bucket delete it, and its record is lost.',
      metric: queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: FIVE_MINUTES }),
      threshold: Duration.days(4).toSeconds(),
      periods: 1,
      silence: 'healthy',
    },
  ];
}

function functionRules(props: WatchedProcessor): AlarmRule[] {
  const sum = { statistic: 'Sum', period: FIVE_MINUTES };
  return [
    {
      // The handler reports failing records and never throws for them: an error is a crash, a time-out or our own fault.
      name: 'errors-warn',
      says: 'The function crashed, ran out of memory or out of time. The mapping splits the batch and tries again; look into the logs.',
      metric: props.function.metricErrors(sum),
      threshold: 1,
      periods: 1,
      silence: 'healthy',
    },
    {
      name: 'throttles-warn',
      says: "The function has been throttled for a quarter of an hour: the account's concurrency is used up. Nothing is lost yet, the lag grows.",
      metric: props.function.metricThrottles(sum),
      threshold: 1,
      periods: 3,
      silence: 'healthy',
    },
    {
      // While a dependency is down the handler holds its batch for nine tenths of the time; what is left is for the answer.
      name: 'duration-warn',
      says: 'An invocation took 95 % of its time-out: little is left for letters and answer. Beyond the time-out its batch is done again.',
      metric: props.function.metricDuration({ statistic: 'Maximum', period: FIVE_MINUTES }),
      threshold: props.timeoutSeconds * 950,
      periods: 1,
      silence: 'healthy',
    },
    {
      name: 'destination-page',
      says: 'Lambda could not write failed records to the failure bucket and dropped them. Mend the bucket, then reconcile from the table.',
      metric: props.function.metric('DestinationDeliveryFailures', sum),
      threshold: 1,
      periods: 1,
      silence: 'healthy',
    },
  ];
}

/** @param mappingId its UUID */
export function mappingRules(mappingId: string): AlarmRule[] {
  const mappingMetric = (metricName: string, statistic: string) =>
    new Metric({
      namespace: 'AWS/Lambda',
      metricName,
      dimensionsMap: { EventSourceMappingUUID: mappingId },
      statistic,
      period: FIVE_MINUTES,
    });
  return [
    {
      // Not counted here: what reached the failure bucket. Any value is a loss.
      name: 'dropped-events-page',
      says: 'The mapping dropped records that reached neither the processor nor the failure bucket. Reconcile from the table.',
      metric: mappingMetric('DroppedEventCount', 'Sum'),
      threshold: 1,
      periods: 1,
      silence: 'healthy',
    },
    {
      // A poll that finds nothing counts 0; only a mapping that does not poll is silent.
      name: 'not-polling-page',
      says: 'The mapping has not read the stream for half an hour: it is paused, disabled, or has lost its rights. After 24 hours records are lost.',
      metric: mappingMetric('PolledEventCount', 'SampleCount'),
      threshold: 1,
      below: true,
      periods: 6,
      silence: 'bad',
    },
  ];
}
