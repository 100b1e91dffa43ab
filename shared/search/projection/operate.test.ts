import { expect, it, onTestFinished } from 'vitest';
import {
  type Delivery,
  documentRefused,
  inProcessConnection,
  refused,
} from '../../../local/search-engine/index.ts';
import { itemKey } from '../../../processors/products/key.ts';
import { batchContext } from '../../../test/support/batch-context.ts';
import { ALIAS, productIndex } from '../../../test/support/product-index.ts';
import { createSearchClient } from '../client.ts';
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
