import { expect, it } from 'vitest';
import { refused, unavailable } from '../../../local/search-engine/index.ts';
import { ALIAS } from '../../../test/support/product-index.ts';
import {
  documentOf,
  INVALID,
  overtakenBetweenReads,
  type ProjectedSearch,
  projectedSearch,
  REFUSED,
} from '../../../test/support/projected-search.ts';
import { nextAlias } from '../index-aliases.ts';
import { fillNext } from './fill.ts';

const NEXT = nextAlias(ALIAS);

/** With the next index prepared. */
function rebuilding(): ProjectedSearch {
  const world = projectedSearch();
  const mappings = { properties: { harvestDate: { type: 'date' } } };
  world.index.call('PUT', '/products-v2', { mappings, aliases: { [NEXT]: { is_write_index: true } } });
  return world;
}

const filled = (world: ProjectedSearch, ...keys: string[]) =>
  world.run(fillNext(world.projection, keys.length === 0 ? ['p1'] : keys, world.context));

it('an item is filled into the next index under the version of its document, and the index in use stays as it is', async () => {
  const world = rebuilding();
  world.items.set('p1', 2);
  world.write(documentOf(7, 1));
  expect(await filled(world)).toEqual([{ kind: 'applied' }]);
  expect(world.stored('p1', NEXT)).toEqual({ version: 7, quantity: 2 });
  expect(world.stored()).toEqual({ version: 7, quantity: 1 });
});

it('an item without a document is filled under the lowest version: every event is newer', async () => {
  const world = rebuilding();
  world.items.set('p1', 2);
  await filled(world);
  expect(world.stored('p1', NEXT)?.version).toBe(1);
});

it('an item is never older than the version that it is given', async () => {
  const world = rebuilding();
  world.items.set('p1', 5);
  world.write(documentOf(5, 5));
  overtakenBetweenReads(world, 6);
  await filled(world);
  expect(world.stored('p1', NEXT)).toEqual({ version: 5, quantity: 6 });
});

it('what an earlier attempt has filled is a duplicate, and a key named twice is filled once', async () => {
  const world = rebuilding();
  world.items.set('p1', 2);
  expect(await filled(world, 'p1', 'p1')).toEqual([{ kind: 'applied' }, { kind: 'applied' }]);
  expect(await filled(world)).toEqual([{ kind: 'duplicate' }]);
  expect(world.sent).toHaveLength(2);
});

it('an item that is gone is not filled, and one that is invalid or refused is poison', async () => {
  const world = rebuilding();
  world.items.set('p2', INVALID).set('p3', REFUSED);
  expect(await filled(world, 'p1', 'p2', 'p3')).toMatchObject([
    { kind: 'gone' },
    { kind: 'poison', failure: { code: 'CURRENT_ITEM_INVALID' } },
    { kind: 'poison', failure: { code: 'DOCUMENT_REFUSED' } },
  ]);
});

it.each(['_mget', '_bulk'])('what the engine does not answer is to be tried again: %s', async (name) => {
  const world = rebuilding();
  world.items.set('p1', 2);
  world.before = (asked) => (asked === name ? refused(unavailable()) : undefined);
  expect(await filled(world)).toMatchObject([{ kind: 'transient', failure: { code: 'SEARCH_503' } }]);
  expect(world.stored('p1', NEXT)).toBeUndefined();
});

it('nothing is filled into an index that is not being prepared', async () => {
  const world = projectedSearch();
  world.items.set('p1', 2);
  expect(await filled(world)).toMatchObject([{ kind: 'transient' }]);
  expect(world.stored()).toBeUndefined();
});
