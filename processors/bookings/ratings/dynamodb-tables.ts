/** The marketplace's tables in DynamoDB, as the ratings use them. */
import {
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandOutput,
  ScanCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { itemReader } from '../../../shared/dynamodb/read-items.ts';
import { decodeImage } from '../../../shared/stream/attribute-value.ts';
import type { Item } from '../../../shared/stream/change.ts';
import type { RatingTables, RatingWrite, WriteResult } from './tables.ts';

export interface TableNames {
  readonly bookings: string;
  readonly providers: string;
  readonly services: string;
  readonly reviews: string;
}

const INDEXES = { ofProvider: 'providerReviews-index', ofBooking: 'bookingReviews-index' };

export function dynamodbRatingTables(client: DynamoDBClient, names: TableNames): RatingTables {
  const query = (index: string, attribute: string) => async (id: string, signal: AbortSignal) => {
    const items: Item[] = [];
    let from: QueryCommandOutput['LastEvaluatedKey'];
    do {
      const page: QueryCommandOutput = await client.send(
        new QueryCommand({
          TableName: names.reviews,
          IndexName: index,
          KeyConditionExpression: '#key = :key',
          ExpressionAttributeNames: { '#key': attribute },
          ExpressionAttributeValues: { ':key': { S: id } },
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
        { abortSignal: signal },
      );
      for (const item of page.Items ?? []) items.push(decodeImage(item));
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return items;
  };
  return {
    readProviders: itemReader(client, names.providers),
    readServices: itemReader(client, names.services),
    readReviews: itemReader(client, names.reviews),
    readBookings: itemReader(client, names.bookings),
    reviewsOfProvider: query(INDEXES.ofProvider, 'providerId'),
    reviewsOfBooking: query(INDEXES.ofBooking, 'bookingId'),
    async ratedIds(table, { after, limit }, signal) {
      const key = KEYS[table];
      // Named one by one: the function's right to scan is for these attributes only.
      const page = await client.send(
        new ScanCommand({
          TableName: names[table],
          Select: 'SPECIFIC_ATTRIBUTES',
          ProjectionExpression: '#key',
          FilterExpression: 'attribute_exists(#rating) OR attribute_exists(#reviewCount)',
          ExpressionAttributeNames: { '#key': key, '#rating': 'rating', '#reviewCount': 'reviewCount' },
          Limit: limit,
          ...(after === undefined ? {} : { ExclusiveStartKey: { [key]: { S: after } } }),
        }),
        { abortSignal: signal },
      );
      const last = page.LastEvaluatedKey?.[key]?.S;
      return {
        ids: (page.Items ?? []).flatMap((item) => item[key]?.S ?? []),
        ...(last === undefined ? {} : { after: last }),
      };
    },
    async write(writes, signal) {
      const transaction = new TransactWriteItemsCommand({
        TransactItems: writes.map((write) => update(write, names)),
      });
      try {
        await client.send(transaction, { abortSignal: signal });
        return { kind: 'written' };
      } catch (error) {
        if (error instanceof TransactionCanceledException) return cancelled(error);
        throw error;
      }
    },
  };
}

const KEYS = { providers: 'providerId', services: 'serviceId' } as const;

function update(write: RatingWrite, names: TableNames): TransactWriteItem {
  const { table, id, expectedVersion, version, recentReviews, rating, reviewCount, reviews } = write;
  const key = KEYS[table];
  const values = {
    rating,
    reviewCount,
    ratingVersion: version,
    recentReviews: Object.fromEntries(recentReviews),
    ...(reviews === undefined ? {} : { reviews }),
  };
  const attributes = Object.keys(values);
  const lock =
    expectedVersion === undefined ? 'attribute_not_exists(#ratingVersion)' : '#ratingVersion = :expected';
  return {
    Update: {
      TableName: names[table],
      Key: { [key]: { S: id } },
      UpdateExpression: `SET ${attributes.map((name) => `#${name} = :${name}`).join(', ')}`,
      ConditionExpression: `attribute_exists(#key) AND ${lock}`,
      ExpressionAttributeNames: {
        '#key': key,
        ...Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
      },
      ExpressionAttributeValues: marshall({
        ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
        ...(expectedVersion === undefined ? {} : { ':expected': expectedVersion }),
      }),
    },
  };
}

/** API reference, TransactWriteItems, "CancellationReasons": an item over 400 KB is a ValidationError, and stays one. */
function cancelled({ CancellationReasons = [] }: TransactionCanceledException): WriteResult {
  const codes = CancellationReasons.flatMap(({ Code }) =>
    Code === undefined || Code === 'None' ? [] : [Code],
  );
  const refusal = codes.find(
    (code) => code === 'ValidationError' || code === 'ItemCollectionSizeLimitExceeded',
  );
  if (refusal !== undefined) return { kind: 'refused', type: refusal };
  const lost = codes.every((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict');
  if (lost) return { kind: 'lock-lost' };
  throw new TransactionNotServed(codes[0] ?? 'NoReason');
}

/** Throttled or worse: nothing was written. Transient. */
class TransactionNotServed extends Error {
  readonly code: string;
  override readonly name = 'TransactionNotServed';
  constructor(code: string) {
    super('a transaction was cancelled for want of capacity');
    this.code = code;
  }
}
