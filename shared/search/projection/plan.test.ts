import { describe, expect, it } from 'vitest';
import { refused, unavailable } from '../../../local/search-engine/index.ts';
import {
  documentOf,
  INVALID,
  type ProjectedSearch,
  projectedSearch,
  stateOf,
  workOf,
} from '../../../test/support/projected-search.ts';
import { searchPlan } from './plan.ts';
import type { SearchWork } from './search-work.ts';

async function verdict(world: ProjectedSearch, work: SearchWork) {
  const [one] = await world.run(searchPlan(world.projection)([work], world.context));
  expect(world.sent).toEqual([]);
  return one;
}

/** With this document in the index, and this quantity in the table. */
function seeing(document: ReturnType<typeof documentOf> | undefined, quantity?: number): ProjectedSearch {
  const world = projectedSearch({ redriven: true });
  if (quantity !== undefined) world.items.set('p1', quantity);
  if (document !== undefined) world.write(document);
  return world;
}

describe('of a record whose item is valid', () => {
  it('a plan goes by whether the index holds the item: as the record has it, or as it is now', async () => {
    expect(await verdict(seeing(documentOf(1, 1), 2), workOf(2, stateOf(2)))).toEqual({ kind: 'apply' });
    expect(await verdict(seeing(undefined, 2), workOf(2, stateOf(2)))).toEqual({ kind: 'apply' });
    expect(await verdict(seeing(documentOf(2, 2), 2), workOf(2, stateOf(2)))).toEqual({
      kind: 'already-applied',
    });
    expect(await verdict(seeing(documentOf(3, 3), 3), workOf(2, stateOf(2)))).toEqual({ kind: 'superseded' });
    expect(await verdict(seeing(undefined), workOf(2, stateOf(2)))).toEqual({ kind: 'gone' });
    expect(await verdict(seeing(documentOf(3, 3)), workOf(2, stateOf(2)))).toEqual({ kind: 'apply' });
  });
});

describe('of a record whose item is invalid now', () => {
  it('a plan says that the record’s own state replaces one that is older', async () => {
    expect(await verdict(seeing(documentOf(1, 1), INVALID), workOf(2, stateOf(2)))).toEqual({
      kind: 'apply',
    });
  });

  it('a plan says that a document as new as the record stays, be it the record’s own or another', async () => {
    expect(await verdict(seeing(documentOf(2, 2), INVALID), workOf(2, stateOf(2)))).toEqual({
      kind: 'already-applied',
    });
    expect(await verdict(seeing(documentOf(2, 3), INVALID), workOf(2, stateOf(2)))).toEqual({
      kind: 'superseded',
    });
  });

  it.each<[string, ReturnType<typeof documentOf> | undefined, SearchWork]>([
    ['there is no document', undefined, workOf(2, stateOf(2))],
    ['the record has no state of its own', documentOf(1, 1), workOf(2, { kind: 'current' })],
  ])('a plan cannot resolve it before the item is mended, where %s', async (_, document, work) => {
    expect(await verdict(seeing(document, INVALID), work)).toMatchObject({
      kind: 'unresolvable',
      failure: { code: 'CURRENT_ITEM_INVALID' },
      passing: false,
    });
  });
});

it('a plan says what it cannot tell just now, and that it passes', async () => {
  const world = seeing(documentOf(1, 1), 1);
  world.before = (asked) => (asked === '_mget' ? refused(unavailable()) : undefined);
  expect(await verdict(world, workOf(2, stateOf(2)))).toEqual({
    kind: 'unresolvable',
    failure: { code: 'SEARCH_503', type: 'cluster_manager_not_discovered_exception' },
    passing: true,
  });
});
