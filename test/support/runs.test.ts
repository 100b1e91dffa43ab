import { expect, test } from 'vitest';
import { runsOf, seedIn } from './runs.ts';

test('the environment says how many cases, and from which seed', () => {
  expect(runsOf({ STREAMKEEPER_RUNS: '100000', STREAMKEEPER_SEED: '7' }, 5)).toEqual({
    runs: 100_000,
    seed: 7,
  });
});

test('without it there are as many as usual, from another seed each time', () => {
  const [one, other] = [runsOf({}, 5), runsOf({ STREAMKEEPER_RUNS: '' }, 5)];
  expect([one.runs, other.runs]).toEqual([5, 5]);
  expect(one.seed).not.toBe(other.seed);
});

test.each(['0', '-1', '1e3', 'many', '2147483648'])('%s cases are refused', (text) => {
  expect(() => runsOf({ STREAMKEEPER_RUNS: text }, 5)).toThrow('STREAMKEEPER_RUNS');
});

test('a seed is the one that is given, none, or refused by its name', () => {
  expect([seedIn({ STREAMKEEPER_SEED: '0' }), seedIn({}), seedIn({ STREAMKEEPER_SEED: '' })]).toEqual([
    0,
    undefined,
    undefined,
  ]);
  expect(() => seedIn({ STREAMKEEPER_SEED: '-1' })).toThrow('STREAMKEEPER_SEED');
});
