import { describe, expect, it } from 'vitest';
import { refused, unavailable } from '../../../local/search-engine/index.ts';
import {
  documentOf,
  INVALID,
  overtakenBetweenReads,
  type ProjectedSearch,
  projectedSearch,
  stateOf,
  workOf,
} from '../../../test/support/projected-search.ts';
import { type Doubtful, reconcile } from './reconcile.ts';

/** How the record at position 1, whose own state has the quantity 1, ends. */
async function ended(world: ProjectedSearch, doubtful: Partial<Doubtful> = {}) {
  const work = workOf(1, stateOf(1));
  const one = { work, conflicted: false, ...doubtful };
  const outcomes = await world.run(reconcile(world.projection, [one], world.context));
  return outcomes.get(one.work);
}

/** Does something once, before what is asked for the `nth` time. */
function justBefore(world: ProjectedSearch, name: string, nth: number, act: () => void): void {
  world.before = (asked) => {
    if (asked === name && world.asked.filter((one) => one === name).length === nth) act();
    return undefined;
  };
}

const sentQuantities = ({ sent }: ProjectedSearch) =>
  sent.map(({ source }) => (source === undefined ? undefined : JSON.parse(source).quantity));
const sentVersions = ({ sent }: ProjectedSearch) => sent.map(({ version }) => version);

describe('what was written after the version was read', () => {
  it('is not overwritten with an item that was read before', async () => {
    const world = projectedSearch();
    world.items.set('p1', 5);
    world.write(documentOf(5, 5));
    overtakenBetweenReads(world, 6);
    expect(await ended(world)).toEqual({ kind: 'superseded' });
    expect(new Set(sentQuantities(world))).toEqual(new Set([6]));
    expect(world.stored()).toEqual({ version: 7, quantity: 6 });
  });

  it('is overwritten just above, in the next round, where it is a tombstone that nothing shows', async () => {
    const world = projectedSearch();
    world.items.set('p1', 1);
    world.write({ id: 'p1', version: 9 });
    expect(await ended(world)).toEqual({ kind: 'applied' });
    expect(sentVersions(world)).toEqual([1, 10]);
  });

  it('settles the record without another write, where it is a tombstone and the item is gone', async () => {
    const world = projectedSearch();
    world.items.set('p1', 1);
    justBefore(world, '_bulk', 1, () => {
      world.items.delete('p1');
      world.write({ id: 'p1', version: 9 });
    });
    expect(await ended(world)).toEqual({ kind: 'gone' });
    expect(sentVersions(world)).toEqual([1]);
  });

  it('is not overwritten with the record’s own state, where it is a tombstone and the item is invalid now', async () => {
    const world = projectedSearch();
    world.items.set('p1', 1);
    justBefore(world, '_bulk', 1, () => {
      world.items.set('p1', INVALID);
      world.write({ id: 'p1', version: 9 });
    });
    expect(await ended(world)).toEqual({ kind: 'superseded' });
    expect(world.stored()).toBeUndefined();
  });

  it('leaves the record unsettled when it happens in each of three rounds', async () => {
    const world = projectedSearch();
    world.items.set('p1', 1);
    world.before = (asked) => {
      if (asked === '_bulk') world.write(documentOf(10 * world.sent.length, 1));
      return undefined;
    };
    expect(await ended(world)).toEqual({ kind: 'transient', failure: { code: 'RECONCILE_CONTENDED' } });
    expect(world.sent).toHaveLength(3);
  });
});

describe('an item that changes while it is being written', () => {
  it('is written again as it is then', async () => {
    const world = projectedSearch();
    world.items.set('p1', 1);
    justBefore(world, '_bulk', 1, () => world.items.set('p1', 2));
    await ended(world);
    expect(world.stored()).toEqual({ version: 2, quantity: 2 });
  });

  it('is written above the tombstone that was just left for it', async () => {
    const world = projectedSearch();
    world.write(documentOf(5, 5));
    justBefore(world, '_bulk', 1, () => world.items.set('p1', 2));
    await ended(world);
    expect(sentVersions(world)).toEqual([6, 7]);
    expect(world.stored()).toEqual({ version: 7, quantity: 2 });
  });

  it('leaves the record unsettled when it cannot be looked at again, and no word of the error is kept', async () => {
    const world = projectedSearch();
    world.items.set('p1', 1);
    justBefore(world, 'items', 2, () => {
      throw new RangeError('the item is +91 98765');
    });
    expect(await ended(world)).toEqual({
      kind: 'transient',
      failure: { code: 'UNEXPECTED_ERROR', type: 'RangeError' },
    });
  });
});

it('a document that cannot be read is left alone, and its record unsettled', async () => {
  const world = projectedSearch();
  world.items.set('p1', 1);
  world.before = (asked) => (asked === '_mget' ? refused(unavailable()) : undefined);
  expect(await ended(world)).toMatchObject({ kind: 'transient', failure: { code: 'SEARCH_503' } });
  expect(world.sent).toEqual([]);
});

it.each([
  [3, 10, 10],
  [12, 10, 12],
])(
  'a record at position %d, of which no less than %d is to be written, is written as %d',
  async (position, leastVersion, version) => {
    const world = projectedSearch();
    world.items.set('p1', 1);
    await ended(world, { work: workOf(position, stateOf(1)), leastVersion });
    expect(world.stored()).toEqual({ version, quantity: 1 });
  },
);
