import { describe, expect, it } from 'vitest';
import { FUZZ_NAMES } from '../fuzz/suites.ts';
import { readOptions, UsageError } from './options.ts';
import { portions } from './portions.ts';

const defaults = { seed: 7, workers: 2 };
const read = (...args: string[]) => readOptions(args, defaults);

describe('the options of a proof', () => {
  it('are every stream, a random seed and two thousand histories where nothing is said', () => {
    expect(read()).toMatchObject({ runs: 2_000, seed: 7, workers: 2, json: false, engines: false });
  });

  it('name a law, and with it its stream', () => {
    expect(read('--law', 'bids/all', '--seed=-5', '--path', '3:1')).toMatchObject({
      suites: ['bids'],
      law: 'bids/all',
      seed: -5,
      path: '3:1',
    });
  });

  it('name all entry points by one word', () => {
    expect(read('--stream', 'fuzz', '--stream', 'bids')).toMatchObject({ suites: [...FUZZ_NAMES, 'bids'] });
  });

  it.each([
    ['--runs', '0'],
    ['--runs', 'many'],
    ['--stream', 'fish'],
    ['--law', 'fish/all'],
    ['--path', '1:2'],
    ['--what', '1'],
  ])('are refused by name: %s %s', (name, value) => {
    expect(() => read(name, value)).toThrow(UsageError);
    expect(() => read(name, value)).toThrow(name);
  });
});

describe('portions', () => {
  it('add up to the histories asked for, with a seed each, laws in turn', () => {
    expect(portions(['a', 'b'], 300, 2 ** 31 - 1)).toEqual([
      { law: 'a', seed: 2 ** 31 - 1, runs: 250 },
      { law: 'b', seed: 2 ** 31 - 1, runs: 250 },
      { law: 'a', seed: -(2 ** 31), runs: 50 },
      { law: 'b', seed: -(2 ** 31), runs: 50 },
    ]);
  });

  it('are at most forty of a law, however many histories it is tried on', () => {
    const cut = portions(['a'], 100_000, 1);
    expect(cut).toHaveLength(40);
    expect(cut.reduce((sum, { runs }) => sum + runs, 0)).toBe(100_000);
  });
});
