/** The ratings' use of DynamoDB: transactions and pages on the embedded engine, answers of AWS that it cannot give by hand. */
import { type DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchContext } from '../../../test/support/batch-context.ts';
import { providerImage, reviewImage, serviceImage } from '../../../test/support/booking.ts';
import { embeddedDynamoDb } from '../../../test/support/idempotency-table.ts';
import {
  type Marketplace,
  startMarketplace,
  TABLE_NAMES,
} from '../../../test/support/marketplace-dynamodb.ts';
import { ratings } from './carry-out.ts';
import { dynamodbRatingTables } from './dynamodb-tables.ts';
import type { RatingTables, RatingWrite } from './tables.ts';

const { signal } = new AbortController();

function ratingWrite(table: RatingWrite['table'], id: string, more: Partial<RatingWrite> = {}): RatingWrite {
  return {
    table,
    id,
    expectedVersion: undefined,
    version: 1,
    recentReviews: new Map([['r1', 1_700_000_000_000]]),
    rating: 4.5,
    reviewCount: 2,
    ...(table === 'services' ? { reviews: [] } : {}),
    ...more,
  };
}

describe.skipIf(!embeddedDynamoDb)('on the embedded DynamoDB (Linux x64)', () => {
  let marketplace: Marketplace;
  let tables: RatingTables;

  beforeAll(async () => {
    marketplace = await startMarketplace();
    tables = dynamodbRatingTables(marketplace.client, TABLE_NAMES);
  });
  afterAll(() => marketplace.close());

  it('a transaction writes provider and service, and leaves what else they hold', async () => {
    await marketplace.put('providers', providerImage('p1'));
    await marketplace.put('services', serviceImage('s1'));
    const reviews = [{ reviewerName: 'Asha', rating: 5, comment: '', date: '2026-03-17' }];
    const writes = [ratingWrite('providers', 'p1'), ratingWrite('services', 's1', { reviews })];
    expect(await tables.write(writes, signal)).toEqual({ kind: 'written' });
    expect(await marketplace.item('providers', 'p1')).toMatchObject({
      email: 'pat@example.com',
      rating: 4.5,
      reviewCount: 2,
      ratingVersion: 1,
      recentReviews: { r1: 1_700_000_000_000 },
    });
    expect(await marketplace.item('services', 's1')).toMatchObject({ price: 120, rating: 4.5, reviews });
  });

  it.each([
    ['an item that does not exist', ratingWrite('services', 'nobody')],
    ['a lock that has moved on', ratingWrite('services', 's2', { expectedVersion: 6, version: 7 })],
    ['a lock where none is expected', ratingWrite('services', 's2')],
  ])('a transaction with %s writes nothing at all, and creates nothing', async (_, lost) => {
    await marketplace.put('providers', providerImage('p2'));
    await marketplace.put('services', serviceImage('s2', { ratingVersion: 7 }));
    expect(await tables.write([ratingWrite('providers', 'p2'), lost], signal)).toEqual({ kind: 'lock-lost' });
    expect(await marketplace.item('providers', 'p2')).toMatchObject({ rating: 0 });
    expect(await marketplace.item('services', 'nobody')).toBeUndefined();
  });

  it('all pages of an index are read', async () => {
    const comment = 'x'.repeat(50_000);
    for (let i = 0; i < 45; i++)
      await marketplace.put('reviews', reviewImage(`long-${i}`, 'b-long', { providerId: 'p-long', comment }));
    expect(await tables.reviewsOfProvider('p-long', signal)).toHaveLength(45);
    expect(await tables.reviewsOfBooking('b-long', signal)).toHaveLength(45);
    expect(await tables.reviewsOfBooking('b-none', signal)).toEqual([]);
  }, 30_000);

  it('the items that carry a rating are listed page by page, by their keys alone', async () => {
    for (const id of ['rated-1', 'rated-2', 'rated-3'])
      await marketplace.put('services', serviceImage(id, { rating: 4, reviewCount: 1 }));
    await marketplace.put('services', serviceImage('unrated'));
    const found: string[] = [];
    let after: string | undefined;
    let pages = 0;
    do {
      const page = await tables.ratedIds('services', { limit: 2, ...(after ? { after } : {}) }, signal);
      found.push(...page.ids);
      after = page.after;
      pages++;
    } while (after !== undefined);
    expect(found).toEqual(expect.arrayContaining(['rated-1', 'rated-2', 'rated-3']));
    expect(found).not.toContain('unrated');
    expect(new Set(found).size).toBe(found.length);
    expect(pages).toBeGreaterThan(1);
  });

  it('invocations that race on one provider end with every review counted', async () => {
    await marketplace.put('providers', providerImage('p3'));
    await marketplace.put('services', serviceImage('s3'));
    const invocation = async (n: number) => {
      const bookingId = `race-${n}`;
      const attributes = { providerId: 'p3', serviceId: 's3', rating: 1 + (n % 5) };
      await marketplace.put('reviews', reviewImage(`race-${n}`, bookingId, attributes));
      const context = batchContext();
      const effect = {
        bookingId,
        providerId: 'p3',
        serviceId: 's3',
        reviewExpected: true,
        firstReview: true,
      };
      const change = { eventId: bookingId, eventName: 'MODIFY' as const, keys: {}, expired: false };
      const carryOut = ratings({ tables, measure: () => {} });
      // Pauses between attempts pass at once; what takes time here is the engine.
      const clock = { now: () => context.clock.now(), after: (_: number, fn: () => void) => cancellable(fn) };
      return (await carryOut([{ key: bookingId, effect, change }], { ...context, clock })).map(
        ({ kind }) => kind,
      );
    };
    const ends = await Promise.all(Array.from({ length: 5 }, (_, n) => invocation(n)));
    // One that lost the lock may find its review counted by the one that won it.
    expect(ends.flat().every((kind) => kind === 'applied' || kind === 'duplicate')).toBe(true);
    expect(await marketplace.item('providers', 'p3')).toMatchObject({ rating: 3, reviewCount: 5 });
    expect(await marketplace.item('services', 's3')).toMatchObject({ rating: 3, reviewCount: 5 });
  });
});

describe('an answer of AWS', () => {
  const cancelledBy = async (...codes: string[]) => {
    const client = {
      send: async () => {
        const CancellationReasons = codes.map((Code) => ({ Code }));
        throw new TransactionCanceledException({ message: 'cancelled', $metadata: {}, CancellationReasons });
      },
    } as unknown as DynamoDBClient;
    return dynamodbRatingTables(client, TABLE_NAMES).write([ratingWrite('providers', 'p1')], signal);
  };

  it('that another transaction was at the item means that the lock is lost', async () => {
    expect(await cancelledBy('None', 'TransactionConflict')).toEqual({ kind: 'lock-lost' });
    expect(await cancelledBy('ConditionalCheckFailed', 'TransactionConflict')).toEqual({ kind: 'lock-lost' });
  });

  it('that an item would be too large is a refusal for good', async () => {
    expect(await cancelledBy('ValidationError', 'None')).toEqual({
      kind: 'refused',
      type: 'ValidationError',
    });
  });

  it('that there is no capacity is thrown, under its own code', async () => {
    await expect(cancelledBy('ThrottlingError', 'None')).rejects.toMatchObject({ code: 'ThrottlingError' });
  });
});

function cancellable(fn: () => void): () => void {
  const immediate = setImmediate(fn);
  return () => clearImmediate(immediate);
}
