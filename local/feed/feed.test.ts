import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import type { TableWriteLine } from '../../fixtures/table-write.ts';
import { sleep } from '../../shared/time/clock.ts';
import { writeLatency } from '../report/write-latency.ts';
import type { RunningSystem } from '../running-system.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { feed, newCourse } from './feed.ts';
import type { Recording } from './recordings.ts';

const BOOKINGS = 'marketplace-dev-bookings-table';
const REVIEWS = 'marketplace-dev-reviews-table';

const booking = (id: string, n: number, table = BOOKINGS): DynamoDBRecord => ({
  eventName: 'MODIFY',
  eventSourceARN: `arn:aws:dynamodb:here:000000000000:table/${table}/stream/1`,
  dynamodb: {
    Keys: { bookingId: { S: id } },
    NewImage: { bookingId: { S: id }, n: { N: `${n}` } },
    SequenceNumber: `${n}`,
  },
});
const review = (beforeLine: number, id: string, kind: 'put' | 'delete' = 'put'): TableWriteLine => {
  const [place, key] = [{ beforeLine, at: 0, table: 'reviews' }, { reviewId: { S: id } }];
  return kind === 'put' ? { ...place, put: key } : { ...place, delete: key };
};

const recording = (
  name: string,
  records: readonly DynamoDBRecord[],
  writes: readonly TableWriteLine[] = [],
): Recording => ({
  name,
  async *records() {
    yield* records;
  },
  async *writes() {
    yield* writes;
  },
});

type Item = Record<string, { S?: string; N?: string }>;
type Request = { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } };
type Input = { TableName?: string; Item?: Item; Key?: Item; RequestItems?: Record<string, Request[]> };

/** Both tables, of which bookings are followed; items named `bad…` are refused, and each request takes `takesMs`. */
function systemOf({
  takesMs = 0,
  backlog = () => 0,
  records = () => 0,
}: {
  takesMs?: number;
  backlog?: () => number;
  records?: () => number;
} = {}) {
  const clock = new VirtualClock();
  const log: { atMs: number; what: string }[] = [];
  const appended: string[] = [];
  const textOf = ({ PutRequest: put, DeleteRequest: gone }: Request) => {
    const item = put?.Item ?? gone?.Key ?? {};
    const id = item['bookingId']?.S ?? item['reviewId']?.S;
    return put === undefined ? `-${id}` : `+${id}${item['n'] === undefined ? '' : `=${item['n'].N}`}`;
  };
  const send = async ({ input }: { input: Input }) => {
    const requests: Request[] = Object.values(input.RequestItems ?? {})[0] ?? [
      input.Item === undefined
        ? { DeleteRequest: { Key: input.Key ?? {} } }
        : { PutRequest: { Item: input.Item } },
    ];
    await sleep(clock, takesMs);
    if (requests.some((request) => textOf(request).includes('bad')))
      throw Object.assign(new Error('refused'), { name: 'ValidationException' });
    for (const request of requests) log.push({ atMs: clock.now(), what: textOf(request) });
    return {};
  };
  const client = { send } as unknown as DynamoDBClient;
  const followed = {
    counts: () => ({ records: records() }),
    backlog: () => ({ records: backlog() }),
    addShard: () => {},
    append: (_shardId: string, some: readonly DynamoDBRecord[]) =>
      appended.push(...some.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '')),
    closeShard: () => {},
    ready: async () => {},
  };
  const system = {
    tables: new Map([BOOKINGS, REVIEWS].map((name) => [name, client])),
    streams: [{ table: BOOKINGS, streamArn: 'arn', followed }],
  } as unknown as RunningSystem;
  const latency = writeLatency();
  const said: string[] = [];
  const run = async (
    recordings: readonly Recording[],
    { source = 'writes' as 'writes' | 'replay', changes = {} as Record<string, number> } = {},
  ) => {
    const course = newCourse(changes);
    const signal = new AbortController().signal;
    const options = { source, shards: 1 } as const;
    await clock.runUntil(
      feed({
        options,
        recordings,
        system,
        region: 'here',
        latency,
        course,
        clock,
        signal,
        say: (line) => said.push(line),
      }),
    );
    return course;
  };
  return { clock, log, appended, latency, said, run, wrote: () => log.map(({ what }) => what) };
}

test('all recordings are written at once, and each tells how far it is', async () => {
  const { run, wrote, latency } = systemOf({ takesMs: 10 });
  const course = await run([
    recording('one', [booking('a', 1), booking('b', 2)]),
    recording('other', [booking('c', 3)]),
  ]);
  expect(wrote().sort()).toEqual(['+a=1', '+b=2', '+c=3']);
  expect(course).toMatchObject({ written: 3, changes: { one: 2, other: 1 }, firstMs: 0, lastMs: 10 });
  expect([course.left.size, latency.unseen()]).toEqual([0, 3]);
});

test('it goes on after the changes of an earlier run', async () => {
  const { run, wrote } = systemOf();
  const changes = { day: 2 };
  const course = await run(
    [
      recording(
        'day',
        [1, 2, 3].map((n) => booking(`b-${n}`, n)),
      ),
    ],
    { changes },
  );
  expect(wrote()).toEqual(['+b-3=3']);
  expect([course.written, course.changes, changes]).toEqual([1, { day: 3 }, { day: 2 }]);
});

test('what a table refuses is told by its reason, is not written, and no record of it is awaited', async () => {
  const { run, latency } = systemOf();
  const course = await run([
    recording('day', [booking('a', 1), booking('bad', 2), booking('c', 3, 'nowhere')], [review(1, 'bad')]),
  ]);
  expect([course.written, course.changes]).toEqual([1, { day: 3 }]);
  expect(Object.fromEntries(course.left)).toEqual({
    [`table ${BOOKINGS} refuses it (ValidationException)`]: 1,
    [`table ${REVIEWS} refuses it (ValidationException)`]: 1,
    'the template has no table nowhere': 1,
  });
  expect(latency.unseen()).toBe(1);
});

test('of a table that nobody follows no record is awaited', async () => {
  const { run, latency } = systemOf();
  const course = await run([recording('day', [booking('a', 1), booking('r', 2, REVIEWS)])]);
  expect([course.written, latency.unseen()]).toEqual([2, 1]);
});

test('a deletion waits until all before it is written, and quiet for a second', async () => {
  const { log, run } = systemOf({ takesMs: 10_000 });
  await run([recording('day', [booking('a', 1), booking('a', 2)], [review(2, 'r', 'delete')])]);
  expect(log.map(({ what }) => what)).toEqual(['+a=1', '-r', '+a=2']);
  const begunMs = (log[1]?.atMs ?? 0) - 10_000;
  expect(begunMs).toBeGreaterThanOrEqual(10_900);
  expect(begunMs).toBeLessThan(11_500);
});

test('a deletion waits for records that are being processed, and for those that still come', async () => {
  const subject = systemOf({
    records: (): number => Math.min(5, Math.floor(subject.clock.now() / 900)),
    backlog: (): number => (subject.clock.now() < 8_000 ? 1 : 0),
  });
  await subject.run([recording('day', [booking('a', 1), booking('a', 2)], [review(2, 'r', 'delete')])]);
  const deleted = subject.log.find(({ what }) => what === '-r')?.atMs ?? 0;
  expect(deleted).toBeGreaterThanOrEqual(8_900);
  expect(deleted).toBeLessThan(10_000);
});

test('what does not settle in two minutes is not waited for', async () => {
  const subject = systemOf({ backlog: () => 1 });
  await subject.run([recording('day', [booking('a', 1), booking('a', 2)], [review(2, 'r', 'delete')])]);
  const deleted = subject.log.find(({ what }) => what === '-r')?.atMs ?? 0;
  expect(deleted).toBeGreaterThanOrEqual(119_000);
  expect(deleted).toBeLessThan(121_000);
});

test('a replay fills the tables with what the recording ends in, and hands its records to the mappings', async () => {
  const { run, wrote, appended, said, latency } = systemOf();
  const day = [booking('a', 1), booking('a', 2), booking('b', 3), booking('r', 4, REVIEWS)];
  const course = await run([recording('day', day, [review(1, 'r')])], { source: 'replay' });
  expect([...new Set(wrote())].sort()).toEqual(['+a=2', '+b=3', '+r', '+r=4']);
  expect(appended).toEqual(['1', '2', '3']);
  expect(course).toMatchObject({ written: 3 });
  expect(Object.fromEntries(course.left)).toEqual({ 'no mapping follows its table': 1 });
  expect(said).toEqual([expect.stringContaining('(3 items)')]);
  expect(latency.unseen()).toBe(3);
});
