/** Queries and scans, page by page (API reference, "Query", "Scan"). */
import { DeleteItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { tableScan } from '../../../operator/reconcile/scan.ts';
import { dynamodbRatingTables } from '../../../processors/bookings/ratings/dynamodb-tables.ts';
import { inboxReader } from '../../../processors/connections/inbox.ts';
import { dynamodbInbox } from '../../../shared/notifications/inbox.ts';
import { outcomeOf, type Rule } from '../rule.ts';
import { makeTable, plainTable, sessionsTable, type Tables } from './tables.ts';

const { signal } = new AbortController();

const NOW_S = 1_767_225_600;

/** An inbox of 130 rows, every second of which is over, and rows of others around it. */
async function fullInbox(tables: Tables) {
  const table = await sessionsTable(tables);
  const row = (PK: string, SK: string, ttl: number) => ({
    PK: { S: PK },
    SK: { S: SK },
    ttl: { N: String(ttl) },
    notification: { M: {} },
  });
  await table.putAll([
    ...Array.from({ length: 130 }, (_, index) =>
      row('NOTIFICATION#u1', `NOTIF#${1000 + index}`, NOW_S + (index % 2 === 0 ? 1 : -1)),
    ),
    row('NOTIFICATION#u1', 'OTHER#1', NOW_S + 1),
    row('NOTIFICATION#u10', 'NOTIF#1', NOW_S + 1),
  ]);
  return table;
}

export const queryRules: readonly Rule<Tables>[] = [
  {
    title:
      'a limit counts what is looked at, from the greatest sort key of the prefix, not what the filter lets through',
    aws: {
      counted: 50,
      unread: 50,
      latest: ['NOTIF#1128', 'NOTIF#1126', 'NOTIF#1124', 'NOTIF#1122', 'NOTIF#1120'],
    },
    async observe(tables) {
      const table = await fullInbox(tables);
      const counted = await dynamodbInbox(tables.client, table.name).count('u1', NOW_S, signal);
      const { unread, latest } = await inboxReader(tables.client, table.name)('u1', NOW_S * 1000);
      return { counted, unread, latest: latest.map(({ id }) => id) };
    },
  },
  {
    title: 'sort keys are in the order of their bytes',
    aws: ['A', 'Z', 'a', 'ab', 'é', 'क', '😀'],
    async observe(tables) {
      const table = await sessionsTable(tables);
      for (const sort of ['क', 'a', '😀', 'Z', 'ab', 'A', 'é'])
        await table.put({ PK: { S: 'p' }, SK: { S: sort } });
      const { Items: items = [] } = await tables.client.send(
        new QueryCommand({
          TableName: table.name,
          KeyConditionExpression: 'PK = :p',
          ExpressionAttributeValues: { ':p': { S: 'p' } },
        }),
      );
      return items.map(({ SK }) => SK?.S);
    },
  },
  {
    title: 'a page of an index ends at 1 MB, and the next begins behind it',
    aws: { firstPage: 'some', all: ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7'] },
    async observe(tables) {
      const table = await makeTable(tables, {
        key: ['reviewId'],
        indexes: { 'providerReviews-index': ['providerId', 'createdAt'] },
      });
      for (let index = 0; index < 8; index++)
        await table.put({
          reviewId: { S: `r${index}` },
          providerId: { S: 'p1' },
          // Of one moment: the index alone cannot tell them apart.
          createdAt: { S: '2026-01-01T00:00:00.000Z' },
          comment: { S: 'x'.repeat(300_000) },
        });
      await table.put({ reviewId: { S: 'another' }, providerId: { S: 'p2' }, createdAt: { S: '2026' } });
      const { Items: items = [] } = await tables.client.send(
        new QueryCommand({
          TableName: table.name,
          IndexName: 'providerReviews-index',
          KeyConditionExpression: 'providerId = :p',
          ExpressionAttributeValues: { ':p': { S: 'p1' } },
        }),
      );
      const names = { bookings: 'none', providers: 'none', services: 'none', reviews: table.name };
      const all = await dynamodbRatingTables(tables.client, names).reviewsOfProvider('p1', signal);
      return {
        firstPage: items.length > 0 && items.length < 8 ? 'some' : items.length,
        all: all.map(({ reviewId }) => reviewId).sort(),
      };
    },
  },
  {
    title: 'an index has no item without its keys, and none any more that loses them',
    aws: [['b'], []],
    async observe(tables) {
      const table = await makeTable(tables, { key: ['id'], indexes: { ofOwner: ['owner', 'at'] } });
      const found = async () => {
        const { Items: items = [] } = await tables.client.send(
          new QueryCommand({
            TableName: table.name,
            IndexName: 'ofOwner',
            KeyConditionExpression: '#o = :o',
            ExpressionAttributeNames: { '#o': 'owner' },
            ExpressionAttributeValues: { ':o': { S: 'o' } },
          }),
        );
        return items.map(({ id }) => id?.S);
      };
      await table.put({ id: { S: 'a' }, owner: { S: 'o' } });
      await table.put({ id: { S: 'b' }, owner: { S: 'o' }, at: { S: '1' } });
      const before = await found();
      await table.put({ id: { S: 'b' }, owner: { S: 'o' } });
      return [before, await found()];
    },
  },
  {
    title: 'a consistent read of an index is refused',
    aws: 'ValidationException',
    async observe(tables) {
      const table = await sessionsTable(tables);
      return outcomeOf(
        tables.client.send(
          new QueryCommand({
            TableName: table.name,
            IndexName: 'UserIndex',
            ConsistentRead: true,
            KeyConditionExpression: 'user_id = :u',
            ExpressionAttributeValues: { ':u': { S: 'u' } },
          }),
        ),
      );
    },
  },
  {
    title: 'a key attribute in a filter is refused',
    aws: 'ValidationException',
    async observe(tables) {
      const table = await sessionsTable(tables);
      return outcomeOf(
        tables.client.send(
          new QueryCommand({
            TableName: table.name,
            KeyConditionExpression: 'PK = :p',
            FilterExpression: 'SK <> :p',
            ExpressionAttributeValues: { ':p': { S: 'p' } },
          }),
        ),
      );
    },
  },
];

const operated = {
  attributes: ['id', '__proto__'],
  keysOf: (row: { readonly [name: string]: unknown }) => [String(row['id'])],
};

export const scanRules: readonly Rule<Tables>[] = [
  {
    title: 'the segments of a scan have each row in exactly one of them',
    aws: Array.from({ length: 60 }, (_, index) => `i${100 + index}`),
    async observe(tables) {
      const table = await plainTable(tables);
      await table.putAll(Array.from({ length: 60 }, (_, index) => ({ id: { S: `i${100 + index}` } })));
      const scan = tableScan(tables.client, table.name, operated);
      const found = [];
      for (let index = 0; index < 7; index++)
        found.push(...(await scan({ index, of: 7 }, undefined, signal)).keys);
      return found.sort();
    },
  },
  {
    title: 'a scan in as many segments as there can be answers, and finds what lies in one',
    aws: ['done', 'ValidationException', 'ValidationException'],
    async observe(tables) {
      const table = await plainTable(tables);
      const scan = (Segment: number, TotalSegments: number) =>
        outcomeOf(tables.client.send(new ScanCommand({ TableName: table.name, Segment, TotalSegments })));
      return [await scan(999_999, 1_000_000), await scan(0, 1_000_001), await scan(7, 7)];
    },
  },
  {
    title: 'the pages of a scan have each row once, also when the last page is full',
    aws: ['i0', 'i1', 'i2', 'i3'],
    async observe(tables) {
      const table = await makeTable(tables, { key: ['providerId'] });
      for (let index = 0; index < 4; index++)
        await table.put({ providerId: { S: `i${index}` }, rating: { N: '1' } });
      for (let index = 0; index < 4; index++) await table.put({ providerId: { S: `unrated${index}` } });
      const names = { bookings: 'none', providers: table.name, services: 'none', reviews: 'none' };
      const { ratedIds } = dynamodbRatingTables(tables.client, names);
      const found: string[] = [];
      for (let after: string | undefined, pages = 0; pages < 20; pages++) {
        const page = await ratedIds(
          'providers',
          { limit: 2, ...(after === undefined ? {} : { after }) },
          signal,
        );
        found.push(...page.ids);
        after = page.after;
        if (after === undefined) return found.sort();
      }
      return 'more pages than rows';
    },
  },
  {
    title: 'a scan begins behind a key that has been deleted meanwhile',
    aws: true,
    async observe(tables) {
      const table = await plainTable(tables);
      for (let index = 0; index < 10; index++) await table.put({ id: { S: `i${index}` } });
      const page = (Limit: number, ExclusiveStartKey?: Record<string, { S: string }>) =>
        tables.client.send(new ScanCommand({ TableName: table.name, Limit, ExclusiveStartKey }));
      const all = (await page(10)).Items?.map(({ id }) => id?.S ?? '') ?? [];
      const first = await page(3);
      const last = first.LastEvaluatedKey?.['id']?.S ?? '';

      await tables.client.send(new DeleteItemCommand({ TableName: table.name, Key: { id: { S: last } } }));
      const rest = (await page(10, { id: { S: last } })).Items?.map(({ id }) => id?.S);
      return JSON.stringify(rest) === JSON.stringify(all.slice(3));
    },
  },
];
