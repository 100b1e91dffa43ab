import { describe, expect, it } from 'vitest';
import { applied, onceSetUp } from '../../test/support/once.ts';
import type { Change } from '../stream/change.ts';
import type { EffectOutcome } from './bounded-effect.ts';
import { planOnce } from './plan-once.ts';

const ignored: EffectOutcome = { kind: 'ignored', rule: 'no-address' };

/** Events whose effects are named by kinds, some of them done. */
async function planned(
  effects: readonly string[],
  done: Readonly<Record<string, EffectOutcome>>,
  over = false,
) {
  const { once, recall, table, invocation } = onceSetUp();
  const key = (kind: string) => ({ eventId: 'e1', kind });
  for (const [kind, outcome] of Object.entries(done))
    await once(key(kind), invocation(), async () => outcome);
  table.requests.length = 0;
  const change: Change = { eventId: 'e1', eventName: 'INSERT', keys: {}, newImage: {}, expired: false };
  const plan = planOnce<readonly string[]>(recall, {
    keysOf: ({ effect }) => effect.map(key),
    isOver: () => over,
  });
  const before = structuredClone(table.items);
  const [verdict] = await plan([{ key: 'k', change, effect: effects }], invocation());
  expect(table.items).toEqual(before);
  return { verdict: verdict?.kind, requests: table.requests.length };
}

describe('a plan of what happens once', () => {
  it.each([
    ['nothing is done', [], 'apply'],
    ['one of two is done', ['a'], 'apply'],
    ['all is done', ['a', 'b'], 'already-applied'],
  ])('says of a record of which %s', async (_, done, verdict) => {
    const outcomes = Object.fromEntries(done.map((kind) => [kind, applied]));
    expect(await planned(['a', 'b'], outcomes)).toEqual({ verdict, requests: 1 });
  });

  it.each([
    ['only that', ['a'], { a: ignored }, 'ignored'],
    ['another that was done', ['a', 'b'], { a: ignored, b: applied }, 'already-applied'],
    ['another that was not', ['a', 'b'], { a: ignored }, 'apply'],
  ])('says of a record with an effect that a rule ignored, and %s', async (_, effects, done, verdict) => {
    expect((await planned(effects, done)).verdict).toBe(verdict);
  });

  it.each([
    ['over', true, {}, 'gone'],
    ['over, but told in time', true, { a: applied }, 'already-applied'],
    ['not over', false, {}, 'apply'],
  ])('says of what is told of an item whose time is %s', async (_, over, done, verdict) => {
    expect((await planned(['a'], done, over)).verdict).toBe(verdict);
  });
});
