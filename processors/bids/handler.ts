/** The Lambda function on the bids stream. Connections live as long as the execution environment; all else lives one invocation. */
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readEnvironment } from '../../shared/config/environment.ts';
import { awsDeadLetterSink } from '../../shared/dead-letters/aws-sink.ts';
import { awsNotifierPorts } from '../../shared/notifications/settings.ts';
import { streamHandler } from '../../shared/stream/handler.ts';
import { notBeforeMs, startingAt } from '../../shared/stream/not-before.ts';
import { batchReporter } from '../../shared/telemetry/batch-report.ts';
import { measurements } from '../../shared/telemetry/measurements.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { bidsEnvironment } from './environment.ts';
import { bidsProcessor } from './processor.ts';

const settings = readEnvironment(bidsEnvironment, process.env);
const { measure, publish } = measurements();
const processor = bidsProcessor(awsNotifierPorts('bids', settings, measure));

export const handler = streamHandler(startingAt(processor, notBeforeMs(settings.NOT_BEFORE)), {
  clock: systemClock,
  random: Math.random,
  sink: awsDeadLetterSink({
    sqs: new SQSClient({}),
    s3: new S3Client({}),
    queueUrl: settings.DEAD_LETTER_QUEUE_URL,
    bucket: settings.FAILURE_BUCKET,
    newId: randomUUID,
  }),
  reporter: batchReporter(new Logger(), new Metrics(), publish),
});
