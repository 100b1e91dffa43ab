/** Providers with their reviews on an embedded DynamoDB, and events about some of them. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { startDynoxide } from '../../local/engines/dynamodb.ts';
import type { RatingIntent } from '../../processors/bookings/decide.ts';
import type { TableNames } from '../../processors/bookings/ratings/dynamodb-tables.ts';
import { itemReader } from '../../shared/dynamodb/read-items.ts';
import type { Work } from '../../shared/stream/processor.ts';
import { systemClock } from '../../shared/time/clock.ts';

export interface RatedMarket {
  readonly client: DynamoDBClient;
  readonly names: TableNames;
  readonly providers: readonly string[];
  /** Sent to DynamoDB so far. */
  requests(): number;
  /** As new events, each about a review that is there. */
  events(count: number): readonly Work<RatingIntent>[];
  /** Puts providers and services back as they were before they were ever rated. */
  forgetRatings(): Promise<void>;
  /** @throws when a rating is not that of its reviews */
  check(): Promise<void>;
  close(): Promise<void>;
}

const NAMES: TableNames = {
  bookings: 'marketplace-bench-bookings-table',
  providers: 'marketplace-bench-providers-table',
  services: 'marketplace-bench-services-table',
  reviews: 'marketplace-bench-reviews-table',
};

/** Every write of the embedded engine waits for its disk, which would be all that is measured: its file is kept in memory. */
const IN_MEMORY = '/dev/shm';

export async function startRatedMarket(size: {
  readonly providers: number;
  readonly reviews: number;
}): Promise<RatedMarket> {
  const folder = await mkdtemp(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), 'streamkeeper-bench-'));
  const file = join(folder, 'dynamodb.db');
  const engine = await startDynoxide({ system: 'marketplace', file, port: 0, clock: systemClock });
  const { endpoint, region } = engine;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region, credentials });
  let sent = 0;
  client.middlewareStack.add(
    (next) => (args) => {
      sent++;
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  await createTables(client);
  const providers = Array.from({ length: size.providers }, (_, number) => `provider-${number}`);
  await fill(
    client,
    providers.flatMap((provider) => Array.from({ length: size.reviews }, (_, n) => reviewItem(provider, n))),
  );
  const expected = expectedRating(size.reviews);
  let eventIds = 0;
  return {
    client,
    names: NAMES,
    providers,
    requests: () => sent,
    events: (count) =>
      Array.from({ length: count }, (_, n) => {
        const providerId = providers[n % providers.length] ?? '';
        const number = Math.floor(n / providers.length) % size.reviews;
        const bookingId = `${providerId}-booking-${number}`;
        const serviceId = `${providerId}-service`;
        const effect = { bookingId, providerId, serviceId, reviewExpected: true, firstReview: true };
        const change = {
          eventId: `event-${eventIds++}`,
          eventName: 'MODIFY' as const,
          keys: {},
          expired: false,
          createdAtMs: systemClock.now(),
        };
        return { key: bookingId, effect, change };
      }),
    async forgetRatings() {
      for (const providerId of providers) {
        await put(client, NAMES.providers, { ...PROVIDER, providerId });
        await put(client, NAMES.services, { ...SERVICE, serviceId: `${providerId}-service`, providerId });
      }
    },
    async check() {
      const { signal } = new AbortController();
      const rated = [
        ...(await itemReader(client, NAMES.providers)(
          providers.map((providerId) => ({ providerId })),
          signal,
        )),
        ...(await itemReader(client, NAMES.services)(
          providers.map((providerId) => ({ serviceId: `${providerId}-service` })),
          signal,
        )),
      ];
      const wrong = rated.filter((item) => item?.rating !== expected || item.reviewCount !== size.reviews);
      if (wrong.length > 0) throw new Error(`${wrong.length} of ${rated.length} ratings are wrong`);
    },
    async close() {
      client.destroy();
      await engine.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const PROVIDER = {
  serviceArea: 'North',
  serviceType: 'Plumbing',
  rating: 0,
  responseTime: 30,
  isAvailable: 'true',
};
const SERVICE = { category: 'Plumbing', price: 120 };

function reviewItem(providerId: string, number: number) {
  return {
    reviewId: `${providerId}-review-${number}`,
    bookingId: `${providerId}-booking-${number}`,
    providerId,
    serviceId: `${providerId}-service`,
    rating: 1 + (number % 5),
    comment: 'Quick and tidy, and a fair price. Would book again at any time.',
    reviewerName: 'Robin Example',
    createdAt: new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString(),
  };
}

function expectedRating(reviews: number): number {
  const sum = Array.from({ length: reviews }, (_, n) => 1 + (n % 5)).reduce((a, b) => a + b, 0);
  return Math.round((sum * 10) / reviews) / 10;
}

async function put(client: DynamoDBClient, TableName: string, item: object): Promise<void> {
  await client.send(new PutItemCommand({ TableName, Item: marshall(item) }));
}

async function fill(client: DynamoDBClient, items: readonly object[]): Promise<void> {
  for (let from = 0; from < items.length; from += 25) {
    const requests = items
      .slice(from, from + 25)
      .map((item) => ({ PutRequest: { Item: marshall(item) as Record<string, AttributeValue> } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [NAMES.reviews]: requests } }));
  }
}

async function createTables(client: DynamoDBClient): Promise<void> {
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' as const });
  const range = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' as const });
  const Projection = { ProjectionType: 'ALL' as const };
  const simple = { bookings: 'bookingId', providers: 'providerId', services: 'serviceId' } as const;
  for (const [table, key] of Object.entries(simple)) {
    await client.send(
      new CreateTableCommand({
        TableName: NAMES[table as keyof typeof simple],
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [text(key)],
        KeySchema: [hash(key)],
      }),
    );
  }
  await client.send(
    new CreateTableCommand({
      TableName: NAMES.reviews,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['reviewId', 'providerId', 'bookingId', 'createdAt'].map(text),
      KeySchema: [hash('reviewId')],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'providerReviews-index',
          KeySchema: [hash('providerId'), range('createdAt')],
          Projection,
        },
        { IndexName: 'bookingReviews-index', KeySchema: [hash('bookingId')], Projection },
      ],
    }),
  );
}
