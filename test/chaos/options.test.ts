import { expect, test } from 'vitest';
import { readOptions, UsageError } from './options.ts';

test('two minutes at twenty changes a second, with the seed that is given', () => {
  expect(readOptions([], 42)).toEqual({ minutes: 2, seed: 42, rate: 20, json: false });
});

test('all can be said', () => {
  expect(readOptions(['--minutes', '0.7', '--seed', '0', '--rate', '5', '--json'], 42)).toEqual({
    minutes: 0.7,
    seed: 0,
    rate: 5,
    json: true,
  });
  expect(readOptions(['-h'], 42)).toBe('help');
});

test.each([
  [['--minutes', '0'], /^--minutes 0: expected/],
  [['--minutes', ''], /^--minutes : expected/],
  [['--seed', '1.5'], /^--seed 1.5: expected a whole number/],
  [['--seed', '-1'], /--seed/],
  [['--rate', '501'], /^--rate 501: expected/],
  [['--colour'], /--colour/],
  [['extra'], /extra/],
])('%j is refused, and the option is named', (args, text) => {
  expect(() => readOptions(args, 42)).toThrow(UsageError);
  expect(() => readOptions(args, 42)).toThrow(text);
});
