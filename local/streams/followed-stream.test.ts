import { expect, test } from 'vitest';
import {
  createEventSourceMapping,
  type EventSourceMapping,
  parseMapping,
} from '../event-source-mapping/index.ts';
import { writeLatency } from '../report/write-latency.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { followStream } from './followed-stream.ts';

const record = (number: string, id = 'a') => ({
  dynamodb: { SequenceNumber: number, Keys: { id: { S: id } }, ApproximateCreationDateTime: 0 },
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
