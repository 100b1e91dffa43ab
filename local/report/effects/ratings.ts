/** Do the ratings of providers and services equal what their reviews make, computed afresh from the tables as they are at the end? */
import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { decodeImage } from '../../../shared/stream/attribute-value.ts';
import { plain } from '../canonical.ts';
import { type Finding, finding } from './finding.ts';
import { type Review, wrongRatings } from './fresh-ratings.ts';

export type ClientOf = (table: string) => DynamoDBClient | undefined;

/** @param environment of the bookings function, which names the tables */
export async function compareRatings(
  clientOf: ClientOf,
  environment: Readonly<Record<string, string>>,
): Promise<Finding> {
  const all = <T>(variable: string, attributes?: string) =>
    items<T>(clientOf, environment[variable] ?? '', attributes);
  const reviews = await all<Review>(
    'REVIEWS_TABLE',
    'reviewId, bookingId, providerId, serviceId, rating, createdAt',
  );
  const bookings = await all<{ bookingId: string; serviceId?: unknown }>(
    'BOOKINGS_TABLE',
    'bookingId, serviceId',
  );
  const services = new Map(bookings.map(({ bookingId, serviceId }) => [bookingId, serviceId]));
  const differences = wrongRatings({
    providers: await all('PROVIDERS_TABLE'),
    services: await all('SERVICES_TABLE'),
    reviews,
    serviceOf: (bookingId) => services.get(bookingId),
  });
  return finding(reviews.length, differences);
}

/** @param attributes to be read; absent: all */
export async function items<T>(clientOf: ClientOf, table: string, attributes?: string): Promise<T[]> {
  const client = clientOf(table);
  if (client === undefined) return [];
  const found: T[] = [];
  const pages = paginateScan(
    { client },
    {
      TableName: table,
      ConsistentRead: true,
      ...(attributes === undefined ? {} : { ProjectionExpression: attributes }),
    },
  );
  for await (const page of pages)
    for (const item of page.Items ?? []) found.push(plain(decodeImage(item)) as T);
  return found;
}
