import type { DynamoDBRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import { feedWrites, LARGEST_BATCH, type PendingWrite, type WriteFeedOptions } from './write-feed.ts';

const change = (id: string, n: number, table = 'orders'): DynamoDBRecord => ({
  eventName: 'MODIFY',
  eventSourceARN: `arn:aws:dynamodb:here:000000000000:table/${table}/stream/1`,
  dynamodb: { Keys: { id: { S: id } }, NewImage: { id: { S: id }, n: { N: String(n) } } },
});

async function* stream(records: readonly DynamoDBRecord[]) {
  yield* records;
}

interface Seen {
  readonly batches: (readonly PendingWrite[])[];
  /** Values written, by item. */
  readonly byItem: Map<string, number[]>;
}

/** Feeds the records to a table that answers after a few turns, and notes what it was sent. */
async function feed(records: readonly DynamoDBRecord[], options: Partial<WriteFeedOptions> = {}) {
  const seen: Seen = { batches: [], byItem: new Map() };
  const result = await feedWrites({
    records: stream(records),
    hasTable: () => true,
    signal: new AbortController().signal,
    async writeAll(writes) {
      seen.batches.push(writes);
      for (let turn = 0; turn < 1 + (seen.batches.length % 3); turn++)
        await new Promise((go) => setImmediate(go));
      for (const { itemKey, write } of writes) {
        const n = write.kind === 'put' ? Number(write.item['n']?.N) : Number.NaN;
        seen.byItem.set(itemKey, [...(seen.byItem.get(itemKey) ?? []), n]);
      }
      return new Map();
    },
    ...options,
  });
  return { ...seen, result };
}

test('the changes of one item are written one after the other, in their order, whatever others do', async () => {
  const records = Array.from({ length: 600 }, (_, n) => change(`item-${(n * n) % 7}`, n));
  const { byItem, batches } = await feed(records);
  expect([...byItem.values()].flat()).toHaveLength(600);
  for (const written of byItem.values()) expect(written).toEqual(written.toSorted((a, b) => a - b));
  for (const batch of batches) expect(new Set(batch.map(({ itemKey }) => itemKey)).size).toBe(batch.length);
});

test('different items share a request, up to the limit of DynamoDB', async () => {
  const { batches } = await feed(Array.from({ length: 100 }, (_, n) => change(`item-${n}`, n)));
  expect(Math.max(...batches.map((batch) => batch.length))).toBe(LARGEST_BATCH);
});

test('a request goes to one table', async () => {
  const { batches } = await feed(
    Array.from({ length: 60 }, (_, n) => change(`item-${n}`, n, `table-${n % 3}`)),
  );
  for (const batch of batches) expect(new Set(batch.map(({ table }) => table)).size).toBe(1);
});

test('what cannot be written, or is refused, is counted by reason and holds nothing up', async () => {
  const { result, byItem } = await feed(
    [change('a', 1), { eventName: 'INSERT' }, change('b', 2, 'nowhere'), change('c', 3)],
    { hasTable: (name) => name === 'orders' },
  );
  expect([...result]).toEqual([
    ['its eventSourceARN names no table', 1],
    ['the template has no table nowhere', 1],
  ]);
  expect(byItem.size).toBe(2);
  const refusing = await feed([change('a', 1)], {
    writeAll: async ([one]) => new Map(one && [[one, 'too big']]),
  });
  expect([...refusing.result]).toEqual([['too big', 1]]);
});

test('it goes on after the changes of an earlier run, and tells how far it is without a gap', async () => {
  const told: number[] = [];
  const { byItem } = await feed(
    [1, 2, 3, 4].map((n) => change(`item-${n}`, n)),
    {
      skip: 2,
      onProgress: (changes) => told.push(changes),
    },
  );
  expect([...byItem.values()].flat().toSorted()).toEqual([3, 4]);
  expect(told.at(-1)).toBe(4);
});

test('a write that fails ends the feed with its error', async () => {
  const failing = feed(
    Array.from({ length: 900 }, (_, n) => change(`item-${n}`, n)),
    {
      writeAll: () => Promise.reject(new Error('no engine')),
    },
  );
  await expect(failing).rejects.toThrow('no engine');
});

test('an abort ends the feed at once', async () => {
  const ending = new AbortController();
  const { batches } = await feed(
    Array.from({ length: 900 }, (_, n) => change(`item-${n}`, n)),
    {
      signal: ending.signal,
      async writeAll() {
        ending.abort();
        return new Map();
      },
    },
  );
  expect(batches).toEqual([]);
});
