import { describe, expect, it } from 'vitest';
import { batchContext } from '../../test/support/batch-context.ts';
import { inOrder } from './in-order.ts';
import { latestState, type ProjectionOutcome } from './latest-state.ts';
import type { Outcome } from './outcome.ts';
import type { Work } from './processor.ts';

const applied: Outcome = { kind: 'applied' };
const poison: ProjectionOutcome = { kind: 'poison', failure: { code: 'BAD' } };
const down: ProjectionOutcome = { kind: 'transient', failure: { code: 'DOWN' } };

/** `a1` is the first state of key `a`. */
function works(...names: string[]): Work<string>[] {
  return names.map((name) => ({
    key: name.charAt(0),
    effect: name,
    change: { eventId: name, eventName: 'MODIFY', keys: {}, expired: false },
  }));
}

const kinds = (outcomes: readonly Outcome[]) => outcomes.map(({ kind }) => kind);

describe('latestState', () => {
  async function project(names: string[], answer: (name: string) => ProjectionOutcome) {
    const tried: string[] = [];
    const carryOut = latestState<string>(async (work) => {
      tried.push(...work.map(({ effect }) => effect));
      return work.map(({ effect }) => answer(effect));
    });
    return { outcomes: kinds(await carryOut(works(...names), batchContext())), tried };
  }

  it('writes only the last state of each key; the earlier ones are superseded by it', async () => {
    const { outcomes, tried } = await project(['a1', 'b1', 'a2', 'a3'], () => ({ kind: 'applied' }));
    expect(tried).toEqual(['a3', 'b1']);
    expect(outcomes).toEqual(['superseded', 'applied', 'superseded', 'applied']);
  });

  it('tries the state before a last one that is poison', async () => {
    const { outcomes, tried } = await project(['a1', 'a2', 'a3'], (name) =>
      name === 'a3' ? poison : { kind: 'applied' },
    );
    expect(tried).toEqual(['a3', 'a2']);
    expect(outcomes).toEqual(['superseded', 'applied', 'poison']);
  });

  it('ends all states of a key as poison when none can be written', async () => {
    expect((await project(['a1', 'a2'], () => poison)).outcomes).toEqual(['poison', 'poison']);
  });

  it('leaves every state of a key unsettled while its last one is', async () => {
    const { outcomes } = await project(['a1', 'b1', 'a2'], (name) =>
      name === 'a2' ? down : { kind: 'applied' },
    );
    expect(outcomes).toEqual(['transient', 'applied', 'transient']);
  });

  it('does not take an earlier state that comes again behind a later one for the last', async () => {
    const tried: string[] = [];
    const carryOut = latestState<string>(async (work) => {
      tried.push(...work.map(({ effect }) => effect));
      return work.map(() => applied);
    });
    const live = works('a10', 'b7', 'a9').map((work) => ({
      ...work,
      change: { ...work.change, sequenceNumber: work.effect.slice(1) },
    }));
    const outcomes = await carryOut(live, batchContext());
    expect(tried).toEqual(['a10', 'b7']);
    expect(kinds(outcomes)).toEqual(['applied', 'applied', 'superseded']);
  });

  it('keeps the order of a delivery that does not tell every position', async () => {
    const tried: string[] = [];
    const carryOut = latestState<string>(async (work) => {
      tried.push(...work.map(({ effect }) => effect));
      return work.map(() => applied);
    });
    const [first, second] = works('a9', 'a');
    if (first === undefined || second === undefined) throw new Error('two were made');
    const positioned = { ...first, change: { ...first.change, sequenceNumber: '9' } };
    await carryOut([positioned, second], batchContext());
    expect(tried).toEqual(['a']);
  });

  it('takes redriven records for what they were in the stream, in whatever order they come', async () => {
    const tried: string[] = [];
    const carryOut = latestState<string>(async (work) => {
      tried.push(...work.map(({ effect }) => effect));
      return work.map(() => applied);
    });
    const redriven = works('a10', 'a9', 'a').map((work, index) => ({
      ...work,
      change: { ...work.change, ...(index < 2 ? { sequenceNumber: work.effect.slice(1) } : {}) },
    }));
    const outcomes = await carryOut(redriven, batchContext({ redriven: true }));
    expect(tried).toEqual(['a10']);
    expect(kinds(outcomes)).toEqual(['applied', 'superseded', 'superseded']);
  });
});

describe('inOrder', () => {
  it('keeps the order of each key and works on different keys at once', async () => {
    const context = batchContext();
    const log: string[] = [];
    const carryOut = inOrder<string>(
      async ({ effect }) => {
        log.push(`${effect} begins`);
        await new Promise<void>((resolve) => context.clock.after(effect === 'a1' ? 100 : 10, resolve));
        log.push(`${effect} ends`);
        return applied;
      },
      { lanes: 2 },
    );
    await context.clock.runUntil(carryOut(works('a1', 'a2', 'b1', 'b2'), context));
    expect(log.indexOf('a1 ends')).toBeLessThan(log.indexOf('a2 begins'));
    expect(log.indexOf('b1 begins')).toBeLessThan(log.indexOf('a1 ends'));
  });

  it('goes on behind a poison record, and stops its key behind an unsettled one', async () => {
    const context = batchContext();
    const carryOut = inOrder<string>(
      async ({ effect }) => (effect === 'a1' ? poison : effect === 'b1' ? down : applied),
      { lanes: 4 },
    );
    const outcomes = await context.clock.runUntil(carryOut(works('a1', 'b1', 'a2', 'b2'), context));
    expect(kinds(outcomes)).toEqual(['poison', 'transient', 'applied', 'transient']);
  });

  it('tries a transient failure again within its invocation', async () => {
    const context = batchContext();
    let attempts = 0;
    const carryOut = inOrder<string>(async () => (++attempts < 4 ? down : applied), { lanes: 1 });
    expect(kinds(await context.clock.runUntil(carryOut(works('a1'), context)))).toEqual(['applied']);
    expect(attempts).toBe(4);
  });

  it('takes what an effect throws for transient, and keeps its text out of the outcome', async () => {
    const context = batchContext({ deadlineMs: 100 });
    const carryOut = inOrder<string>(
      async () => {
        throw new Error('user +91 98765 43210');
      },
      { lanes: 1 },
    );
    const outcomes = await context.clock.runUntil(carryOut(works('a1'), context));
    expect(outcomes).toEqual([{ kind: 'transient', failure: { code: 'UNEXPECTED_ERROR', type: 'Error' } }]);
  });

  it('takes no new record once the deadline has passed', async () => {
    const context = batchContext({ deadlineMs: 0 });
    let performed = 0;
    const carryOut = inOrder<string>(
      async () => {
        performed++;
        return applied;
      },
      { lanes: 1 },
    );
    expect(kinds(await carryOut(works('a1', 'b1'), context))).toEqual(['transient', 'transient']);
    expect(performed).toBe(0);
  });
});
