/** What is done about a record by its verdict and its age. */
import { expect, test } from 'vitest';
import { decide, REMEMBERED_MS } from './decide.ts';
import { entry } from './testing.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-01-02T00:00:00Z');

test.each([
  ['exactly as old as allowed', { createdAtMs: NOW - HOUR }, 'carried out'],
  ['older than allowed', { createdAtMs: NOW - HOUR - 1 }, 'too-old'],
  ['of no known time, failed lately', { failedAt: '2026-01-01T23:30:00.000Z' }, 'carried out'],
  ['of no known time, failed long ago', { failedAt: '2026-01-01T12:00:00.000Z' }, 'too-old'],
])('a change %s, is %3$s', (_, age, word) => {
  const { carryOut, stay } = decide([entry({ processor: 'bids', ...age })], { nowMs: NOW, maxAgeMs: HOUR });
  expect([carryOut.length, stay.map(({ result }) => result?.word)]).toEqual(
    word === 'carried out' ? [1, []] : [0, [word]],
  );
});

test.each([
  ['older than was asked for', HOUR, 'older than --max-age allows'],
  ['older than what is remembered', REMEMBERED_MS, 'so old that who was told of it may be forgotten'],
])('what is %s says so, and that it can be forced', (_, maxAgeMs, reason) => {
  const old = entry({ processor: 'bookings', createdAtMs: NOW - maxAgeMs - 1 });
  const [left] = decide([old], { nowMs: NOW, maxAgeMs }).stay;
  expect(left?.result).toMatchObject({ failure: { details: expect.stringMatching(`^${reason}; --force`) } });
});

test.each(['already-applied', 'superseded', 'gone'] as const)(
  'a record that is %s is settled as that',
  (kind) => {
    const { settled } = decide([entry({ verdict: { kind } })], { nowMs: NOW, maxAgeMs: undefined });
    expect(settled.map(({ result }) => result)).toEqual([{ settled: true, word: kind }]);
  },
);

test('a record without a verdict stays', () => {
  const { stay } = decide([entry({ verdict: undefined })], { nowMs: NOW, maxAgeMs: undefined });
  expect(stay).toHaveLength(1);
});
