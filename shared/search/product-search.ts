/** The thin reader: asks the index and hands back one page of products with the cursor of the next. */
import type { Client } from '@opensearch-project/opensearch';
import { encodeCursor, type SortValues } from './cursor.ts';
import type { ProductDocument } from './product-index.ts';
import { buildProductSearch } from './product-query.ts';
import type { ProductQuery } from './query-input.ts';

/** A product as JavaScript reads it: digits beyond a double's precision are lost here; the table has them. */
export type FoundProduct = Omit<ProductDocument, 'eventId'>;

export interface ProductPage {
  readonly products: readonly FoundProduct[];
  /** All products that match, on this page and elsewhere; exact. */
  readonly total: number;
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

interface SearchResponse {
  readonly hits: {
    readonly total: { readonly value: number };
    readonly hits: readonly { readonly _source: FoundProduct; readonly sort: SortValues }[];
  };
}

/**
 * A product that does not change is on exactly one page as long as its sort values stay the same. Relevance is not such a
 * value on an index that is written to; prices and dates are.
 *
 * @throws {ProductQueryError} when the query cannot be asked, and the client's errors when the engine cannot answer
 */
export async function searchProducts(
  client: Client,
  alias: string,
  query: ProductQuery,
): Promise<ProductPage> {
  const { body, size, fingerprint } = buildProductSearch(query);
  const response = await client.search({
    index: alias,
    body,
    // The same copy of the shard answers every page: scores differ a little between copies.
    preference: fingerprint,
  });
  const { hits } = response.body as unknown as SearchResponse;
  const page = hits.hits.slice(0, size);
  const last = page.at(-1);
  return {
    products: page.map((hit) => hit._source),
    total: hits.total.value,
    ...(hits.hits.length > size && last && { nextCursor: encodeCursor(fingerprint, last.sort) }),
  };
}
