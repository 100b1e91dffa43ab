import { expect, test } from 'vitest';
import { percentilesOf } from './percentiles.ts';

test('a percentile is the smallest value that so large a share does not exceed', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentilesOf(values)).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, max: 100 });
  expect(percentilesOf([7])).toEqual({ count: 1, p50: 7, p95: 7, p99: 7, max: 7 });
});

test('of nothing there are none', () => {
  expect(percentilesOf([])).toEqual({ count: 0, p50: null, p95: null, p99: null, max: null });
});
