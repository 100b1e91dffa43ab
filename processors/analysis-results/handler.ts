/** The Lambda function on the analysis results' stream. Connections live as long as the execution environment; all else lives one invocation. */
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { connectRedis } from '../../shared/cache/connect.ts';
import { redisOptions } from '../../shared/cache/settings.ts';
import { readEnvironment } from '../../shared/config/environment.ts';
import { awsDeadLetterSink } from '../../shared/dead-letters/aws-sink.ts';
import { itemReader } from '../../shared/dynamodb/read-items.ts';
import { streamHandler } from '../../shared/stream/handler.ts';
import { batchReporter } from '../../shared/telemetry/batch-report.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { analysisResultsEnvironment } from './environment.ts';
import { analysisResultsProcessor } from './processor.ts';

const settings = readEnvironment(analysisResultsEnvironment, process.env);
const dynamodb = new DynamoDBClient({});
const identity = { clock: systemClock, credentials: () => dynamodb.config.credentials() };

const processor = analysisResultsProcessor({
  redis: connectRedis(redisOptions(settings, identity)),
  readItems: itemReader(dynamodb, settings.ANALYSIS_RESULTS_TABLE),
});

export const handler = streamHandler(processor, {
  clock: systemClock,
  random: Math.random,
  sink: awsDeadLetterSink({
    sqs: new SQSClient({}),
    s3: new S3Client({}),
    queueUrl: settings.DEAD_LETTER_QUEUE_URL,
    bucket: settings.FAILURE_BUCKET,
    newId: randomUUID,
  }),
  reporter: batchReporter(new Logger(), new Metrics()),
});
