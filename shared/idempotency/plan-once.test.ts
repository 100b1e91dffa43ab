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
  const { once, recall, table, invocation, clock } = onceSetUp();
  const key = (kind: string) => ({ eventId: 'e1', kind });
  for (const [kind, outcome] of Object.entries(done))
    await once(key(kind), invocation(), async () => outcome);
  table.requests.length = 0;
  const change: Change = { eventId: 'e1', eventName: 'INSERT', keys: {}, newImage: {}, expired: false };
  const plan = planOnce<readonly string[]>(recall, {
    keysOf: ({ effect }) => effect.map(key),
    isOver: (of, nowMs) => over && of === change && nowMs === clock.now(),
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

  it('judges each record of several by its own effects alone, in one request', async () => {
    const { once, recall, table, invocation } = onceSetUp();
    const key = (kind: string) => ({ eventId: 'e1', kind });
    for (const kind of ['a', 'c', 'd']) await once(key(kind), invocation(), async () => applied);
    table.requests.length = 0;
    const change: Change = { eventId: 'e1', eventName: 'INSERT', keys: {}, newImage: {}, expired: false };
    const plan = planOnce<string>(recall, { keysOf: ({ effect }) => [...effect].map(key) });
    const works = ['ab', 'b', 'c', 'cd', 'da', 'eb', 'a'].map((effect) => ({ key: effect, change, effect }));
    const verdicts = await plan(works, invocation());
    expect(verdicts.map((verdict) => verdict?.kind)).toEqual([
      'apply',
      'apply',
      'already-applied',
      'already-applied',
      'already-applied',
      'apply',
      'already-applied',
    ]);
    expect(table.requests).toHaveLength(1);
  });

  it('tells of a record whose claim cannot be read, and that trying again will not help', async () => {
    const { recall, table, invocation } = onceSetUp();
    table.items.set('streamkeeper#bids#e1', { state: 'written by hand', ttl: 2_000_000_000 });
    const change: Change = { eventId: 'e1', eventName: 'INSERT', keys: {}, newImage: {}, expired: false };
    const plan = planOnce<string>(recall, { keysOf: () => [{ eventId: 'e1' }, { eventId: 'e2' }] });
    expect(await plan([{ key: 'k', change, effect: '' }], invocation())).toEqual([
      {
        kind: 'unresolvable',
        passing: false,
        failure: { code: 'IDEMPOTENCY_RECORD_UNREADABLE', type: 'ClaimUnreadable' },
      },
    ]);
  });

  it.each([
    ['over', true, {}, 'gone'],
    ['over, but told in time', true, { a: applied }, 'already-applied'],
    ['not over', false, {}, 'apply'],
  ])('says of what is told of an item whose time is %s', async (_, over, done, verdict) => {
    expect((await planned(['a'], done, over)).verdict).toBe(verdict);
  });
});
