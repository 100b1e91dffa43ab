/** The Lambda function on the bookings stream. Connections live as long as the execution environment; all else lives one invocation. */
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readEnvironment } from '../../shared/config/environment.ts';
import { awsDeadLetterSink } from '../../shared/dead-letters/aws-sink.ts';
import { dynamodbClaimTable } from '../../shared/idempotency/dynamodb-claim-table.ts';
import { createOnce } from '../../shared/idempotency/once.ts';
import { senderHeader } from '../../shared/mail/address.ts';
import { createSesClient, sesMailer } from '../../shared/mail/ses.ts';
import { streamHandler } from '../../shared/stream/handler.ts';
import { notBeforeMs } from '../../shared/stream/not-before.ts';
import { batchReporter } from '../../shared/telemetry/batch-report.ts';
import { measurements } from '../../shared/telemetry/measurements.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { bookingsEnvironment } from './environment.ts';
import { bookingsProcessor } from './processor.ts';
import { dynamodbRatingTables } from './ratings/dynamodb-tables.ts';

const settings = readEnvironment(bookingsEnvironment, process.env);
const dynamodb = new DynamoDBClient({});
const { measure, publish } = measurements();

const tables = dynamodbRatingTables(dynamodb, {
  bookings: settings.BOOKINGS_TABLE,
  providers: settings.PROVIDERS_TABLE,
  services: settings.SERVICES_TABLE,
  reviews: settings.REVIEWS_TABLE,
});

const once = createOnce({
  processor: 'bookings',
  table: dynamodbClaimTable(dynamodb, settings.IDEMPOTENCY_TABLE),
  newId: randomUUID,
  notice: (notice) => measure('Claims', 'count', 1, { notice }),
});

const startMs = notBeforeMs(settings.NOT_BEFORE);

const processor = bookingsProcessor(
  {
    once,
    mailer: sesMailer(createSesClient(), senderHeader(settings.MARKETPLACE_NAME, settings.MAIL_SENDER)),
    readProviders: tables.readProviders,
    settings: {
      marketplace: settings.MARKETPLACE_NAME,
      currency: settings.MAIL_CURRENCY,
      timeZone: settings.MAIL_TIME_ZONE,
      ...(settings.MAIL_BOOKING_URL ? { bookingUrl: settings.MAIL_BOOKING_URL } : {}),
    },
    measure,
    ...(startMs === undefined ? {} : { notBeforeMs: startMs }),
  },
  { tables, measure },
);

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
  reporter: batchReporter(new Logger(), new Metrics(), publish),
});
