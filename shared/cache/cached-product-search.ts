/** Product search through the query cache: the same pages, from the cache while products do not change. */
import { createHash } from 'node:crypto';
import type { Client } from '@opensearch-project/opensearch';
import { buildProductSearch } from '../search/product-query.ts';
import { type ProductPage, searchProducts } from '../search/product-search.ts';
import type { ProductQuery } from '../search/query-input.ts';
import type { QueryCache } from './query-cache.ts';

export type SearchProducts = (query: ProductQuery) => Promise<ProductPage>;

/** @returns a function that throws what `searchProducts` throws */
export function cachedProductSearch(client: Client, alias: string, cache: QueryCache): SearchProducts {
  return async (query) => {
    const json = await cache.read(keyOf(alias, query), async () =>
      JSON.stringify(await searchProducts(client, alias, query)),
    );
    return JSON.parse(json) as ProductPage;
  };
}

/** A digest of the request: what a buyer looks for is nobody's business who can list keys. */
function keyOf(alias: string, query: ProductQuery): string {
  const { body, size } = buildProductSearch(query);
  const digest = createHash('sha256')
    .update(JSON.stringify([alias, size, body]))
    .digest('hex');
  return `products:query:${digest}`;
}
