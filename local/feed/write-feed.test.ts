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
  /** Items of which two changes were under way at once. */
  readonly twiceAtOnce: Set<string>;
}

const turn = () => new Promise((go) => setImmediate(go));

/** Feeds the records to a table that answers after a few turns, and notes what it was sent. */
async function feed(records: readonly DynamoDBRecord[], options: Partial<WriteFeedOptions> = {}) {
  const seen: Seen = { batches: [], byItem: new Map(), twiceAtOnce: new Set() };
  const underWay = new Set<string>();
  const result = await feedWrites({
    records: stream(records),
    hasTable: () => true,
    signal: new AbortController().signal,
    async writeAll(writes) {
      seen.batches.push(writes);
      for (const { itemKey } of writes) {
        if (underWay.has(itemKey)) seen.twiceAtOnce.add(itemKey);
        underWay.add(itemKey);
      }
      for (let turns = 1 + (seen.batches.length % 3); turns > 0; turns--) await turn();
      for (const { itemKey } of writes) underWay.delete(itemKey);
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
  const { byItem, batches, twiceAtOnce } = await feed(records);
  expect([...twiceAtOnce]).toEqual([]);
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
  const told: number[] = [];
  const { result, byItem } = await feed(
    [change('a', 1), { eventName: 'INSERT' }, change('b', 2, 'nowhere'), change('c', 3)],
    { hasTable: (name) => name === 'orders', onProgress: (changes) => told.push(changes) },
  );
  expect([...result]).toEqual([
    ['its eventSourceARN names no table', 1],
    ['the template has no table nowhere', 1],
  ]);
  expect(byItem.size).toBe(2);
  expect(told.at(-1)).toBe(4);
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

test('what is written before what comes earlier in the recording is no progress yet', async () => {
  const told: number[] = [];
  const isWritten = Promise.withResolvers<void>();
  await feed([change('a', 1, 'slow'), change('b', 2, 'fast')], {
    onProgress: (changes) => told.push(changes),
    async writeAll([one]) {
      if (one?.table === 'fast') isWritten.resolve();
      else {
        await isWritten.promise;
        await turn();
      }
      return new Map();
    },
  });
  expect(told).toEqual([0, 2]);
});

test('a recording is read a few hundred changes ahead, and no further', async () => {
  let read = 0;
  const isFree = Promise.withResolvers<void>();
  async function* records() {
    for (; read < 2_000; read++) yield change(`item-${read}`, read);
  }
  const feeding = feed([], {
    records: records(),
    async writeAll() {
      await isFree.promise;
      return new Map();
    },
  });
  for (let turns = 0; turns < 100; turns++) await turn();
  expect(read).toBeLessThan(400);
  isFree.resolve();
  await feeding;
  expect(read).toBe(2_000);
});

test('a write that fails ends the feed with its error', async () => {
  let writes = 0;
  const failing = feed(
    Array.from({ length: 900 }, (_, n) => change(`item-${n}`, n)),
    {
      writeAll: () => {
        writes++;
        return Promise.reject(new Error('no engine'));
      },
    },
  );
  await expect(failing).rejects.toThrow('no engine');
  expect(writes).toBeLessThanOrEqual(2);
});

test('an abort ends the feed at once', async () => {
  const ending = new AbortController();
  let writes = 0;
  await feed(
    Array.from({ length: 900 }, (_, n) => change(`item-${n}`, n)),
    {
      signal: ending.signal,
      async writeAll() {
        writes++;
        ending.abort();
        return new Map();
      },
    },
  );
  expect(writes).toBeLessThanOrEqual(2);
});
