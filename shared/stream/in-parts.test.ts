import { describe, expect, it } from 'vitest';
import { batchContext } from '../../test/support/batch-context.ts';
import { inParts, jointOutcome, part } from './in-parts.ts';
import type { Outcome } from './outcome.ts';
import type { CarryOut, Work } from './processor.ts';

interface Whole {
  readonly mail?: string;
  readonly rating?: string;
}

function works(...effects: Whole[]): Work<Whole>[] {
  return effects.map((effect, index) => ({
    key: `k${index}`,
    effect,
    change: { eventId: `e${index}`, eventName: 'MODIFY', keys: {}, expired: false },
  }));
}

const applied: Outcome = { kind: 'applied' };
const down: Outcome = { kind: 'transient', failure: { code: 'DOWN' } };
const bad: Outcome = { kind: 'poison', failure: { code: 'BAD' } };
const ignored: Outcome = { kind: 'ignored', rule: 'r' };

/** Ends each effect as its text says. */
const byText: CarryOut<string> = async (work) =>
  work.map(({ effect }) => ({ applied, down, bad, ignored })[effect] ?? { kind: 'gone' });

async function ends(effects: Whole[], mail = byText, rating = byText) {
  const carryOut = inParts<Whole>([part(({ mail }) => mail, mail), part(({ rating }) => rating, rating)]);
  return (await carryOut(works(...effects), batchContext())).map(({ kind }) => kind);
}

describe('inParts', () => {
  it('settles a record only if all of its effects are settled', async () => {
    const effects = [
      { mail: 'applied', rating: 'down' },
      { mail: 'applied', rating: 'applied' },
      { rating: 'ignored' },
      { mail: 'ignored', rating: 'applied' },
    ];
    expect(await ends(effects)).toEqual(['transient', 'applied', 'ignored', 'applied']);
  });

  it('gives each part only what is its own', async () => {
    const seen: string[] = [];
    const spy: CarryOut<string> = async (work) => {
      seen.push(...work.map(({ effect }) => effect));
      return work.map(() => applied);
    };
    await ends([{ mail: 'a' }, { rating: 'b' }, { mail: 'c', rating: 'd' }], spy, byText);
    expect(seen).toEqual(['a', 'c']);
  });

  it('leaves the other parts alone when one breaks', async () => {
    const broken: CarryOut<string> = async () => {
      throw new Error('somebody’s text');
    };
    expect(await ends([{ mail: 'applied' }, { rating: 'applied' }], byText, broken)).toEqual([
      'applied',
      'transient',
    ]);
  });

  it('leaves unsettled what a part does not answer, and what is in no part', async () => {
    expect(await ends([{ mail: 'a' }, {}], async () => [])).toEqual(['transient', 'transient']);
  });
});

it('an unsettled effect comes before a poison one: the record leaves the order when all else is done', () => {
  expect(jointOutcome([bad, down, applied])).toBe(down);
  expect(jointOutcome([ignored, applied, bad])).toBe(bad);
});
