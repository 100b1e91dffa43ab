/** The ways that the ratings scenario compares. */
import {
  QueryCommand,
  type QueryCommandOutput,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { RatingIntent } from '../../processors/bookings/decide.ts';
import { ratings } from '../../processors/bookings/ratings/carry-out.ts';
import { dynamodbRatingTables } from '../../processors/bookings/ratings/dynamodb-tables.ts';
import { startDeadline } from '../../shared/stream/deadline.ts';
import type { Outcome } from '../../shared/stream/outcome.ts';
import type { Work } from '../../shared/stream/processor.ts';
import { systemClock } from '../../shared/time/clock.ts';
import type { RatedMarket } from './ratings-market.ts';

export interface Way {
  readonly name: 'shipped' | 'one recomputation per event' | 'limit';
  rate(events: readonly Work<RatingIntent>[]): Promise<readonly Outcome[]>;
}

const INVOCATION_MS = 600_000;

export function shipped({ client, names }: RatedMarket): Way {
  const carryOut = ratings({ tables: dynamodbRatingTables(client, names), measure: () => {} });
  return {
    name: 'shipped',
    async rate(events) {
      const deadline = startDeadline(systemClock, INVOCATION_MS);
      const outcomes = await carryOut(events, {
        clock: systemClock,
        random: Math.random,
        deadline,
        redriven: false,
      });
      deadline.cancel();
      return outcomes;
    },
  };
}

/**
 * For each event: query all reviews of its provider, compute, update provider and service. No lock, no own review, no limit to
 * one review per booking; as many events at once as the shipped way has providers at once.
 */
export function perEvent(market: RatedMarket): Way {
  return {
    name: 'one recomputation per event',
    rate: (events) => inLanes(events, ({ effect }) => recomputeOne(market, effect)),
  };
}

const LANES = 8;

async function inLanes<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<readonly Outcome[]> {
  const waiting = [...all];
  const lane = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return all.map(() => ({ kind: 'applied' }));
}

async function recomputeOne(
  { client, names }: RatedMarket,
  { providerId, serviceId }: RatingIntent,
): Promise<void> {
  const reviews: Record<string, unknown>[] = [];
  let from: QueryCommandOutput['LastEvaluatedKey'];
  do {
    const page: QueryCommandOutput = await client.send(
      new QueryCommand({
        ...reviewsOf(names.reviews, providerId),
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    reviews.push(...(page.Items ?? []).map((item) => unmarshall(item)));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  const ofService = reviews.filter((review) => review['serviceId'] === serviceId);
  const latest = ofService
    .toSorted((a, b) => String(b['createdAt']).localeCompare(String(a['createdAt'])))
    .slice(0, 5)
    .map(({ reviewerName, rating, comment, createdAt }) => ({
      reviewerName,
      rating,
      comment,
      date: createdAt,
    }));
  await client.send(new UpdateItemCommand(update(names.providers, { providerId }, mean(reviews))));
  await client.send(
    new UpdateItemCommand(update(names.services, { serviceId }, { ...mean(ofService), reviews: latest })),
  );
}

function reviewsOf(TableName: string, providerId: string) {
  return {
    TableName,
    IndexName: 'providerReviews-index',
    KeyConditionExpression: 'providerId = :provider',
    ExpressionAttributeValues: { ':provider': { S: providerId } },
  };
}

function mean(reviews: readonly Record<string, unknown>[]) {
  const sum = reviews.reduce((total, { rating }) => total + Number(rating), 0);
  return { rating: Math.round((sum * 10) / reviews.length) / 10, reviewCount: reviews.length };
}

function update(TableName: string, key: object, values: object) {
  const names = Object.keys(values);
  return {
    TableName,
    Key: marshall(key),
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: marshall(
      Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
    ),
  };
}

/** For each provider one query that nobody reads and one transaction whose values are known beforehand. */
export function limit({ client, names, providers }: RatedMarket): Way {
  return {
    name: 'limit',
    async rate(events) {
      const { rating, reviewCount } = await knownRating({ client, names }, providers[0] ?? '');
      await inLanes(providers, async (providerId) => {
        await client.send(new QueryCommand(reviewsOf(names.reviews, providerId)));
        const values = { rating, reviewCount };
        const writes = [
          update(names.providers, { providerId }, values),
          update(names.services, { serviceId: `${providerId}-service` }, values),
        ];
        await client.send(
          new TransactWriteItemsCommand({ TransactItems: writes.map((Update) => ({ Update })) }),
        );
      });
      return events.map(() => ({ kind: 'applied' }));
    },
  };
}

/** All providers here have the same. */
async function knownRating({ client, names }: Pick<RatedMarket, 'client' | 'names'>, providerId: string) {
  const { Items = [] } = await client.send(new QueryCommand(reviewsOf(names.reviews, providerId)));
  return mean(Items.map((item) => unmarshall(item)));
}
