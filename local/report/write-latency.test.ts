import { expect, test } from 'vitest';
import { writeLatency } from './write-latency.ts';

test('records are matched with the writes of their item, first with first', () => {
  const latency = writeLatency();
  for (const [item, acceptedAtMs] of [
    ['a', 10],
    ['b', 20],
    ['a', 30],
  ] as const)
    latency.sent(item).acceptedAtMs = acceptedAtMs;
  expect(latency.unseen()).toBe(3);
  for (const item of ['a', 'a', 'b']) {
    const ticket = latency.seen(item);
    if (ticket !== undefined) latency.settled(ticket, 130);
  }
  expect(latency.unseen()).toBe(0);
  expect([latency.percentile(0), latency.percentile(0.5), latency.percentile(1)]).toEqual([100, 110, 120]);
});

test('a write of somebody else has no delay to measure', () => {
  const latency = writeLatency();
  expect(latency.seen('theirs')).toBeUndefined();
  expect(latency.seen(undefined)).toBeUndefined();
  expect(latency.percentile(0.5)).toBeNull();
});

test('a refused write waits for no record', () => {
  const latency = writeLatency();
  const refused = latency.sent('a');
  const accepted = latency.sent('a');
  latency.withdraw('a', refused);
  expect(latency.seen('a')).toBe(accepted);
  expect(latency.unseen()).toBe(0);
});

test('a record that is settled before the answer to its write is read has taken no time', () => {
  const latency = writeLatency();
  latency.settled(latency.sent('a'), 50);
  expect(latency.percentile(1)).toBe(0);
});
