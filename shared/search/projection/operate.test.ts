import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type Delivery,
  documentRefused,
  inProcessConnection,
  refused,
  unavailable,
} from '../../../local/search-engine/index.ts';
import { itemKey } from '../../../processors/products/key.ts';
import { batchContext } from '../../../test/support/batch-context.ts';
import { ALIAS, productIndex } from '../../../test/support/product-index.ts';
import { documentOf, type ProjectedSearch, projectedSearch } from '../../../test/support/projected-search.ts';
import { createSearchClient } from '../client.ts';
import { previousAlias } from '../index-aliases.ts';
import { operatedSearch } from './operate.ts';

/** Lists an index of three documents, whose engine answers searches, or all else, like this. */
async function listed({ searches, others }: { searches?: Delivery; others?: Delivery }) {
  const context = batchContext();
  const index = productIndex(context.clock);
  onTestFinished(() => index.close());
  for (const productId of ['p1', 'p2', 'p3'])
    index.call('PUT', `/${ALIAS}/_doc/${productId}`, { productId, status: 'active' });
  const Connection = inProcessConnection(index.engine, ({ path }) =>
    path.endsWith('_search') ? searches : others,
  );
  const { list } = operatedSearch({
    client: createSearchClient({ endpoint: 'http://embedded', signing: 'none', Connection }),
    alias: ALIAS,
    itemKey,
    idField: 'productId',
    readItems: async (keys) => keys.map(() => undefined),
    desired: () => ({ ok: true, effect: { kind: 'delete' } }),
  });
  return context.clock.runUntil(list({ limit: 10 }, context));
}

const answers = (body: object): Delivery => ({ kind: 'refused', answer: { status: 200, body } });
const none = { total: 2, successful: 2, failed: 0 };
const hits = { hits: [{ _id: 'p1', sort: ['p1'] }] };

it('lists every document', async () => {
  expect(await listed({})).toEqual({ keys: ['p1', 'p2', 'p3'] });
});

it.each([
  ['a shard did not answer', { hits, timed_out: false, _shards: { ...none, failed: 1 } }],
  ['the search was cut short', { hits, timed_out: true, _shards: none }],
  ['something else answers', {}],
  ['there is no list in it', { _shards: none }],
])('what is listed in part is not taken for all: %s', async (_, body) => {
  await expect(listed({ searches: answers(body) })).rejects.toMatchObject({ name: 'ListingFailed' });
});

it('nothing is listed of an index that may not show what was written last', async () => {
  const failed = answers({ _shards: { ...none, failed: 1 } });
  await expect(listed({ others: failed })).rejects.toMatchObject({ code: 'SEARCH_ANSWERED_IN_PART' });
  await expect(listed({ others: refused(documentRefused()) })).rejects.toMatchObject({ code: 'SEARCH_400' });
});

it('a page that is full says where the next one begins, and the last one does not', async () => {
  const world = projectedSearch();
  for (const id of ['p1', 'p2', 'p3'])
    world.write({ id, version: 1, source: JSON.stringify({ productId: id, status: 'active' }) });
  const { list } = operatedSearch(world.projection);
  const first = await world.run(list({ limit: 2 }, world.context));
  expect(first).toEqual({ keys: ['p1', 'p2'], after: 'p2' });
  expect(await world.run(list({ limit: 2, after: 'p2' }, world.context))).toEqual({ keys: ['p3'] });
});

describe('a key that is mended', () => {
  const PREVIOUS = previousAlias(ALIAS);
  const mended = (world: ProjectedSearch) =>
    world.run(operatedSearch(world.projection).reconcile(['p1'], world.context));

  /** After a rebuild: the index before has this document still. */
  function rebuilt(version: number): ProjectedSearch {
    const world = projectedSearch();
    world.items.set('p1', 2);
    world.index.call('PUT', '/products-v0', { aliases: { [PREVIOUS]: { is_write_index: true } } });
    world.write(documentOf(version, 1), PREVIOUS);
    return world;
  }

  it('is written above what the index before the rebuild has of it', async () => {
    const world = rebuilt(20);
    world.write(documentOf(3, 1));
    expect(await mended(world)).toEqual([{ kind: 'superseded' }]);
    expect(world.stored()).toEqual({ version: 21, quantity: 2 });
  });

  it('is written as high as versions go where the index before has it there already', async () => {
    const world = rebuilt(Number.MAX_SAFE_INTEGER);
    await mended(world);
    expect(world.stored()).toEqual({ version: Number.MAX_SAFE_INTEGER, quantity: 2 });
  });

  it('waits until the index before can be read', async () => {
    const world = rebuilt(20);
    world.before = () => (world.asked.length === 1 ? refused(unavailable()) : undefined);
    expect(await mended(world)).toEqual([{ kind: 'superseded' }]);
    expect(world.sent).toMatchObject([{ version: 21 }]);
  });
});
