/** What makes two records, and two letters, the same. */
import { expect, test } from 'vitest';
import { recordIdentity } from './identity.ts';
import type { FailedRecord, Letter } from './letter.ts';

const STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/bids/stream/2026';
const ids = { eventId: 'e1', sequenceNumber: '1' };
const record = (parts: Partial<FailedRecord> = {}) =>
  ({ processor: 'bids', streamArn: STREAM, ...parts }) as FailedRecord;
const letter = (key: string) => ({ source: { object: { bucket: 'failures', key } } }) as Letter;
const identity = (parts: Partial<FailedRecord>, key = 'a', index = 0) =>
  recordIdentity(record(parts), letter(key), index);

test('an event is one record in whatever letter, place or stream of its table it is', () => {
  const elsewhere = { ...ids, streamArn: `${STREAM}-later`, sequenceNumber: '2' };
  expect(identity(elsewhere, 'b', 3)).toBe(identity(ids));
});

test.each<[string, Partial<FailedRecord>]>([
  ['processor', { processor: 'bookings' }],
  ['table', { streamArn: STREAM.replace('table/bids', 'table/orders') }],
  ['event', { eventId: 'e2' }],
])('an event of another %s is another record', (_, other) => {
  expect(identity({ ...ids, ...other })).not.toBe(identity(ids));
});

test('what has no event id is told by its place in its stream', () => {
  const placed = { sequenceNumber: '1' };
  expect(identity(placed, 'b', 3)).toBe(identity(placed));
  expect(identity({ sequenceNumber: '2' })).not.toBe(identity(placed));
  expect(identity({ ...placed, streamArn: `${STREAM}-later` })).not.toBe(identity(placed));
});

test('what has neither is told by its letter, and its place in it', () => {
  expect(new Set([identity({}), identity({}, 'a', 1), identity({}, 'b'), identity({})]).size).toBe(3);
});
