import type { DynamoDBRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import type { TableWriteLine } from '../../fixtures/table-write.ts';
import { Problem } from '../problem.ts';
import { withSideWrites } from './side-writes.ts';

const record = (bookingId: string, table = 'marketplace-dev-bookings-table'): DynamoDBRecord => ({
  eventName: 'MODIFY',
  eventSourceARN: `arn:aws:dynamodb:here:000000000000:table/${table}/stream/1`,
  dynamodb: { Keys: { bookingId: { S: bookingId } } },
});
const put = (beforeLine: number, id: string, table = 'reviews'): TableWriteLine => ({
  beforeLine,
  at: 0,
  table,
  put: { reviewId: { S: id } },
});
const remove = (beforeLine: number, id: string): TableWriteLine => ({
  beforeLine,
  at: 0,
  table: 'reviews',
  delete: { reviewId: { S: id } },
});

async function told(records: readonly DynamoDBRecord[], lines: readonly TableWriteLine[], skip = 0) {
  const events: string[] = [];
  const recording = {
    name: 'day',
    records: async function* () {
      yield* records;
    },
    writes: async function* () {
      yield* lines;
    },
  };
  const given = withSideWrites(recording, {
    skip,
    async write(writes) {
      for (const { table, write } of writes) {
        const { reviewId, PK } = write.kind === 'put' ? write.item : write.key;
        events.push(`${write.kind} ${(reviewId ?? PK)?.S} in ${table}`);
      }
    },
    settled: async (number, table) => void events.push(`${number} of ${table} are settled`),
  });
  for await (const { dynamodb } of given) events.push(`booking ${dynamodb?.Keys?.['bookingId']?.S}`);
  return events;
}

const REVIEWS = 'marketplace-dev-reviews-table';
const SETTLED = 'of marketplace-dev-bookings-table are settled';

test('a write is done before its record and after the one before, in the same stage of the same system', async () => {
  expect(await told([record('a'), record('b')], [put(1, 'r'), put(2, 's')])).toEqual([
    `put r in ${REVIEWS}`,
    'booking a',
    `put s in ${REVIEWS}`,
    'booking b',
  ]);
});

test('a deletion waits with its record, and what comes later of the item, until all before is settled', async () => {
  const records = [record('a'), record('a'), record('b'), record('a')];
  expect(await told(records, [put(1, 'r'), remove(2, 'r'), put(4, 's')])).toEqual([
    `put r in ${REVIEWS}`,
    'booking a',
    'booking b',
    `2 ${SETTLED}`,
    `delete r in ${REVIEWS}`,
    'booking a',
    `put s in ${REVIEWS}`,
    'booking a',
  ]);
});

test('a second deletion beside an item waits once more', async () => {
  const records = [record('a'), record('a'), record('a')];
  expect(await told(records, [remove(1, 'r'), put(2, 'r'), remove(3, 'r')])).toEqual([
    '0 of  are settled',
    `delete r in ${REVIEWS}`,
    'booking a',
    `put r in ${REVIEWS}`,
    'booking a',
    `2 ${SETTLED}`,
    `delete r in ${REVIEWS}`,
    'booking a',
  ]);
});

test('what comes after a deletion that waits once more waits with it', async () => {
  const records = [record('a'), record('a'), record('a'), record('a')];
  const events = await told(records, [remove(1, 'r'), remove(3, 'r'), put(4, 's')]);
  expect(events.slice(-5)).toEqual([
    `2 ${SETTLED}`,
    `delete r in ${REVIEWS}`,
    'booking a',
    `put s in ${REVIEWS}`,
    'booking a',
  ]);
});

test('writes before one record go together, but for those of one item, of two tables, or more than a request takes', async () => {
  const sizes = async (lines: readonly TableWriteLine[]) => {
    const seen: number[] = [];
    const recording = {
      name: 'day',
      records: async function* () {
        yield record('a');
      },
      writes: async function* () {
        yield* lines;
      },
    };
    const write = async (writes: readonly unknown[]) => void seen.push(writes.length);
    for await (const _ of withSideWrites(recording, { skip: 0, write, settled: async () => {} }));
    return seen;
  };
  expect(await sizes([put(1, 'r'), put(1, 's')])).toEqual([2]);
  expect(await sizes([put(1, 'r'), put(1, 'r')])).toEqual([1, 1]);
  expect(await sizes([put(1, 'r'), put(1, 's', 'services')])).toEqual([1, 1]);
  expect(await sizes(Array.from({ length: 26 }, (_, n) => put(1, `r${n}`)))).toEqual([25, 1]);
});

test('what belongs after the last record is done when all is settled', async () => {
  expect(await told([record('a')], [remove(2, 'r')])).toEqual([
    'booking a',
    `1 ${SETTLED}`,
    `delete r in ${REVIEWS}`,
  ]);
});

test('what goes before records of an earlier run is not written again', async () => {
  const events = await told([record('a'), record('b')], [put(1, 'r'), put(2, 's')], 1);
  expect(events).toEqual(['booking a', `put s in ${REVIEWS}`, 'booking b']);
});

test('a table that the system does not have is refused', async () => {
  await expect(told([record('a')], [put(1, 'r', 'gossip')])).rejects.toThrow(Problem);
  await expect(told([record('a', 'theirs-dev-bookings-table')], [put(1, 'r')])).rejects.toThrow(Problem);
});
