import type { DynamoDBStreamsClient, Shard } from '@aws-sdk/client-dynamodb-streams';
import { expect, test } from 'vitest';
import { VirtualClock } from '../virtual-clock.ts';
import { type StreamFollower, startStreamPoller } from './stream-poller.ts';

const arn = 'arn:aws:dynamodb:here:000000000000:table/orders/stream/1';

type Page = { numbers: readonly string[]; closes?: boolean } | { error: string };

/** A stream whose shards answer page after page; when a shard has no more, its pages are empty. */
function fakeStream(shards: Record<string, { parent?: string; pages: Page[] }>) {
  const asked: { shardId: string; type: string; after: string | undefined }[] = [];
  const iterators = new Map<string, string>();
  const send = async (command: { constructor: { name: string }; input: Record<string, string> }) => {
    const { input } = command;
    switch (command.constructor.name) {
      case 'DescribeStreamCommand':
        return {
          StreamDescription: {
            Shards: Object.entries(shards).map(
              ([ShardId, { parent }]): Shard => ({ ShardId, ...(parent ? { ParentShardId: parent } : {}) }),
            ),
          },
        };
      case 'GetShardIteratorCommand': {
        const shardId = input['ShardId'] ?? '';
        asked.push({ shardId, type: input['ShardIteratorType'] ?? '', after: input['SequenceNumber'] });
        iterators.set(`it-${asked.length}`, shardId);
        return { ShardIterator: `it-${asked.length}` };
      }
      default: {
        const iterator = input['ShardIterator'] ?? '';
        const page = shards[iterators.get(iterator) ?? '']?.pages.shift() ?? { numbers: [] };
        if ('error' in page) throw Object.assign(new Error('refused'), { name: page.error });
        return {
          Records: page.numbers.map((SequenceNumber) => ({ dynamodb: { SequenceNumber } })),
          ...(page.closes ? {} : { NextShardIterator: iterator }),
        };
      }
    }
  };
  return { client: { send } as unknown as DynamoDBStreamsClient, asked };
}

async function follow(shards: Parameters<typeof fakeStream>[0], from: Record<string, string> = {}) {
  const clock = new VirtualClock();
  const { client, asked } = fakeStream(shards);
  const log: string[] = [];
  const warnings: string[] = [];
  const follower: StreamFollower = {
    addShard: ({ shardId, parentShardId }) =>
      log.push(`+${shardId}${parentShardId ? ` of ${parentShardId}` : ''}`),
    append: (shardId, records) =>
      log.push(
        `${shardId}: ${records.map((r) => (r['dynamodb'] as Record<string, string>)['SequenceNumber']).join(' ')}`,
      ),
    closeShard: (shardId) => log.push(`-${shardId}`),
    ready: async () => {},
    checkpoint: (shardId) => from[shardId],
  };
  const poller = startStreamPoller({
    client,
    clock,
    streamArn: arn,
    follower,
    warn: (line) => warnings.push(line),
  });
  await clock.advance(60_000);
  const caughtUp = poller.caughtUp(30_000);
  const tooLate = poller.caughtUp(120_000);
  await clock.runUntil(poller.stop());
  return { log, asked, warnings, caughtUp, tooLate };
}

test('empty pages are passed over until there is something, and say when the stream is read to its end', async () => {
  const { log, caughtUp, tooLate } = await follow({
    s1: { pages: [{ numbers: [] }, { numbers: ['1', '2'] }, { numbers: [] }, { numbers: ['3'] }] },
  });
  expect(log).toEqual(['+s1', 's1: 1 2', 's1: 3']);
  expect([caughtUp, tooLate]).toEqual([true, false]);
});

test('an expired iterator is renewed after the last record read', async () => {
  const { log, asked } = await follow({
    s1: { pages: [{ numbers: ['1', '2'] }, { error: 'ExpiredIteratorException' }, { numbers: ['3'] }] },
  });
  expect(log).toEqual(['+s1', 's1: 1 2', 's1: 3']);
  expect(asked).toEqual([
    { shardId: 's1', type: 'TRIM_HORIZON', after: undefined },
    { shardId: 's1', type: 'AFTER_SEQUENCE_NUMBER', after: '2' },
  ]);
});

test('trimmed records are said to be gone, and reading goes on with the oldest there is', async () => {
  const { asked, warnings } = await follow(
    { s1: { pages: [{ error: 'TrimmedDataAccessException' }, { numbers: ['9'] }] } },
    { s1: '4' },
  );
  expect(asked.map(({ type }) => type)).toEqual(['AFTER_SEQUENCE_NUMBER', 'TRIM_HORIZON']);
  expect(warnings).toEqual([expect.stringContaining('trimmed')]);
});

test('a closed shard is told, and its child is found with its parent', async () => {
  const { log } = await follow({
    s1: { pages: [{ numbers: ['1'], closes: true }] },
    s2: { parent: 's1', pages: [{ numbers: ['2'] }] },
  });
  expect(log.filter((line) => line.includes('s1'))).toEqual(['+s1', '+s2 of s1', 's1: 1', '-s1']);
  expect(log).toContain('s2: 2');
});

test('reading begins after the position of an earlier run', async () => {
  const { asked } = await follow({ s1: { pages: [] } }, { s1: '7' });
  expect(asked[0]).toEqual({ shardId: 's1', type: 'AFTER_SEQUENCE_NUMBER', after: '7' });
});

test('an engine that refuses for a while is asked again, and a warning says so', async () => {
  const refusal = { error: 'InternalServerError' };
  const { log, warnings } = await follow({
    s1: { pages: [refusal, refusal, refusal, refusal, { numbers: ['1'] }] },
  });
  expect(log).toEqual(['+s1', 's1: 1']);
  expect(warnings).toHaveLength(1);
});
