import type { DynamoDBStreamsClient, Shard } from '@aws-sdk/client-dynamodb-streams';
import { expect, test } from 'vitest';
import { collectGarbage } from '../../test/support/collect-garbage.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { type StreamFollower, startStreamPoller } from './stream-poller.ts';

const arn = 'arn:aws:dynamodb:here:000000000000:table/orders/stream/1';

type Page = { numbers: readonly string[]; closes?: boolean } | { error: string };

/** A stream whose shards answer page after page; when a shard has no more, its pages are empty. `refusals` are of its descriptions. */
function fakeStream(
  shards: Record<string, { parent?: string; pages: Page[] }>,
  clock: VirtualClock,
  refusals: string[],
) {
  const asked: { shardId: string; type: string; after: string | undefined }[] = [];
  const pagesAtMs: number[] = [];
  const iterators = new Map<string, string>();
  const send = async (command: { constructor: { name: string }; input: Record<string, string> }) => {
    const { input } = command;
    switch (command.constructor.name) {
      case 'DescribeStreamCommand': {
        const refusal = refusals.shift();
        if (refusal !== undefined) throw Object.assign(new Error('refused'), { name: refusal });
        return {
          StreamDescription: {
            Shards: Object.entries(shards).map(
              ([ShardId, { parent }]): Shard => ({ ShardId, ...(parent ? { ParentShardId: parent } : {}) }),
            ),
          },
        };
      }
      case 'GetShardIteratorCommand': {
        const shardId = input['ShardId'] ?? '';
        asked.push({ shardId, type: input['ShardIteratorType'] ?? '', after: input['SequenceNumber'] });
        iterators.set(`it-${asked.length}`, shardId);
        return { ShardIterator: `it-${asked.length}` };
      }
      default: {
        const iterator = input['ShardIterator'] ?? '';
        pagesAtMs.push(clock.now());
        const page = shards[iterators.get(iterator) ?? '']?.pages.shift() ?? { numbers: [] };
        if ('error' in page) throw Object.assign(new Error('refused'), { name: page.error });
        return {
          Records: page.numbers.map((SequenceNumber) => ({ dynamodb: { SequenceNumber } })),
          ...(page.closes ? {} : { NextShardIterator: iterator }),
        };
      }
    }
  };
  return { client: { send } as unknown as DynamoDBStreamsClient, asked, pagesAtMs };
}

function start(
  shards: Parameters<typeof fakeStream>[0],
  more: Partial<StreamFollower> = {},
  refusedDescriptions: readonly string[] = [],
) {
  const clock = new VirtualClock();
  const { client, asked, pagesAtMs } = fakeStream(shards, clock, [...refusedDescriptions]);
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
    checkpoint: () => undefined,
    ...more,
  };
  const poller = startStreamPoller({
    client,
    clock,
    streamArn: arn,
    follower,
    warn: (line) => warnings.push(line),
  });
  return { poller, clock, asked, pagesAtMs, log, warnings };
}

/** For a minute. */
async function follow(shards: Parameters<typeof fakeStream>[0], from: Record<string, string> = {}) {
  const { poller, clock, ...seen } = start(shards, { checkpoint: (shardId) => from[shardId] });
  await clock.advance(60_000);
  const caughtUp = poller.caughtUp(30_000);
  const tooLate = poller.caughtUp(120_000);
  await clock.runUntil(poller.stop());
  return { ...seen, caughtUp, tooLate };
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

test('after an empty page an expired iterator is renewed after the last record all the same', async () => {
  const { asked } = await follow({
    s1: { pages: [{ numbers: ['1', '2'] }, { numbers: [] }, { error: 'ExpiredIteratorException' }] },
  });
  expect(asked.at(-1)).toEqual({ shardId: 's1', type: 'AFTER_SEQUENCE_NUMBER', after: '2' });
});

test('refusals with answers between them are no outage: nothing is warned of', async () => {
  const refusal = { error: 'InternalServerError' };
  const pages = Array.from({ length: 8 }, (_, n) => [refusal, { numbers: [`${n + 1}`] }]).flat();
  const { log, warnings } = await follow({ s1: { pages } });
  expect(log).toHaveLength(9);
  expect(warnings).toEqual([]);
});

test('while it is refused it asks less and less often, at least every five seconds', async () => {
  const refusal = { error: 'InternalServerError' };
  const { pagesAtMs } = await follow({ s1: { pages: Array.from({ length: 30 }, () => refusal) } });
  const waits = pagesAtMs.slice(1).map((atMs, n) => atMs - (pagesAtMs[n] ?? 0));
  expect(waits.slice(0, 8)).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
});

test('a full page is followed by the next at once: only an idle shard is left alone for a while', async () => {
  const full = { numbers: Array.from({ length: 1_000 }, (_, n) => `${n + 1}`) };
  const { pagesAtMs } = await follow({ s1: { pages: [full, full, { numbers: ['1'] }] } });
  expect(pagesAtMs.slice(0, 4)).toEqual([0, 0, 0, 100]);
});

test('it is caught up with no shard unread: neither before shards are known, nor while one of them is refused', async () => {
  const stuck = { pages: Array.from({ length: 100 }, () => ({ error: 'InternalServerError' })) };
  const { poller, clock, warnings } = start({ s1: { pages: [] }, s2: stuck }, {}, ['InternalServerError']);
  expect(poller.caughtUp(0)).toBe(false);
  await clock.advance(100);
  expect(poller.caughtUp(0)).toBe(false);
  expect(warnings).toEqual([expect.stringContaining('its shards cannot be listed (InternalServerError)')]);
  await clock.advance(30_000);
  expect(poller.caughtUp(0)).toBe(false);
  stuck.pages = [];
  await clock.advance(30_000);
  expect(poller.caughtUp(0)).toBe(true);
  await clock.runUntil(poller.stop());
});

test('a shard that has been read to its end holds nothing up', async () => {
  const { caughtUp } = await follow({
    s1: { pages: [{ numbers: ['1'], closes: true }] },
    s2: { parent: 's1', pages: [] },
  });
  expect(caughtUp).toBe(true);
});

test('a shard that comes later is found within ten seconds, and at once when one before it has closed', async () => {
  const shards: Parameters<typeof fakeStream>[0] = { s1: { pages: [] } };
  const { poller, clock, log } = start(shards);
  await clock.advance(1_000);
  shards['s2'] = { pages: [] };
  await clock.advance(10_000);
  expect(log).toEqual(['+s1', '+s2']);
  shards['s1'] = { pages: [{ numbers: ['1'], closes: true }] };
  shards['s3'] = { parent: 's1', pages: [{ numbers: ['2'] }] };
  await clock.advance(200);
  expect(log.slice(2)).toEqual(['s1: 1', '-s1', '+s3 of s1', 's3: 2']);
  await clock.runUntil(poller.stop());
});

test('a follower that takes no more holds the reading back, and not the end', async () => {
  const { poller, clock, log, warnings } = start(
    { s1: { pages: [{ numbers: ['1'] }, { numbers: ['2'] }] } },
    { ready: () => new Promise(() => {}) },
  );
  await clock.advance(60_000);
  expect(log).toEqual(['+s1', 's1: 1']);
  await clock.runUntil(poller.stop());
  expect(warnings).toEqual([]);
});

test('a poller keeps nothing of the pages it has waited for', async () => {
  let waited: WeakRef<object> | undefined;
  const { poller, clock } = start(
    { s1: { pages: [{ numbers: ['1'] }] } },
    {
      ready() {
        const answer = {};
        waited ??= new WeakRef(answer);
        return Promise.resolve(answer) as unknown as Promise<void>;
      },
    },
  );
  await clock.advance(10_000);
  collectGarbage();
  expect(waited).toBeDefined();
  expect(waited?.deref()).toBeUndefined();
  await clock.runUntil(poller.stop());
});

test.each(['DescribeStreamCommand', 'GetShardIteratorCommand', 'GetRecordsCommand'])(
  'at the end a %s under way is broken off, which is no failure, and nothing more is handed on',
  async (hanging) => {
    const answers: Record<string, object> = {
      DescribeStreamCommand: { StreamDescription: { Shards: [{ ShardId: 's1' }] } },
      GetShardIteratorCommand: { ShardIterator: 'it' },
      GetRecordsCommand: { Records: [], NextShardIterator: 'it' },
    };
    const send = (command: object, { abortSignal }: { abortSignal?: AbortSignal } = {}) => {
      const { name } = command.constructor;
      if (name !== hanging) return Promise.resolve(answers[name]);
      return new Promise((_, reject) =>
        abortSignal?.addEventListener('abort', () =>
          reject(Object.assign(new Error('aborted'), { name: 'AbortError' })),
        ),
      );
    };
    const clock = new VirtualClock();
    const warnings: string[] = [];
    let told = 0;
    const poller = startStreamPoller({
      client: { send } as unknown as DynamoDBStreamsClient,
      clock,
      streamArn: arn,
      follower: {
        addShard: () => {},
        append: () => told++,
        closeShard: () => told++,
        ready: async () => {},
        checkpoint: () => undefined,
      },
      warn: (line) => warnings.push(line),
    });
    await clock.advance(1_000);
    await clock.runUntil(poller.stop());
    expect([told, warnings]).toEqual([0, []]);
  },
);
