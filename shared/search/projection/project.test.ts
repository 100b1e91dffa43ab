import { describe, expect, it } from 'vitest';
import { refused, unavailable } from '../../../local/search-engine/index.ts';
import {
  documentOf,
  INVALID,
  type ProjectedSearch,
  projectedSearch,
  REFUSED,
  stateOf,
  workOf,
} from '../../../test/support/projected-search.ts';
import { searchProjection } from './project.ts';
import type { SearchWork } from './search-work.ts';

/** How a record of `p1` ends; it was made `ageMs` ago, or nobody knows when. */
async function ended(world: ProjectedSearch, work: SearchWork, ageMs?: number) {
  const createdAtMs = ageMs === undefined ? {} : { createdAtMs: world.context.clock.now() - ageMs };
  const dated = { ...work, change: { ...work.change, ...createdAtMs } };
  const [outcome] = await world.run(searchProjection(world.projection)([dated], world.context));
  return outcome;
}

describe('a live record that is recent', () => {
  it('is written under its position at once, with nothing read', async () => {
    const world = projectedSearch();
    expect(await ended(world, workOf(7, stateOf(1)), 29_000)).toEqual({ kind: 'applied' });
    expect(world.asked).toEqual(['_bulk']);
    expect(world.stored()).toEqual({ version: 7, quantity: 1 });
  });

  it('that was written before is a duplicate, which the document’s event id tells', async () => {
    const world = projectedSearch();
    world.items.set('p1', 2);
    const work = workOf(7, stateOf(1));
    await ended(world, work, 0);
    expect(await ended(world, work, 1_000)).toEqual({ kind: 'duplicate' });
    expect(world.stored()).toEqual({ version: 7, quantity: 1 });
  });

  it('whose position another event has taken is settled by the item', async () => {
    const world = projectedSearch();
    world.items.set('p1', 3);
    world.write(documentOf(7, 2, 'another'));
    expect(await ended(world, workOf(7, stateOf(1)), 0)).toEqual({ kind: 'superseded' });
    expect(world.stored()).toEqual({ version: 8, quantity: 3 });
  });

  it('that the engine refuses is poison, not settled', async () => {
    const world = projectedSearch();
    expect(await ended(world, workOf(7, stateOf(REFUSED)), 0)).toMatchObject({
      kind: 'poison',
      failure: { code: 'DOCUMENT_REFUSED' },
    });
  });

  it('is tried again until the engine answers', async () => {
    const world = projectedSearch();
    world.before = () => (world.asked.length < 3 ? refused(unavailable()) : undefined);
    expect(await ended(world, workOf(7, stateOf(1)), 0)).toEqual({ kind: 'applied' });
    expect(world.asked).toEqual(['_bulk', '_bulk', '_bulk']);
  });
});

describe.each([
  ['half as old as a tombstone becomes, or older', 31_000],
  ['of which nobody knows how old it is', undefined],
])('a live record %s', (_, ageMs) => {
  it('does not raise a product that is gone', async () => {
    const world = projectedSearch();
    expect(await ended(world, workOf(7, stateOf(1)), ageMs)).toEqual({ kind: 'gone' });
    expect(world.stored()).toBeUndefined();
  });

  it('is written under its position where the document is there', async () => {
    const world = projectedSearch();
    world.write(documentOf(6, 6));
    expect(await ended(world, workOf(7, stateOf(1)), ageMs)).toEqual({ kind: 'applied' });
    expect(world.asked).toEqual(['_mget', '_bulk']);
    expect(world.stored()).toEqual({ version: 7, quantity: 1 });
  });

  it('leaves its own state where there is no document, and the item is invalid now', async () => {
    const world = projectedSearch();
    world.items.set('p1', INVALID);
    expect(await ended(world, workOf(7, stateOf(1)), ageMs)).toEqual({ kind: 'applied' });
    expect(world.stored()).toEqual({ version: 7, quantity: 1 });
  });

  it('waits, and reads and writes nothing else, while the engine cannot say whether the document is there', async () => {
    const world = projectedSearch();
    world.before = () => refused(unavailable());
    expect(await ended(world, workOf(7, stateOf(1)), ageMs)).toMatchObject({
      kind: 'transient',
      failure: { code: 'SEARCH_503' },
    });
    expect(new Set(world.asked)).toEqual(new Set(['_mget']));
  });
});

it.each<[string, SearchWork, boolean]>([
  ['is redriven', workOf(7, stateOf(1)), true],
  ['has no position', workOf(undefined, stateOf(1)), false],
])('a record that %s is settled by the item, however recent it is', async (_, work, redriven) => {
  const world = projectedSearch({ redriven });
  world.items.set('p1', 3);
  expect(await ended(world, work, 0)).toEqual({ kind: 'superseded' });
  expect(world.stored()?.quantity).toBe(3);
});
