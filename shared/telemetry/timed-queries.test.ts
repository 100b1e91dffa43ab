/** A query's time is measured under its index, and its answer and its failure are its own. */
import { expect, test } from 'vitest';
import { timedQueries } from './timed-queries.ts';

function timed() {
  let nowMs = 0;
  const measured: unknown[] = [];
  const time = timedQueries((...measure) => void measured.push(measure), { now: () => nowMs });
  const after = (ms: number) => {
    nowMs += ms;
  };
  return { time, measured, after };
}

test('an answered query is measured by its index', async () => {
  const { time, measured, after } = timed();
  const query = time('UserIndex', async (id: string) => {
    after(12);
    return `rows of ${id}`;
  });
  expect(await query('u1')).toBe('rows of u1');
  expect(measured).toEqual([['IndexQueryLatency', 'milliseconds', 12, { Index: 'UserIndex' }]]);
});

test('a query that fails is not measured', async () => {
  const { time, measured } = timed();
  const query = time('UserIndex', async () => {
    throw new Error('throttled');
  });
  await expect(query()).rejects.toThrow('throttled');
  expect(measured).toEqual([]);
});

test('a clock that is set back measures nothing below zero', async () => {
  const { time, measured, after } = timed();
  await time('UserIndex', async () => after(-5))();
  expect(measured).toEqual([['IndexQueryLatency', 'milliseconds', 0, { Index: 'UserIndex' }]]);
});
