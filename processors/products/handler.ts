/** The Lambda function on the products stream. Connections live as long as the execution environment; all else lives one invocation. */
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readEnvironment } from '../../shared/config/environment.ts';
import { awsDeadLetterSink } from '../../shared/dead-letters/aws-sink.ts';
import { itemReader } from '../../shared/dynamodb/read-items.ts';
import { createSearchClient } from '../../shared/search/client.ts';
import { streamHandler } from '../../shared/stream/handler.ts';
import { batchReporter } from '../../shared/telemetry/batch-report.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { productsEnvironment } from './environment.ts';
import { productsProcessor } from './processor.ts';

const settings = readEnvironment(productsEnvironment, process.env);
const dynamodb = new DynamoDBClient({});

const processor = productsProcessor({
  client: createSearchClient({
    endpoint: settings.SEARCH_ENDPOINT,
    signing: settings.SEARCH_SIGNING,
    region: settings.AWS_REGION,
    credentials: () => dynamodb.config.credentials(),
  }),
  alias: settings.SEARCH_ALIAS,
  readItems: itemReader(dynamodb, settings.PRODUCTS_TABLE),
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
