import type { DynamoDBRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import { loadEndState } from './end-state.ts';
import type { PossibleWrite } from './write-feed.ts';

const ofTable = (table: string) => `arn:aws:dynamodb:here:000000000000:table/${table}/stream/1`;
const put = (id: string, n: number, table = 'orders'): DynamoDBRecord => ({
  eventName: 'MODIFY',
  eventSourceARN: ofTable(table),
  dynamodb: { Keys: { id: { S: id } }, NewImage: { id: { S: id }, n: { N: String(n) } } },
});
const remove = (id: string): DynamoDBRecord => ({
  eventName: 'REMOVE',
  eventSourceARN: ofTable('orders'),
  dynamodb: { Keys: { id: { S: id } } },
});
const unwritable = (id: string): DynamoDBRecord => ({
  eventName: 'MODIFY',
  eventSourceARN: ofTable('orders'),
  dynamodb: { Keys: { id: { S: id } } },
});

async function load(records: readonly DynamoDBRecord[], write?: () => Promise<void>) {
  const tables = new Map<string, string[]>();
  const read = async function* () {
    yield* records;
  };
  const written = await loadEndState(
    read,
    async (table, one: PossibleWrite) => {
      await write?.();
      const text = one.kind === 'put' ? `${one.item['id']?.S} ${one.item['n']?.N}` : 'a deletion';
      tables.set(table, [...(tables.get(table) ?? []), text]);
    },
    (name) => name !== 'nowhere',
  );
  return { written, tables: Object.fromEntries(tables) };
}

test('each item is written once, as its last change left it, into its own table', async () => {
  const { written, tables } = await load([
    put('a', 1),
    put('b', 2),
    put('a', 3),
    put('a', 4, 'bids'),
    put('b', 5),
  ]);
  expect(written).toBe(3);
  expect(tables).toEqual({ orders: ['a 3', 'b 5'], bids: ['a 4'] });
});

test('what is deleted in the end is not there, what is made anew is', async () => {
  const { tables } = await load([put('a', 1), remove('a'), put('b', 2), remove('b'), put('b', 3)]);
  expect(tables).toEqual({ orders: ['b 3'] });
});

test('a change that no table can hold leaves the item as it was before', async () => {
  expect((await load([put('a', 1), unwritable('a')])).tables).toEqual({ orders: ['a 1'] });
});

test('tables that the system does not have, and records of none, are left out', async () => {
  expect(await load([put('a', 1, 'nowhere'), { eventName: 'INSERT' }])).toEqual({ written: 0, tables: {} });
});

test('it ends when all is written, and fails with the write that fails', async () => {
  const items = Array.from({ length: 40 }, (_, n) => put(`item-${n}`, n));
  const slow = () => new Promise<void>((done) => setImmediate(done));
  expect((await load(items, slow)).tables['orders']).toHaveLength(40);
  await expect(load(items, () => Promise.reject(new Error('no engine')))).rejects.toThrow('no engine');
});
