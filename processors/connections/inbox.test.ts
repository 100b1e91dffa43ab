/** What is asked of the inbox at connect, and what is made of it. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { inboxReader } from './inbox.ts';

const NOW_MS = 1_700_000_000_500;

const row = (number: number) => ({
  SK: { S: `NOTIF#${number}` },
  created_at: { S: '2023-11-14T22:13:20.000Z' },
  notification: { M: { type: { S: 'new_bid' } } },
});

test('all that waits is counted, and the latest five are shown, newest first', async () => {
  const inputs: Record<string, unknown>[] = [];
  const client = {
    send: async ({ input }: { readonly input: Record<string, unknown> }) => {
      inputs.push(input);
      return { Items: Array.from({ length: 8 }, (_, index) => row(8 - index)) };
    },
  } as unknown as DynamoDBClient;
  const { unread, latest } = await inboxReader(client, 'sessions')('asha', NOW_MS);
  expect(unread).toBe(8);
  expect(latest.map(({ id }) => id)).toEqual(['NOTIF#8', 'NOTIF#7', 'NOTIF#6', 'NOTIF#5', 'NOTIF#4']);
  expect(latest[0]).toEqual({
    id: 'NOTIF#8',
    createdAt: '2023-11-14T22:13:20.000Z',
    notification: { type: 'new_bid' },
  });
  expect(inputs).toMatchObject([
    {
      TableName: 'sessions',
      FilterExpression: '#ttl > :now',
      ExpressionAttributeValues: { ':inbox': { S: 'NOTIFICATION#asha' }, ':now': { N: '1700000000' } },
      ConsistentRead: true,
      ScanIndexForward: false,
      Limit: 100,
    },
  ]);
});
