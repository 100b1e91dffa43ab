import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { batchContext } from '../../test/support/batch-context.ts';
import { memoryClaimTable } from '../../test/support/claim-table.ts';
import { inOrder } from '../stream/in-order.ts';
import type { Outcome } from '../stream/outcome.ts';
import { sleep } from '../time/clock.ts';
import type { EffectOutcome, GuardedEffect } from './bounded-effect.ts';
import type { EventKey } from './event-key.ts';
import { createOnce, LANES, type OnceNotice, type OncePorts, WINDOW_S } from './once.ts';

const applied: EffectOutcome = { kind: 'applied' };
const down: EffectOutcome = { kind: 'transient', failure: { code: 'DOWN' } };

function setUp(ports: Partial<OncePorts> = {}) {
  const clock = new VirtualClock(1_700_000_000_000);
  const table = memoryClaimTable();
  const notices: OnceNotice[] = [];
  let ids = 0;
  const once = createOnce({
    processor: 'bids',
    table,
    newId: () => `id${ids++}`,
    notice: (notice) => notices.push(notice),
    ...ports,
  });
  const log: string[] = [];
  return {
    clock,
    table,
    notices,
    once,
    log,
    invocation: (deadlineMs = 50_000) => batchContext({ clock, deadlineMs }),
    /** Its time stands still from now on, like that of a process that is gone: it neither completes nor gives back. */
    crashing: (deadlineMs = 50_000) => batchContext({ clock: new VirtualClock(clock.now()), deadlineMs }),
    /** Notes that it ran, and ends as told after some time. */
    effect:
      (name: string, outcome: EffectOutcome = applied, ms = 0): GuardedEffect =>
      async () => {
        log.push(name);
        if (ms > 0) await sleep(clock, ms);
        return outcome;
      },
    key: (eventId = 'e1'): EventKey => ({ eventId }),
  };
}

describe('once', () => {
  it('lets an effect happen, and answers duplicate from then on', async () => {
    const { once, key, invocation, effect, log } = setUp();
    expect(await once(key(), invocation(), effect('first'))).toEqual(applied);
    expect(await once(key(), invocation(), effect('second'))).toEqual({ kind: 'duplicate' });
    expect(log).toEqual(['first']);
  });

  it('keeps apart processors, events, recipients and kinds', async () => {
    const { once, table, invocation, effect, log } = setUp();
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
    const { once, table, key, invocation, effect, log } = setUp();
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
    expect(() => setUp({ namespace })).toThrow('namespace');
  });

  it('remembers for 15 days and no longer', async () => {
    const { once, key, invocation, effect, clock } = setUp();
    await once(key(), invocation(), effect('first'));
    await clock.advance((WINDOW_S - 1) * 1000);
    expect(await once(key(), invocation(), effect('second'))).toEqual({ kind: 'duplicate' });
    await clock.advance(2000);
    expect(await once(key(), invocation(), effect('third'))).toEqual(applied);
  });

  it('remembers what was ignored, with its rule', async () => {
    const { once, key, invocation, effect, log } = setUp();
    const ignored: EffectOutcome = { kind: 'ignored', rule: 'no-address' };
    expect(await once(key(), invocation(), effect('first', ignored))).toEqual(ignored);
    expect(await once(key(), invocation(), effect('second'))).toEqual(ignored);
    expect(log).toEqual(['first']);
  });

  it.each<EffectOutcome>([down, { kind: 'poison', failure: { code: 'BAD' } }])(
    'gives the claim back when the effect ends as $kind',
    async (outcome) => {
      const { once, key, invocation, effect, table } = setUp();
      expect(await once(key(), invocation(), effect('first', outcome))).toEqual(outcome);
      expect(table.items.size).toBe(0);
      expect(await once(key(), invocation(), effect('second'))).toEqual(applied);
    },
  );

  it('gives the claim back when the effect throws, and keeps the text of the error to itself', async () => {
    const { once, key, invocation, table } = setUp();
    const outcome = await once(key(), invocation(), async () => {
      throw new Error('user +91 98765 43210');
    });
    expect(outcome).toEqual({ kind: 'transient', failure: { code: 'UNEXPECTED_ERROR', type: 'Error' } });
    expect(table.items.size).toBe(0);
  });

  it('runs an effect once when its event stands twice in a batch', async () => {
    const { once, key, invocation, effect, log, clock } = setUp();
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
    const { once, key, invocation, effect, log, clock, notices } = setUp();
    const both = [
      once(key(), invocation(), effect('first', applied, 5_000)),
      once(key(), invocation(), effect('second')),
    ];
    expect(await clock.runUntil(Promise.all(both))).toEqual([applied, { kind: 'duplicate' }]);
    expect(log).toEqual(['first']);
    expect(notices).toEqual(['waited']);
  });

  it('is taken over after 15 s when its invocation has died', async () => {
    const { once, key, invocation, crashing, effect, log, clock, notices } = setUp();
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
    const { once, key, invocation, effect, log, clock } = setUp();
    void once(key(), invocation(), effect('first', applied, 10_000));
    await clock.advance(0);
    const beganAt = clock.now();
    const outcome = await clock.runUntil(once(key(), invocation(3_000), effect('second')));
    expect(outcome).toEqual({ kind: 'transient', failure: { code: 'CLAIMED_ELSEWHERE' } });
    expect(clock.now() - beganAt).toBeLessThanOrEqual(3_000);
    expect(log).toEqual(['first']);
  });

  it('does not outlive the invocation that made it', async () => {
    const { once, key, invocation, clock, table } = setUp();
    void once(key(), invocation(4_000), () => new Promise(() => {}));
    await clock.advance(0);
    const [stored] = table.items.values();
    expect(JSON.parse(stored?.state ?? '')).toMatchObject({ untilMs: clock.now() + 4_000 });
  });
});

describe('an effect under a claim', () => {
  it('is told to stop while there is time left to give the claim back', async () => {
    const { once, key, invocation, clock, table } = setUp();
    const beganAt = clock.now();
    const outcome = await clock.runUntil(
      once(key(), invocation(), (signal) => sleep(clock, 60_000, signal).then(() => applied)),
    );
    expect(outcome).toEqual({
      kind: 'transient',
      failure: { code: 'EFFECT_TIME_OVER', type: 'EffectTimeOver' },
    });
    expect(clock.now() - beganAt).toBe(12_000);
    expect(table.items.size).toBe(0);
  });

  it('that goes on regardless is not waited for longer than the claim lives', async () => {
    const { once, key, invocation, clock } = setUp();
    const beganAt = clock.now();
    const outcome = await clock.runUntil(once(key(), invocation(), () => new Promise(() => {})));
    expect(outcome).toEqual({ kind: 'transient', failure: { code: 'EFFECT_TIME_OVER' } });
    expect(clock.now() - beganAt).toBe(15_000);
  });

  it('does not begin when the invocation is about to end', async () => {
    const { once, key, invocation, effect, log, table } = setUp();
    const outcome = await once(key(), invocation(200), effect('first'));
    expect(outcome).toEqual({ kind: 'transient', failure: { code: 'DEADLINE' } });
    expect(log).toEqual([]);
    expect(table.requests).toEqual([]);
  });
});

describe('with a table that fails', () => {
  it('no effect happens unclaimed', async () => {
    const { once, key, invocation, effect, log, table } = setUp();
    table.fault = () => 'lost';
    expect(await once(key(), invocation(), effect('first'))).toEqual({
      kind: 'transient',
      failure: { code: 'IDEMPOTENCY_UNAVAILABLE', type: 'TableDown' },
    });
    table.fault = () => 'throttled';
    expect(await once(key(), invocation(), effect('first'))).toEqual({
      kind: 'transient',
      failure: { code: 'IDEMPOTENCY_UNAVAILABLE', type: 'ThrottlingError' },
    });
    expect(log).toEqual([]);
  });

  it('an answer that never comes is waited for 3 s', async () => {
    const { once, key, invocation, effect, clock, table } = setUp();
    table.fault = () => 'silent';
    const beganAt = clock.now();
    expect(await clock.runUntil(once(key(), invocation(), effect('first')))).toMatchObject({
      kind: 'transient',
      failure: { type: 'ClaimTimedOut' },
    });
    expect(clock.now() - beganAt).toBe(3_000);
  });

  it('a claim whose answer was lost is known again at the next attempt, without waiting', async () => {
    const { once, key, invocation, effect, log, clock, table, notices } = setUp();
    const context = invocation();
    table.fault = () => 'unanswered';
    expect(await once(key(), context, effect('first'))).toMatchObject({ kind: 'transient' });
    table.fault = () => undefined;
    const beganAt = clock.now();
    expect(await once(key(), context, effect('second'))).toEqual(applied);
    expect(clock.now()).toBe(beganAt);
    expect(log).toEqual(['second']);
    expect(notices).toEqual([]);
  });

  it('a completion is tried until it is recorded', async () => {
    const { once, key, invocation, effect, log, clock, table } = setUp();
    let refusals = 0;
    table.fault = (request) => {
      const completes = request.kind === 'write' && request.writes[0]?.kind === 'replace';
      return completes && ++refusals <= 5 ? 'throttled' : undefined;
    };
    expect(await clock.runUntil(once(key(), invocation(), effect('first')))).toEqual(applied);
    expect(await once(key(), invocation(), effect('second'))).toEqual({ kind: 'duplicate' });
    expect(log).toEqual(['first']);
  });

  it('a completion whose answer was lost is known again', async () => {
    const { once, key, invocation, effect, clock, table, notices } = setUp();
    let lost = 0;
    table.fault = (request) => {
      const completes = request.kind === 'write' && request.writes[0]?.kind === 'replace';
      return completes && ++lost === 1 ? 'unanswered' : undefined;
    };
    expect(await clock.runUntil(once(key(), invocation(), effect('first')))).toEqual(applied);
    expect(notices).toEqual([]);
    expect(table.requests.map(({ kind }) => kind)).toEqual(['write', 'write', 'write', 'read']);
  });

  it('an effect that could not be recorded is applied, noticed, and not repeated by its own invocation', async () => {
    const { once, key, invocation, effect, log, clock, table, notices } = setUp();
    const context = invocation();
    table.fault = (request) =>
      request.kind === 'write' && request.writes[0]?.kind === 'replace' ? 'throttled' : undefined;
    expect(await clock.runUntil(once(key(), context, effect('first')))).toEqual(applied);
    expect(notices).toEqual(['unrecorded']);
    expect(await once(key(), context, effect('second'))).toEqual({ kind: 'duplicate' });
    expect(log).toEqual(['first']);
  });

  it('a claim that could not be given back does not hinder its own invocation', async () => {
    const { once, key, invocation, effect, clock, table } = setUp();
    const context = invocation();
    table.fault = (request) =>
      request.kind === 'write' && request.writes[0]?.kind === 'delete' ? 'throttled' : undefined;
    expect(await once(key(), context, effect('first', down))).toEqual(down);
    table.fault = () => undefined;
    const beganAt = clock.now();
    expect(await once(key(), context, effect('second'))).toEqual(applied);
    expect(clock.now()).toBe(beganAt);
  });

  it('a record in a form that is not known stops its event, and says so', async () => {
    const { once, key, invocation, effect, log, table, clock } = setUp();
    table.items.set('streamkeeper#bids#e1', { state: 'written by hand', ttl: clock.now() });
    expect(await once(key(), invocation(), effect('first'))).toEqual({
      kind: 'transient',
      failure: { code: 'IDEMPOTENCY_UNAVAILABLE', type: 'ClaimUnreadable' },
    });
    expect(log).toEqual([]);
  });
});

describe('in a batch', () => {
  function perform(set: ReturnType<typeof setUp>, effect: (name: string) => Promise<EffectOutcome>) {
    return inOrder<string>(
      ({ change }, context) => set.once({ eventId: change.eventId }, context, () => effect(change.eventId)),
      { lanes: LANES },
    );
  }
  const works = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      key: `k${index}`,
      effect: '',
      change: { eventId: `e${index}`, eventName: 'INSERT' as const, keys: {}, expired: false },
    }));
  const kinds = (outcomes: readonly Outcome[]) => new Set(outcomes.map(({ kind }) => kind));

  it('costs 0.08 requests per record, and no more when it is delivered again', async () => {
    const set = setUp();
    const carryOut = perform(set, async () => applied);
    const first = await set.clock.runUntil(carryOut(works(1000), set.invocation()));
    expect(kinds(first)).toEqual(new Set(['applied']));
    expect(set.table.requests.length).toBe(80);
    const second = await set.clock.runUntil(carryOut(works(1000), set.invocation()));
    expect(kinds(second)).toEqual(new Set(['duplicate']));
    expect(set.table.requests.length - 80).toBeLessThanOrEqual(80);
  });

  it('costs at most 0.1 requests per record when effects take 5 to 50 ms each', async () => {
    const set = setUp();
    let seed = 1;
    const carryOut = perform(set, async () => {
      seed = (seed * 16_807) % 2_147_483_647;
      await sleep(set.clock, 5 + (seed % 46));
      return applied;
    });
    await set.clock.runUntil(carryOut(works(1000), set.invocation()));
    expect(set.table.requests.length / 1000).toBeLessThanOrEqual(0.1);
  });

  it('every event happens once while every third request fails', async () => {
    const set = setUp();
    const faults = ['lost', 'unanswered', 'throttled'] as const;
    set.table.fault = () => {
      const count = set.table.requests.length;
      return count % 3 === 0 ? faults[(count / 3) % 3] : undefined;
    };
    const happened: string[] = [];
    const carryOut = perform(set, async (name) => {
      happened.push(name);
      return applied;
    });
    const outcomes = await set.clock.runUntil(carryOut(works(300), set.invocation()));
    expect(kinds(outcomes)).toEqual(new Set(['applied']));
    expect(happened.length).toBe(300);
    expect(new Set(happened).size).toBe(300);
  });
});
