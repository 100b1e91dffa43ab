/** The Lambda function on the bookings stream. Connections live as long as the execution environment; all else lives one invocation. */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnvironment } from '../../shared/config/environment.ts';
import { readingEveryName } from '../../shared/dynamodb/every-name.ts';
import { dynamodbClaimTable } from '../../shared/idempotency/dynamodb-claim-table.ts';
import { createIdempotency } from '../../shared/idempotency/idempotency.ts';
import { lambdaStreamPorts } from '../../shared/lambda/stream-ports.ts';
import { senderHeader } from '../../shared/mail/address.ts';
import { atMost } from '../../shared/mail/at-most.ts';
import { createSesClient, sesMailer } from '../../shared/mail/ses.ts';
import { streamHandler } from '../../shared/stream/handler.ts';
import { notBeforeMs } from '../../shared/stream/not-before.ts';
import { measurements } from '../../shared/telemetry/measurements.ts';
import { timedQueries } from '../../shared/telemetry/timed-queries.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { bookingsEnvironment } from './environment.ts';
import { bookingsProcessor } from './processor.ts';
import { dynamodbRatingTables } from './ratings/dynamodb-tables.ts';

const settings = readEnvironment(bookingsEnvironment, process.env);
const dynamodb = readingEveryName(new DynamoDBClient({}));
const { measure, publish } = measurements();

const ratingTables = dynamodbRatingTables(dynamodb, {
  bookings: settings.BOOKINGS_TABLE,
  providers: settings.PROVIDERS_TABLE,
  services: settings.SERVICES_TABLE,
  reviews: settings.REVIEWS_TABLE,
});
const timed = timedQueries(measure, systemClock);
const tables = {
  ...ratingTables,
  reviewsOfProvider: timed('providerReviews-index', ratingTables.reviewsOfProvider),
  reviewsOfBooking: timed('bookingReviews-index', ratingTables.reviewsOfBooking),
};

const idempotency = createIdempotency({
  processor: 'bookings',
  table: dynamodbClaimTable(dynamodb, settings.IDEMPOTENCY_TABLE),
  newId: randomUUID,
  notice: (notice) => measure('Claims', 'count', 1, { notice }),
});

/** At some 50 ms each, far above the sending rate that most accounts have. */
const MAILS_AT_ONCE = 16;

const sender = senderHeader(settings.MARKETPLACE_NAME, settings.MAIL_SENDER);
const startMs = notBeforeMs(settings.NOT_BEFORE);

const processor = bookingsProcessor(
  {
    ...idempotency,
    mailer: atMost(MAILS_AT_ONCE, sesMailer(createSesClient(), sender)),
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

export const handler = streamHandler(processor, lambdaStreamPorts(settings, { publish }));
