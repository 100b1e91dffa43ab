import { expect, test } from 'vitest';
import {
  createEventSourceMapping,
  type EventSourceMapping,
  parseMapping,
} from '../event-source-mapping/index.ts';
import { writeLatency } from '../report/write-latency.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { followStream } from './followed-stream.ts';

const record = (number: string, id = 'a', createdS = 0) => ({
  dynamodb: { SequenceNumber: number, Keys: { id: { S: id } }, ApproximateCreationDateTime: createdS },
});

/** A stream with mappings whose function takes 10 ms. */
function follow(resumeFrom: Record<string, string>[] = [{}], respond: () => unknown = () => null) {
  const clock = new VirtualClock();
  const mappings: EventSourceMapping[] = [];
  const latency = writeLatency();
  const followed = followStream({ table: 'orders', mappings, resumeFrom, latency, clock });
  const delivered: string[][] = resumeFrom.map(() => []);
  let ids = 0;
  for (const [index] of resumeFrom.entries()) {
    mappings.push(
      createEventSourceMapping({
        mapping: parseMapping({
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          MaximumRetryAttempts: 0,
        }),
        clock,
        ids: () => `id-${ids++}`,
        invoke: ({ event }) =>
          new Promise((resolve) => {
            for (const one of event.Records as ReturnType<typeof record>[])
              delivered[index]?.push(one.dynamodb.SequenceNumber);
            clock.after(10, () => resolve({ kind: 'returned', payload: respond() }));
          }),
        onFailure: async () => {},
        observe: (event) => followed.observe(index, event),
      }),
    );
    mappings[index]?.enable();
  }
  return { clock, latency, followed, delivered };
}

const orderKey = (id: string) => `orders ${JSON.stringify([['id', { S: id }]])}`;

test('a record is settled when its batch is, and its delay runs from the acceptance of its write', async () => {
  const { clock, latency, followed } = follow();
  latency.sent(orderKey('a')).acceptedAtMs = 0;
  followed.addShard({ shardId: 's1' });
  await clock.advance(5);
  followed.append('s1', [record('1')]);
  await clock.advance(9);
  expect(followed.counts()).toMatchObject({ records: 1, settled: 0 });
  await clock.advance(1);
  expect(followed.counts()).toMatchObject({ records: 1, settled: 1 });
  expect([latency.percentile(0.5), latency.unseen(), followed.lastSettledMs()]).toEqual([15, 0, 15]);
});

test('after a restart each mapping gets what it has not done, and reading begins where the slowest was', async () => {
  const { clock, followed, delivered } = follow([{ s1: '9' }, { s1: '11' }]);
  expect(followed.checkpoint('s1')).toBe('9');
  followed.addShard({ shardId: 's1' });
  followed.append(
    's1',
    ['10', '11', '12'].map((number) => record(number)),
  );
  await clock.advance(100);
  expect(delivered).toEqual([['10', '11', '12'], ['12']]);
  expect(followed.checkpoints()).toEqual([{ s1: '12' }, { s1: '12' }]);
});

test('a mapping that has done nothing yet needs the stream from its beginning', () => {
  expect(follow([{ s1: '9' }, {}]).followed.checkpoint('s1')).toBeUndefined();
});

test('records that are given up without a letter are lost, and counted so', async () => {
  const { clock, followed } = follow([{}], () => ({ batchItemFailures: [{ itemIdentifier: '1' }] }));
  followed.addShard({ shardId: 's1' });
  followed.append('s1', [record('1')]);
  await clock.advance(1_000);
  expect(followed.counts()).toMatchObject({ settled: 1, givenUp: 1, lost: 1, failedInvocations: 1 });
});

test('a mapping that lags holds the reading back', async () => {
  const { clock, followed } = follow();
  followed.addShard({ shardId: 's1' });
  followed.append(
    's1',
    Array.from({ length: 5_000 }, (_, n) => record(`${n + 1}`)),
  );
  let isReady = false;
  followed.ready().then(() => {
    isReady = true;
  });
  await clock.advance(50);
  expect(isReady).toBe(false);
  await clock.advance(1_000);
  expect(isReady).toBe(true);
});

test('an invocation that succeeds has not failed, and every record given up is counted', async () => {
  const { clock, followed } = follow([{}], () => null);
  followed.addShard({ shardId: 's1' });
  followed.append('s1', [record('1')]);
  await clock.advance(1_000);
  expect(followed.counts()).toMatchObject({ failedInvocations: 0, givenUp: 0, lost: 0 });
  const poisoned = follow([{}], () => ({ batchItemFailures: [{ itemIdentifier: '1' }] }));
  poisoned.followed.addShard({ shardId: 's1' });
  poisoned.followed.append('s1', [record('1'), record('2')]);
  await poisoned.clock.advance(1_000);
  expect(poisoned.followed.counts()).toMatchObject({ givenUp: 2, lost: 2, settled: 2 });
});

test('each write is measured once, by the first mapping, however many records a checkpoint passes', async () => {
  const { clock, latency, followed } = follow([{}, {}]);
  for (const [n, id] of ['a', 'b', 'c'].entries()) latency.sent(orderKey(id)).acceptedAtMs = 3 * n;
  followed.addShard({ shardId: 's1' });
  followed.append(
    's1',
    ['a', 'b', 'c'].map((id, n) => record(`${n + 1}`, id)),
  );
  await clock.advance(1_000);
  expect([latency.percentile(0), latency.percentile(1), latency.unseen()]).toEqual([4, 10, 0]);
  followed.observe(1, { kind: 'checkpoint', shardId: 's1', sequenceNumber: '3' });
  expect(followed.lastSettledMs()).toBe(10);
});

test('of several mappings the one that is furthest behind tells what waits, since when, and whether to read on', async () => {
  const { clock, followed } = follow([{ s1: '5000' }, { s1: '1' }]);
  followed.addShard({ shardId: 's1' });
  expect(followed.checkpoints()).toEqual([{ s1: '5000' }, { s1: '1' }]);
  followed.append(
    's1',
    Array.from({ length: 5_001 }, (_, n) => record(`${n + 1}`, 'a', n)),
  );
  expect(followed.backlog()).toEqual({ records: 5_000, oldestCreatedAtMs: 1_000 });
  let isReady = false;
  followed.ready().then(() => {
    isReady = true;
  });
  await clock.advance(50);
  expect(isReady).toBe(false);
});

test('a shard that is closed is closed for every mapping, so that each goes on with its children', async () => {
  const { clock, followed, delivered } = follow([{}, {}]);
  followed.addShard({ shardId: 's1' });
  followed.addShard({ shardId: 's2', parentShardId: 's1' });
  followed.append('s2', [record('2')]);
  followed.append('s1', [record('1')]);
  followed.closeShard('s1');
  await clock.advance(1_000);
  expect(delivered).toEqual([
    ['1', '2'],
    ['1', '2'],
  ]);
});
