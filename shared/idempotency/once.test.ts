import { describe, expect, it } from 'vitest';
import { applied, down, onceSetUp } from '../../test/support/once.ts';
import { sleep } from '../time/clock.ts';
import type { EffectOutcome } from './bounded-effect.ts';
import { createOnce } from './once.ts';

/** Letters live 14 days, in their queue and in their bucket. */
const DAY_S = 24 * 3600;

describe('once', () => {
  it('lets an effect happen, and answers duplicate from then on', async () => {
    const { once, key, invocation, effect, log } = onceSetUp();
    expect(await once(key(), invocation(), effect('first'))).toEqual(applied);
    expect(await once(key(), invocation(), effect('second'))).toEqual({ kind: 'duplicate' });
    expect(log).toEqual(['first']);
  });

  it('keeps apart processors, events, recipients and kinds', async () => {
    const { once, table, invocation, effect, log } = onceSetUp();
    const bookings = createOnce({ processor: 'bookings', table, newId: () => 'other' });
    const keys = [
      { eventId: 'e1' },
      { eventId: 'e2' },
      { eventId: 'e1', recipient: 'u1' },
      { eventId: 'e1', kind: 'x' },
    ];
    for (const key of keys) await once(key, invocation(), effect('bids'));
    await bookings({ eventId: 'e1' }, invocation(), effect('bookings'));
    expect(log).toHaveLength(5);
    expect([...table.items.keys()]).toEqual([
      'streamkeeper#bids#e1',
      'streamkeeper#bids#e2',
      'streamkeeper#bids#e1#u1',
      'streamkeeper#bids#e1##x',
      'streamkeeper#bookings#e1',
    ]);
  });

  it('lets a replay under a namespace of its own happen again', async () => {
    const { once, table, key, invocation, effect, log } = onceSetUp();
    const replay = createOnce({
      processor: 'bids',
      table,
      newId: () => 'replay',
      namespace: 'streamkeeper#replay-1',
    });
    await once(key(), invocation(), effect('live'));
    await replay(key(), invocation(), effect('replay'));
    await replay(key(), invocation(), effect('replay again'));
    expect(log).toEqual(['live', 'replay']);
  });

  it.each(['', 'bookings', 'streamkeeper#', 'streamkeeperX'])('refuses the namespace "%s"', (namespace) => {
    expect(() => onceSetUp({ namespace })).toThrow('namespace');
  });

  it('remembers for 15 days and no longer', async () => {
    const { once, key, invocation, effect, clock } = onceSetUp();
    await once(key(), invocation(), effect('first'));
    await clock.advance((15 * DAY_S - 1) * 1000);
    expect(await once(key(), invocation(), effect('second'))).toEqual({ kind: 'duplicate' });
    await clock.advance(2000);
    expect(await once(key(), invocation(), effect('third'))).toEqual(applied);
  });

  it('remembers what was ignored, with its rule', async () => {
    const { once, key, invocation, effect, log } = onceSetUp();
    const ignored: EffectOutcome = { kind: 'ignored', rule: 'no-address' };
    expect(await once(key(), invocation(), effect('first', ignored))).toEqual(ignored);
    expect(await once(key(), invocation(), effect('second'))).toEqual(ignored);
    expect(log).toEqual(['first']);
  });

  it.each<EffectOutcome>([down, { kind: 'poison', failure: { code: 'BAD' } }])(
    'gives the claim back when the effect ends as $kind',
    async (outcome) => {
      const { once, key, invocation, effect, table } = onceSetUp();
      expect(await once(key(), invocation(), effect('first', outcome))).toEqual(outcome);
      expect(table.items.size).toBe(0);
      expect(await once(key(), invocation(), effect('second'))).toEqual(applied);
    },
  );

  it('gives the claim back when the effect throws, and keeps the text of the error to itself', async () => {
    const { once, key, invocation, table } = onceSetUp();
    const outcome = await once(key(), invocation(), async () => {
      throw new Error('user +91 98765 43210');
    });
    expect(outcome).toEqual({ kind: 'transient', failure: { code: 'UNEXPECTED_ERROR', type: 'Error' } });
    expect(table.items.size).toBe(0);
  });

  it('runs an effect once when its event stands twice in a batch', async () => {
    const { once, key, invocation, effect, log, clock } = onceSetUp();
    const context = invocation();
    const both = [
      once(key(), context, effect('first', applied, 100)),
      once(key(), context, effect('second')),
    ];
    expect(await clock.runUntil(Promise.all(both))).toEqual([applied, { kind: 'duplicate' }]);
    expect(log).toEqual(['first']);
  });
});

describe('a claim that is held elsewhere', () => {
  it('is waited for while it lives, and the effect found done', async () => {
    const { once, key, invocation, effect, log, clock, notices } = onceSetUp();
    const both = [
      once(key(), invocation(), effect('first', applied, 5_000)),
      once(key(), invocation(), effect('second')),
    ];
    expect(await clock.runUntil(Promise.all(both))).toEqual([applied, { kind: 'duplicate' }]);
    expect(log).toEqual(['first']);
    expect(notices).toEqual(['waited']);
  });

  it('is taken over after 15 s when its invocation has died', async () => {
    const { once, key, invocation, crashing, effect, log, clock, notices } = onceSetUp();
    void once(key(), crashing(), () => new Promise(() => {}));
    await clock.advance(0);
    const beganAt = clock.now();
    expect(await clock.runUntil(once(key(), invocation(), effect('second')))).toEqual(applied);
    expect(clock.now() - beganAt).toBeGreaterThanOrEqual(15_000);
    expect(clock.now() - beganAt).toBeLessThan(17_000);
    expect(log).toEqual(['second']);
    expect(notices).toContain('taken-over');
  });

  it('is waited for until the deadline at most, and then unsettled', async () => {
    const { once, key, invocation, effect, log, clock } = onceSetUp();
    void once(key(), invocation(), effect('first', applied, 10_000));
    await clock.advance(0);
    const beganAt = clock.now();
    const outcome = await clock.runUntil(once(key(), invocation(3_000), effect('second')));
    expect(outcome).toEqual({ kind: 'transient', failure: { code: 'CLAIMED_ELSEWHERE' } });
    expect(clock.now() - beganAt).toBeLessThanOrEqual(3_000);
    expect(log).toEqual(['first']);
  });

  it('does not outlive the invocation that made it', async () => {
    const { once, key, invocation, clock, table } = onceSetUp();
    void once(key(), invocation(4_000), () => new Promise(() => {}));
    await clock.advance(0);
    const [stored] = table.items.values();
    expect(JSON.parse(stored?.state ?? '')).toMatchObject({ untilMs: clock.now() + 4_000 });
  });
});

describe('an effect under a claim', () => {
  it.each([
    ['its claim', 50_000, 12_000],
    ['its invocation', 4_000, 3_200],
  ])('is told to stop while %s has time left to give the claim back', async (_, deadlineMs, stopsAfterMs) => {
    const { once, key, invocation, clock, table } = onceSetUp();
    const beganAt = clock.now();
    const outcome = await clock.runUntil(
      once(key(), invocation(deadlineMs), (signal) => sleep(clock, 60_000, signal).then(() => applied)),
    );
    expect(outcome).toEqual({
      kind: 'transient',
      failure: { code: 'EFFECT_TIME_OVER', type: 'EffectTimeOver' },
    });
    expect(clock.now() - beganAt).toBe(stopsAfterMs);
    expect(table.items.size).toBe(0);
  });

  it('that goes on regardless is not waited for longer than the claim lives', async () => {
    const { once, key, invocation, clock } = onceSetUp();
    const beganAt = clock.now();
    const outcome = await clock.runUntil(once(key(), invocation(), () => new Promise(() => {})));
    expect(outcome).toEqual({ kind: 'transient', failure: { code: 'EFFECT_TIME_OVER' } });
    expect(clock.now() - beganAt).toBe(15_000);
  });

  it('does not begin when the invocation is about to end', async () => {
    const { once, key, invocation, effect, log, table } = onceSetUp();
    const outcome = await once(key(), invocation(200), effect('first'));
    expect(outcome).toEqual({ kind: 'transient', failure: { code: 'DEADLINE' } });
    expect(log).toEqual([]);
    expect(table.requests).toEqual([]);
  });
});
