/** The codes of a deployed processor's failures are read from its own metrics: of the last minutes, all of them, and none of another's. */
import { expect, test } from 'vitest';
import { cloudWatchOf, type Point } from '../status/testing.ts';
import { failureCodes } from './failure-codes.ts';

const NOW = Date.parse('2026-03-17T09:30:00.000Z');

const ago = (minutes: number, metric: string, sum: number, processor = 'bids'): Point => ({
  of: `Streamkeeper ${metric} service=${processor}`,
  atMs: NOW - minutes * 60_000,
  sum,
  maximum: 1,
});

test('every code of the last quarter of an hour is told with its records, in however many pages they come', async () => {
  const points = [
    ago(1, 'Failed.SEARCH_429', 20),
    ago(9, 'Failed.SEARCH_429', 3),
    ago(14, 'Failed.SEARCH_503', 5),
    ago(2, 'Failed.CLAIM_HELD', 1),
    ago(3, 'Failed.QUEUE_UNREACHABLE', 2),
    ago(16, 'Failed.LONG_AGO', 9),
    ago(4, 'Failed.NONE', 0),
    ago(1, 'Applied', 100),
    ago(1, 'Failed.ANOTHER', 7, 'products'),
  ];
  expect(await failureCodes(cloudWatchOf(points), 'bids', NOW)).toEqual({
    SEARCH_429: 23,
    SEARCH_503: 5,
    CLAIM_HELD: 1,
    QUEUE_UNREACHABLE: 2,
  });
});

test('where there are no such metrics, or no metrics at all, there are no codes', async () => {
  expect(await failureCodes(cloudWatchOf([ago(1, 'Applied', 3)]), 'bids', NOW)).toEqual({});
  expect(await failureCodes(undefined, 'bids', NOW)).toEqual({});
});
