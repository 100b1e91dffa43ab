import { describe, expect, it } from 'vitest';
import { applied, onceSetUp } from '../../test/support/once.ts';
import { inOrder } from '../stream/in-order.ts';
import type { Outcome } from '../stream/outcome.ts';
import { type Clock, sleep } from '../time/clock.ts';
import type { EffectOutcome } from './bounded-effect.ts';
import { LANES } from './once.ts';

describe('in a batch', () => {
  function perform(set: ReturnType<typeof onceSetUp>, effect: (name: string) => Promise<EffectOutcome>) {
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
    const set = onceSetUp();
    const carryOut = perform(set, async () => applied);
    const first = await set.clock.runUntil(carryOut(works(1000), set.invocation()));
    expect(kinds(first)).toEqual(new Set(['applied']));
    expect(set.table.requests.length).toBe(80);
    const second = await set.clock.runUntil(carryOut(works(1000), set.invocation()));
    expect(kinds(second)).toEqual(new Set(['duplicate']));
    expect(set.table.requests.length - 80).toBeLessThanOrEqual(80);
  });

  it('costs at most 0.1 requests per record when effects take 5 to 50 ms each', async () => {
    const set = onceSetUp();
    let seed = 1;
    const carryOut = perform(set, async () => {
      seed = (seed * 16_807) % 2_147_483_647;
      await sleep(set.clock, 5 + (seed % 46));
      return applied;
    });
    await set.clock.runUntil(carryOut(works(1000), set.invocation()));
    expect(set.table.requests.length / 1000).toBeLessThanOrEqual(0.1);
  });

  it('no timer is left when it ends', async () => {
    const set = onceSetUp();
    let waiting = 0;
    const counting: Clock = {
      now: () => set.clock.now(),
      after(ms, fn) {
        waiting++;
        const isOver = once(() => waiting--);
        const cancel = set.clock.after(ms, () => {
          isOver();
          fn();
        });
        return () => {
          isOver();
          cancel();
        };
      },
    };
    const failed = new Set<string>();
    const carryOut = perform(set, async (name) => {
      await sleep(counting, 5);
      if (failed.size < 5 && !failed.has(name)) throw new Error(`down for ${failed.add(name).size}`);
      return applied;
    });
    const beganAt = set.clock.now();
    await set.clock.runUntil(carryOut(works(60), { ...set.invocation(), clock: counting }));
    expect(set.clock.now() - beganAt).toBeLessThan(3_000);
    expect(waiting).toBe(0);
  });

  it('every event happens once while every third request fails', async () => {
    const set = onceSetUp();
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

  it('claims that a crash left behind are waited out together, and nothing is left unsettled', async () => {
    const set = onceSetUp();
    const happened: string[] = [];
    const crashed = perform(set, () => new Promise(() => {}));
    void crashed(works(300), set.crashing());
    await set.clock.advance(0);
    expect(set.table.items.size).toBe(LANES);
    const beganAt = set.clock.now();
    const before = set.table.requests.length;
    const carryOut = perform(set, async (name) => {
      happened.push(name);
      return applied;
    });
    const outcomes = await set.clock.runUntil(carryOut(works(300), set.invocation()));
    expect(kinds(outcomes)).toEqual(new Set(['applied']));
    expect(new Set(happened).size).toBe(300);
    expect(happened.length).toBe(300);
    expect(set.clock.now() - beganAt).toBeLessThan(17_000);
    expect((set.table.requests.length - before) / 300).toBeLessThanOrEqual(0.5);
  });

  it('the events of one key keep their order while one of them waits for a claim held elsewhere', async () => {
    const set = onceSetUp();
    void set.once({ eventId: 'e0' }, set.crashing(), () => new Promise(() => {}));
    await set.clock.advance(0);
    const happened: string[] = [];
    const carryOut = perform(set, async (name) => {
      happened.push(name);
      return applied;
    });
    const work = works(3).map((element) => ({ ...element, key: 'same' }));
    await set.clock.runUntil(carryOut(work, set.invocation()));
    expect(happened).toEqual(['e0', 'e1', 'e2']);
  });
});

function once(fn: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) fn();
    isDone = true;
  };
}
