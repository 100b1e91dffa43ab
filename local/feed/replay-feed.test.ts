import type { DynamoDBRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import { replayRecords } from './replay-feed.ts';

const NOW = 1_790_000_000_900;

const record = (id: string, n: number, table = 'orders'): DynamoDBRecord => ({
  eventName: 'MODIFY',
  awsRegion: 'recorded',
  eventSourceARN: `arn:aws:dynamodb:recorded:111122223333:table/${table}/stream/recorded`,
  dynamodb: { Keys: { id: { S: id } }, SequenceNumber: `${n}`, ApproximateCreationDateTime: 1_600_000_000 },
});

async function replay(
  records: readonly DynamoDBRecord[],
  options: { shards?: number; signal?: AbortSignal; ready?: () => Promise<void> } = {},
) {
  const log: string[] = [];
  const appended = new Map<string, DynamoDBRecord[]>();
  const target = {
    addShard: ({ shardId }: { shardId: string }) => {
      appended.set(shardId, []);
    },
    append(shardId: string, some: readonly Record<string, unknown>[]) {
      appended.get(shardId)?.push(...(some as readonly unknown[] as readonly DynamoDBRecord[]));
    },
    closeShard: (shardId: string) => log.push(`${shardId} is closed after ${appended.get(shardId)?.length}`),
    ready: options.ready ?? (async () => {}),
  };
  const told: (string | undefined)[] = [];
  const result = await replayRecords({
    records: (async function* () {
      yield* records;
    })(),
    targetOf: (table) => (table === 'orders' ? { target, streamArn: 'arn:of:this:run' } : undefined),
    tables: ['orders'],
    region: 'here',
    shards: options.shards ?? 1,
    nowMs: () => NOW,
    signal: options.signal ?? new AbortController().signal,
    onRecord: (itemKey) => told.push(itemKey),
  });
  return { result, shards: [...appended.values()], log, told };
}

test('a record comes as of this run and of this moment, in whole seconds as AWS writes them', async () => {
  const { shards } = await replay([record('a', 1)]);
  expect(shards).toMatchObject([
    [
      {
        eventName: 'MODIFY',
        awsRegion: 'here',
        eventSourceARN: 'arn:of:this:run',
        dynamodb: { SequenceNumber: '1', ApproximateCreationDateTime: 1_790_000_000 },
      },
    ],
  ]);
});

test('the records of an item share a shard in their order, and items are spread over all shards', async () => {
  const records = Array.from({ length: 200 }, (_, n) => record(`item-${n % 21}`, n));
  const { shards, log } = await replay(records, { shards: 4 });
  const itemsOf = (shard: readonly DynamoDBRecord[]) =>
    shard.map(({ dynamodb }) => dynamodb?.Keys?.['id']?.S);
  expect(shards.map((shard) => shard.length > 0)).toEqual([true, true, true, true]);
  expect(shards.flatMap((shard) => [...new Set(itemsOf(shard))])).toHaveLength(21);
  for (const shard of shards) {
    const numbers = shard.map(({ dynamodb }) => Number(dynamodb?.SequenceNumber));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  }
  expect(log).toHaveLength(4);
});

test('shards are closed once all is handed over, so that the mapping can come to an end', async () => {
  const { log } = await replay([record('a', 1), record('b', 2)]);
  expect(log).toEqual([expect.stringMatching(/is closed after 2$/)]);
});

test('what no mapping follows is counted and not handed over', async () => {
  const { result, shards, told } = await replay([
    record('a', 1, 'bids'),
    record('a', 2),
    { eventName: 'INSERT' },
  ]);
  expect(result).toEqual({ sent: 1, unfollowed: 2 });
  expect(shards[0]).toHaveLength(1);
  expect(told).toHaveLength(1);
});

test('a record that has lost its dynamodb member, or its keys, is handed over as it is', async () => {
  const { eventSourceARN = '' } = record('a', 1);
  const { shards } = await replay([
    { eventSourceARN },
    { eventSourceARN, dynamodb: { SequenceNumber: '1' } },
  ]);
  expect(shards[0]).toMatchObject([
    { eventSourceARN: 'arn:of:this:run' },
    { dynamodb: { SequenceNumber: '1' } },
  ]);
  expect(shards[0]?.[0]).not.toHaveProperty('dynamodb');
});

test('a mapping that lags is waited for', async () => {
  let waited = 0;
  const records = Array.from({ length: 1_200 }, (_, n) => record(`item-${n}`, n));
  await replay(records, { ready: async () => void waited++ });
  expect(waited).toBe(2);
});

test('an abort ends it after the record under way', async () => {
  const ending = new AbortController();
  const records = Array.from({ length: 1_200 }, (_, n) => record(`item-${n}`, n));
  const { result, log } = await replay(records, {
    signal: ending.signal,
    ready: async () => ending.abort(),
  });
  expect(result.sent).toBe(500);
  expect(log).toHaveLength(1);
});
