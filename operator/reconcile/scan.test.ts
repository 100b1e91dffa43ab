/** What is asked of a table, and what is made of its answer. */
import type { DynamoDBClient, ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { roughRows } from './sample.ts';
import { tableScan } from './scan.ts';

const { signal } = new AbortController();

function table(answer: object) {
  const asked: (ScanCommandInput & { readonly signal?: AbortSignal })[] = [];
  const client = {
    send: async ({ input }: { input: ScanCommandInput }, options?: { abortSignal?: AbortSignal }) => {
      asked.push({ ...input, ...(options?.abortSignal && { signal: options.abortSignal }) });
      return answer;
    },
  } as unknown as DynamoDBClient;
  return { client, asked };
}

const row = (a: string, b: string) => ({ a: { S: a }, b: { S: b } });
const KEYS = { attributes: ['a', 'b'], keysOf: ({ a, b }: Record<string, unknown>) => [`${a}:${b}`] };

test('a scan reads consistently, a bounded page of what keys are made of', async () => {
  const { client, asked } = table({ Items: [row('x', '1'), row('x', '2'), row('x', '1')] });
  const page = await tableScan(client, 'products', KEYS)({ index: 0, of: 1 }, undefined, signal);
  expect(page).toEqual({ keys: ['x:1', 'x:2'] });
  expect(asked).toEqual([
    {
      TableName: 'products',
      ConsistentRead: true,
      ProjectionExpression: '#a0, #a1',
      ExpressionAttributeNames: { '#a0': 'a', '#a1': 'b' },
      Limit: 1_000,
      signal,
    },
  ]);
});

test('a scan goes on in its segment after the last row, also after a page without one', async () => {
  const next = row('x', '9');
  const { client, asked } = table({ LastEvaluatedKey: next });
  const page = await tableScan(client, 'products', KEYS)({ index: 3, of: 4 }, row('x', '5'), signal);
  expect(page).toEqual({ keys: [], next });
  expect(asked[0]).toMatchObject({ Segment: 3, TotalSegments: 4, ExclusiveStartKey: row('x', '5') });
});

test('a table has roughly as many rows as DynamoDB counted, and none where it did not', async () => {
  expect(await roughRows(table({ Table: { ItemCount: 41, TableSizeBytes: 9_000 } }).client, 'products')).toBe(
    41,
  );
  expect(await roughRows(table({}).client, 'products')).toBe(0);
});
