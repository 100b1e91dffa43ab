/**
 * The alarms of one stream processor, and of each of its mappings. Idle streams send no metrics, so silence is health, except
 * where polling stops.
 *
 * Metrics: Lambda developer guide, "monitoring-metrics-types"; SQS developer guide, "sqs-available-cloudwatch-metrics".
 */
import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { settingsOf } from '../settings/streams.ts';
import type { Stage } from '../stages.ts';
import type { AlarmRule } from './alarm.ts';
import { STREAM_RETENTION_SECONDS, TOLERATED_OUTAGE_SECONDS } from './mapping-settings.ts';
import {
  claimMetric,
  deliveryLatency,
  functionMetric,
  isClaimant,
  isNotifier,
  lettersMetric,
  ownMetric,
  queueMetric,
  together,
} from './metrics.ts';

const MINUTE = 60;
const FIVE_MINUTES = 300;

/** @param name of the processor */
export function processorRules(stage: Stage, name: string): AlarmRule[] {
  return [
    ...lagRules(stage, name),
    ...letterRules(stage, name),
    ...functionRules(stage, name),
    ...effectRules(name),
  ];
}

function lagRules(stage: Stage, name: string): AlarmRule[] {
  const metric = functionMetric(stage, name, {
    metric: 'IteratorAge',
    statistic: 'Maximum',
    seconds: MINUTE,
  });
  return [
    {
      name: 'iterator-age-warn',
      says: 'The processor is half an hour behind its stream: a dependency is down or slow, or writes come faster than it works.',
      metric,
      threshold: (STREAM_RETENTION_SECONDS / 48) * 1000,
      periods: 5,
      silence: 'healthy',
    },
    {
      name: 'iterator-age-page',
      says: 'The processor is three hours behind. After six hours attempts run out and records become dead letters; after 24 hours the stream forgets them.',
      metric,
      threshold: (TOLERATED_OUTAGE_SECONDS / 2) * 1000,
      periods: 5,
      silence: 'healthy',
    },
  ];
}

/** Letters are kept for 14 days: after four, ten are left, for a holiday and for a fix. */
const OLD_LETTER_DAYS = 4;

function letterRules(stage: Stage, name: string): AlarmRule[] {
  return [
    {
      // Also while somebody looks at them: a letter that is received is out of sight for five minutes.
      name: 'dead-letters-warn',
      says: 'There are dead letters: records that could not be processed. Look at them, mend the cause, redrive them.',
      metric: lettersMetric(stage, name, 'Maximum', MINUTE),
      threshold: 1,
      periods: 1,
      silence: 'healthy',
    },
    {
      // SQS leaves messages received more than three times out of this metric; the next alarm does not.
      name: 'dead-letter-age-page',
      says: 'The oldest dead letter is four days old. At 14 days SQS and the failure bucket delete it, and its record is lost.',
      metric: queueMetric(stage, name, {
        metric: 'ApproximateAgeOfOldestMessage',
        statistic: 'Maximum',
        seconds: FIVE_MINUTES,
      }),
      threshold: OLD_LETTER_DAYS * 24 * 3600,
      periods: 1,
      silence: 'healthy',
    },
    {
      // Whoever looks at letters, however often: they are counted whether they are visible or in flight.
      name: 'dead-letters-left-page',
      says: 'There have been dead letters at every moment of four days, so the oldest may be as old. At 14 days they are deleted, and their records are lost.',
      metric: lettersMetric(stage, name, 'Minimum', 3600),
      threshold: 1,
      periods: OLD_LETTER_DAYS * 24,
      silence: 'healthy',
    },
  ];
}

function functionRules(stage: Stage, name: string): AlarmRule[] {
  const sum = (metric: string) => functionMetric(stage, name, { metric, statistic: 'Sum' });
  const { timeoutSeconds, concurrency } = settingsOf(stage.streams, name);
  return [
    {
      // The handler reports failing records and never throws for them: an error is a crash, a time-out or our own fault.
      name: 'errors-warn',
      says: 'The function crashed, ran out of memory or out of time. The mapping splits the batch and tries again; look into the logs.',
      metric: sum('Errors'),
      threshold: 1,
      periods: 1,
      silence: 'healthy',
    },
    {
      name: 'throttles-warn',
      says: `The function has been throttled for a quarter of an hour: ${concurrency === undefined ? "the account's concurrency is" : `the ${concurrency} invocations at once that are reserved for it are`} used up. Nothing is lost yet, the lag grows.`,
      metric: sum('Throttles'),
      threshold: 1,
      periods: 3,
      silence: 'healthy',
    },
    {
      // While a dependency is down the handler holds its batch for nine tenths of the time; what is left is for the answer.
      name: 'duration-warn',
      says: 'An invocation took 95 % of its time-out: little is left for letters and answer. Beyond the time-out its batch is done again.',
      metric: functionMetric(stage, name, { metric: 'Duration', statistic: 'Maximum' }),
      threshold: timeoutSeconds * 950,
      periods: 1,
      silence: 'healthy',
    },
    {
      name: 'destination-page',
      says: 'Lambda could not write failed records to the failure bucket and dropped them. Mend the bucket, then reconcile from the table.',
      metric: sum('DestinationDeliveryFailures'),
      threshold: 1,
      periods: 1,
      silence: 'healthy',
    },
  ];
}

/** A minute is what people notice; a batch that waits for a dependency is later than that. */
const LATE_MS = 60_000;

function effectRules(name: string): AlarmRule[] {
  return [
    {
      // Every attempt counts what it could not settle, so this speaks long before the lag does.
      name: 'unsettled-warn',
      says: 'For a quarter of an hour records have failed in a way that may pass: what the processor calls (search domain, cache, table, mail) refuses or does not answer. The metrics Failed.<code> say which.',
      metric: ownMetric(name, { metric: 'RecordsTransient', statistic: 'Sum' }),
      threshold: 1,
      periods: 3,
      silence: 'healthy',
    },
    ...(isClaimant(name)
      ? [
          {
            name: 'idempotency-conflicts-warn',
            says: 'Effects may have happened twice: an invocation died over a claim that another took over, or could not record what it had done. The log names the events.',
            metric: together('claims taken over or unrecorded', FIVE_MINUTES, {
              takenOver: claimMetric(name, 'taken-over'),
              unrecorded: claimMetric(name, 'unrecorded'),
            }),
            threshold: 1,
            periods: 1,
            silence: 'healthy',
          } satisfies AlarmRule,
        ]
      : []),
    ...(isNotifier(name)
      ? [
          {
            name: 'delivery-latency-warn',
            says: 'For a quarter of an hour one notification in twenty has reached its inbox more than a minute after its event. Look at the lag, then at what the processor calls.',
            metric: deliveryLatency(name, 'inbox'),
            threshold: LATE_MS,
            periods: 3,
            silence: 'healthy',
          } satisfies AlarmRule,
        ]
      : []),
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
      period: Duration.seconds(FIVE_MINUTES),
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
