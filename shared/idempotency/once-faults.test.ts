import { describe, expect, it } from 'vitest';
import { applied, down, onceSetUp } from '../../test/support/once.ts';
import { sleep } from '../time/clock.ts';
import type { Write } from './claim-table.ts';
import { createOnce } from './once.ts';

describe('with a table that fails', () => {
  it('no effect happens unclaimed', async () => {
    const { once, key, invocation, effect, log, table } = onceSetUp();
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
    const { once, key, invocation, effect, clock, table } = onceSetUp();
    table.fault = () => 'silent';
    const beganAt = clock.now();
    expect(await clock.runUntil(once(key(), invocation(), effect('first')))).toMatchObject({
      kind: 'transient',
      failure: { type: 'ClaimTimedOut' },
    });
    expect(clock.now() - beganAt).toBe(3_000);
  });

  it('a request under way ends with the deadline', async () => {
    const { once, key, invocation, effect, clock, table } = onceSetUp();
    table.fault = () => 'silent';
    const beganAt = clock.now();
    const outcome = await clock.runUntil(once(key(), invocation(2_000), effect('first')));
    expect(outcome).toEqual({ kind: 'transient', failure: { code: 'DEADLINE' } });
    expect(clock.now() - beganAt).toBe(2_000);
  });

  it('an effect does not begin under a claim whose answer came too late', async () => {
    const set = onceSetUp();
    const once = createOnce({
      processor: 'bids',
      newId: () => 'slow',
      table: {
        ...set.table,
        write: async (writes, signal) => {
          const answers = await set.table.write(writes, signal);
          await sleep(set.clock, 900);
          return answers;
        },
      },
    });
    const outcome = await set.clock.runUntil(once(set.key(), set.invocation(1_000), set.effect('first')));
    expect(outcome).toMatchObject({ kind: 'transient' });
    expect(set.log).toEqual([]);
    await set.clock.advance(5_000);
    expect(set.table.items.size).toBe(0);
  });

  it('a claim that is gone when it is looked at is free', async () => {
    const { once, key, invocation, effect, log, table } = onceSetUp();
    await once(key(), invocation(), effect('first'));
    table.fault = (request) => {
      if (request.kind === 'read') table.items.clear();
      return undefined;
    };
    expect(await once(key(), invocation(), effect('second'))).toEqual(applied);
    expect(log).toEqual(['first', 'second']);
  });

  it('a claim whose answer was lost is known again at the next attempt, without waiting', async () => {
    const { once, key, invocation, effect, log, clock, table, notices } = onceSetUp();
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
    const { once, key, invocation, effect, log, clock, table } = onceSetUp();
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
    const { once, key, invocation, effect, clock, table, notices } = onceSetUp();
    let lost = 0;
    table.fault = (request) => {
      const completes = request.kind === 'write' && request.writes[0]?.kind === 'replace';
      return completes && ++lost === 1 ? 'unanswered' : undefined;
    };
    expect(await clock.runUntil(once(key(), invocation(), effect('first')))).toEqual(applied);
    expect(notices).toEqual([]);
    expect(table.requests.map(({ kind }) => kind)).toEqual(['write', 'write', 'write', 'read']);
  });

  it('an effect is under way until it is recorded: its own invocation does not begin it meanwhile', async () => {
    const { once, key, invocation, effect, log, clock, table } = onceSetUp();
    const context = invocation();
    const recordedAtMs = clock.now() + 2_000;
    table.fault = (request) => {
      const completes = request.kind === 'write' && request.writes.some(({ kind }) => kind === 'replace');
      return completes && clock.now() < recordedAtMs ? 'throttled' : undefined;
    };
    const both = [once(key(), context, effect('first')), once(key(), context, effect('second'))];
    expect(await clock.runUntil(Promise.all(both))).toEqual([applied, { kind: 'duplicate' }]);
    expect(log).toEqual(['first']);
  });

  it('an effect that could not be recorded while its claim lived is applied, noticed, and not repeated by its own invocation', async () => {
    const { once, key, invocation, effect, log, clock, table, notices } = onceSetUp();
    const context = invocation();
    const beganAt = clock.now();
    table.fault = (request) =>
      request.kind === 'write' && request.writes[0]?.kind === 'replace' ? 'throttled' : undefined;
    expect(await clock.runUntil(once(key(), context, effect('first')))).toEqual(applied);
    expect(clock.now() - beganAt).toBeLessThan(15_000);
    expect(notices).toEqual(['unrecorded']);
    expect(await once(key(), context, effect('second'))).toEqual({ kind: 'duplicate' });
    expect(log).toEqual(['first']);
  });

  it('what was ignored and could not be recorded is ignored by the same rule again', async () => {
    const { once, key, invocation, effect, clock, table } = onceSetUp();
    const context = invocation();
    const ignored = { kind: 'ignored', rule: 'no-address' } as const;
    table.fault = (request) =>
      request.kind === 'write' && request.writes[0]?.kind === 'replace' ? 'throttled' : undefined;
    expect(await clock.runUntil(once(key(), context, effect('first', ignored)))).toEqual(ignored);
    expect(await once(key(), context, effect('second'))).toEqual(ignored);
  });

  it('a claim that could not be given back does not hinder its own invocation', async () => {
    const { once, key, invocation, effect, clock, table } = onceSetUp();
    const context = invocation();
    table.fault = (request) =>
      request.kind === 'write' && request.writes[0]?.kind === 'delete' ? 'throttled' : undefined;
    expect(await once(key(), context, effect('first', down))).toEqual(down);
    table.fault = () => undefined;
    const beganAt = clock.now();
    expect(await once(key(), context, effect('second'))).toEqual(applied);
    expect(clock.now()).toBe(beganAt);
  });

  it('a claim that is given back late takes no later one of its own invocation with it', async () => {
    const { once, key, invocation, effect, table } = onceSetUp();
    const context = invocation();
    const late: Write[] = [];
    table.fault = (request) => {
      if (request.kind === 'read' || request.writes[0]?.kind !== 'delete') return undefined;
      late.push(...request.writes);
      return 'lost';
    };
    await once(key(), context, effect('first', down));
    table.fault = () => undefined;
    const second = once(key(), context, async (signal) => {
      await table.write(late, signal);
      return table.items.size === 1 ? applied : down;
    });
    expect(late).toHaveLength(1);
    expect(await second).toEqual(applied);
  });

  it.each([
    'written by hand',
    'null',
    '"COMPLETED"',
    '{"status":"COMPLETED"}',
    '{"status":"INPROGRESS","claim":"c","owner":"o"}',
    '{"status":"EXPIRED","claim":"c","untilMs":1}',
  ])('a record in a form that is not known stops its event, and says so: %s', async (state) => {
    const { once, key, invocation, effect, log, table, clock } = onceSetUp();
    table.items.set('streamkeeper#bids#e1', { state, ttl: clock.now() });
    expect(await once(key(), invocation(), effect('first'))).toEqual({
      kind: 'transient',
      failure: { code: 'IDEMPOTENCY_UNAVAILABLE', type: 'ClaimUnreadable' },
    });
    expect(log).toEqual([]);
    expect(table.items.get('streamkeeper#bids#e1')?.state).toBe(state);
  });
});
