/** What becomes of keys by what a projection's door says of them. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import type { Outcome } from '../../shared/stream/outcome.ts';
import type { Comparison, ListedKeys } from '../../shared/stream/projection.ts';
import { paceOf } from '../redrive/carry-out.ts';
import type { ProjectionDoor } from './door.ts';
import { filling, mending, reconciling, throughProjection } from './steps.ts';
import type { Tally } from './tally.ts';

const failure = { code: 'BUSY' };
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  equal: { kind: 'equal' },
  missing: { kind: 'missing' },
  extra: { kind: 'extra' },
  different: { kind: 'different', fields: ['unit'] },
  invalid: { kind: 'unprojectable', failure: { code: 'INVALID_PRODUCT' } },
  unread: { kind: 'unread', failure },
};
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  applied: { kind: 'applied' },
  duplicate: { kind: 'duplicate' },
  superseded: { kind: 'superseded' },
  ignored: { kind: 'ignored', rule: 'a row of prices' },
  gone: { kind: 'gone' },
  invalid: { kind: 'poison', failure: { code: 'CURRENT_ITEM_INVALID' } },
  refused: { kind: 'poison', failure: { code: 'MAPPING' } },
  busy: { kind: 'transient', failure },
};

function world(outcomes: Readonly<Record<string, Outcome>> = {}) {
  const clock = new VirtualClock(0);
  const asked: string[] = [];
  const change = (action: string) => async (keys: readonly string[]) => {
    asked.push(...keys.map((key) => `${action} ${key}`));
    return keys.map((key): Outcome => outcomes[key] ?? { kind: 'applied' });
  };
  const door: ProjectionDoor = {
    compare: async (keys) => keys.map((key) => COMPARISONS[key] ?? { kind: 'equal' }),
    reconcile: change('reconcile'),
    fill: change('fill'),
    list: async () => ({ keys: [] }),
  };
  const { signal } = new AbortController();
  const ports = { clock, random: () => 0.5, signal, pace: paceOf(undefined, clock), door };
  return { ports, asked, run: <T>(work: Promise<T>) => clock.runUntil(work) };
}

describe('mending', () => {
  it('reconciles what is missing, extra or different, and notes the rest', async () => {
    const { ports, asked, run } = world();
    const tally = await run(mending(ports)(Object.keys(COMPARISONS)));
    expect(asked).toEqual(['reconcile missing', 'reconcile extra', 'reconcile different']);
    expect(tally).toEqual({
      counts: { equal: 1, reconciled: 3, unprojectable: 1, failed: 1 },
      left: [
        { key: 'invalid', result: 'unprojectable', failure: { code: 'INVALID_PRODUCT' } },
        { key: 'unread', result: 'failed', failure },
      ],
    });
  });
});

describe.each([
  ['reconciling', reconciling, 'reconcile', 'reconciled'],
  ['filling', filling, 'fill', 'filled'],
] as const)('%s', (_, stepOf, action, done) => {
  it('notes each outcome, with the reason where something is left, and asks again where it may pass', async () => {
    const { ports, asked, run } = world(OUTCOMES);
    const tally = await run(stepOf(ports)(Object.keys(OUTCOMES)));
    expect(tally).toEqual({
      counts: { [done]: 4, gone: 1, unprojectable: 1, refused: 1, failed: 1 },
      left: [
        { key: 'invalid', result: 'unprojectable', failure: { code: 'CURRENT_ITEM_INVALID' } },
        { key: 'refused', result: 'refused', failure: { code: 'MAPPING' } },
        { key: 'busy', result: 'failed', failure },
      ],
    });
    expect(asked.slice(0, 9)).toEqual([
      ...Object.keys(OUTCOMES).map((key) => `${action} ${key}`),
      `${action} busy`,
    ]);
  });
});

describe('what a projection lists', () => {
  const PAGES: Readonly<Record<string, ListedKeys>> = {
    first: { keys: ['a', 'b', 'a'], after: 'b' },
    b: { keys: [], after: 'c' },
    c: { keys: ['d'] },
  };

  function listing(abortBefore?: string) {
    const stopping = new AbortController();
    const { ports } = world();
    const taken: (readonly string[])[] = [];
    const told: Partial<Tally['counts']>[] = [];
    const list = async (after = 'first') => {
      if (after === abortBefore) stopping.abort();
      return PAGES[after] ?? { keys: [] };
    };
    const door = { ...ports.door, list };
    const step = async (keys: readonly string[]): Promise<Tally> => {
      taken.push(keys);
      return { counts: { equal: keys.length }, left: [] };
    };
    const end = throughProjection(step, { door, signal: stopping.signal }, ({ counts }) =>
      told.push({ ...counts }),
    );
    return { end, taken, told };
  }

  it('is taken page by page, also past an empty one, each key of a page once', async () => {
    const { end, taken, told } = listing();
    expect(await end).toEqual({ tally: { counts: { equal: 3 }, left: [] }, finished: true });
    expect(taken).toEqual([['a', 'b'], ['d']]);
    expect(told).toEqual([{ equal: 2 }, { equal: 2 }, { equal: 3 }]);
  });

  it('is not finished when it is interrupted between two pages', async () => {
    const { end, taken } = listing('b');
    expect(await end).toMatchObject({ finished: false });
    expect(taken).toEqual([['a', 'b']]);
  });
});
