/** What every deployed stream function works with: the wall clock, its dead letters' queue and bucket, its log and its metrics. */
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { StreamSettings } from '../config/stream-settings.ts';
import { awsDeadLetterSink } from '../dead-letters/aws-sink.ts';
import type { HandlerPorts } from '../stream/handler.ts';
import { batchReporter } from '../telemetry/batch-report.ts';
import { systemClock } from '../time/clock.ts';

export interface StreamPortsOptions {
  /** @default a namespace and service of its own, from Powertools' environment */
  readonly metrics?: Metrics;
  /** Adds what the processor measured to the batch's one flush. @default nothing */
  readonly publish?: (metrics: Metrics) => void;
}

/** Call once per execution environment: the clients keep their connections. */
export function lambdaStreamPorts(
  settings: StreamSettings,
  { metrics = new Metrics(), publish }: StreamPortsOptions = {},
): HandlerPorts {
  return {
    clock: systemClock,
    random: Math.random,
    sink: awsDeadLetterSink({
      sqs: new SQSClient({}),
      s3: new S3Client({}),
      queueUrl: settings.DEAD_LETTER_QUEUE_URL,
      bucket: settings.FAILURE_BUCKET,
      newId: randomUUID,
    }),
    reporter: batchReporter(new Logger(), metrics, publish),
  };
}
