/** The Lambda function on the streams of sessions and analysis history. It calls nothing but its dead-letter queue. */
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readEnvironment } from '../../shared/config/environment.ts';
import { awsDeadLetterSink } from '../../shared/dead-letters/aws-sink.ts';
import { streamHandler } from '../../shared/stream/handler.ts';
import { batchReporter } from '../../shared/telemetry/batch-report.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { analyticsEnvironment } from './environment.ts';
import { analyticsProcessor } from './processor.ts';
import { metricsSink } from './publish.ts';

const settings = readEnvironment(analyticsEnvironment, process.env);
const metrics = new Metrics();

export const handler = streamHandler(analyticsProcessor(metricsSink(metrics)), {
  clock: systemClock,
  random: Math.random,
  sink: awsDeadLetterSink({
    sqs: new SQSClient({}),
    s3: new S3Client({}),
    queueUrl: settings.DEAD_LETTER_QUEUE_URL,
    bucket: settings.FAILURE_BUCKET,
    newId: randomUUID,
  }),
  reporter: batchReporter(new Logger(), metrics),
});
