import { expect, test } from 'vitest';
import {
  grows,
  type Height,
  LIVE_HEAP_LIMIT,
  type Point,
  RESIDENT_LIMIT,
  type Trend,
  trendOf,
} from './flatness.ts';

const MB = 2 ** 20;
const RECORDS = 1_000_000;

/** A sample each hundredth of the run. */
const run = (megabytes: (share: number) => number): Point[] =>
  Array.from({ length: 100 }, (_, index) => {
    const share = (index + 1) / 100;
    return { records: share * RECORDS, bytes: megabytes(share) * MB };
  });

const trend = (megabytes: (share: number) => number, height: Height = 'median'): Trend => {
  const found = trendOf(run(megabytes), RECORDS, height);
  if (found === undefined) throw new Error('a run of a hundred samples has a trend');
  return found;
};

test('what is kept of every record shows as its slope', () => {
  const { slope, first, last } = trend((share) => 20 + 16 * share);
  expect(slope).toBeCloseTo(1.6);
  expect(last - first).toBeGreaterThan(12);
  expect(grows({ slope, first, last }, LIVE_HEAP_LIMIT)).toBe(true);
});

test('what is filled in the warm-up and stays is flat', () => {
  expect(
    grows(
      trend((share) => 20 + Math.min(share, 0.1) * 500),
      LIVE_HEAP_LIMIT,
    ),
  ).toBe(false);
});

test('noise around one height is flat', () => {
  expect(
    grows(
      trend((share) => 30 + Math.sin(share * 1_000)),
      LIVE_HEAP_LIMIT,
    ),
  ).toBe(false);
});

test('what is in hand now and then is no growth, and what is kept beneath it is', () => {
  const inHand = (share: number) => (Math.round(share * 100) % 10 === 0 ? 0 : 40 * share);
  expect(
    grows(
      trend((share) => 20 + inHand(share), 'lowest'),
      LIVE_HEAP_LIMIT,
    ),
  ).toBe(false);
  expect(
    grows(
      trend((share) => 20 + 16 * share + inHand(share), 'lowest'),
      LIVE_HEAP_LIMIT,
    ),
  ).toBe(true);
});

test('one late step within the limit is flat, one beyond it is not', () => {
  expect(
    grows(
      trend((share) => (share > 0.8 ? 150 : 110)),
      RESIDENT_LIMIT,
    ),
  ).toBe(false);
  expect(
    grows(
      trend((share) => (share > 0.5 ? 250 : 110)),
      RESIDENT_LIMIT,
    ),
  ).toBe(true);
});

test('too few samples say nothing', () => {
  expect(trendOf(run(() => 20).slice(0, 45), RECORDS, 'lowest')).toBeUndefined();
});
