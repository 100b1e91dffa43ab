/** Rules of paging: every product is on exactly one page, even if all of them tie. */
import { beforeAll, expect, test } from 'vitest';
import { searchProducts } from '../../../shared/search/product-search.ts';
import type { ProductQuery } from '../../../shared/search/query-input.ts';
import { bulk, type Engine, fill, product, write } from './engine.ts';

const place = { lat: 20.2961, lon: 85.8245 };

/** 25 products that differ in nothing but their id, and two without the fields that are sorted by. */
const twins = Array.from({ length: 25 }, (_, index) =>
  product(`twin-${String(index).padStart(2, '0')}`, {
    title: { english: 'cashew nuts' },
    location: place,
    wholesalePrice: 700,
    retailPrice: 900.1,
    createdAt: '2025-01-01T00:00:00.001Z',
  }),
);
const bare = ['bare-1', 'bare-2'].map((id) => product(id, { title: { english: 'cashew nuts' } }));

const sorts: Readonly<Record<string, ProductQuery>> = {
  relevance: { text: 'cashew' },
  'the lowest price': { buyer: 'b2b', sort: 'price-asc' },
  'the highest price': { buyer: 'b2c', sort: 'price-desc' },
  'the newest': { sort: 'newest' },
  distance: { near: { ...place, lat: 20, km: 500 }, sort: 'distance' },
};

export function pagingContract(engine: () => Engine): void {
  let alias = '';
  beforeAll(async () => {
    alias = await engine().freshAlias();
    // Written backwards, so that the order of ids is not the order of arrival.
    await fill(engine().client, alias, [...bare, ...twins].reverse());
  });

  async function pages(query: ProductQuery): Promise<string[][]> {
    const read: string[][] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await searchProducts(engine().client, alias, { ...query, ...(cursor && { cursor }) });
      read.push(page.products.map(({ productId }) => productId));
      cursor = page.nextCursor;
      if (cursor === undefined || read.length > 100) return read;
    }
  }

  for (const [name, query] of Object.entries(sorts)) {
    test(`pages sorted by ${name} hold every product once, ties in the order of their ids`, async () => {
      const all = (await searchProducts(engine().client, alias, { ...query, size: 100 })).products.map(
        ({ productId }) => productId,
      );
      const paged = await pages({ ...query, size: 4 });
      expect(paged.flat()).toEqual(all);
      expect(all.filter((id) => id.startsWith('twin'))).toEqual(twins.map(({ productId }) => productId));
      expect(paged.slice(0, -1).every((page) => page.length === 4)).toBe(true);
      expect(paged.at(-1)).not.toEqual([]);
    });
  }

  test('a page that ends where the products end has no next cursor', async () => {
    const page = await searchProducts(engine().client, alias, { buyer: 'b2b', size: 25 });
    expect(page).toMatchObject({ total: 25 });
    expect(page).not.toHaveProperty('nextCursor');
  });

  test('a product written between two pages moves no other product to another page', async () => {
    const { client } = engine();
    const own = await engine().freshAlias();
    await fill(
      client,
      own,
      ['b', 'c', 'd', 'e'].map((id) => product(id, { retailPrice: 5 })),
    );
    const query: ProductQuery = { buyer: 'b2c', sort: 'price-asc', size: 2 };
    const first = await searchProducts(client, own, query);
    await bulk(client, own, write.index('a', 1, product('a', { retailPrice: 5 })), write.delete('b', 2));
    await client.indices.refresh({ index: own });
    const second = await searchProducts(client, own, { ...query, cursor: first.nextCursor ?? '' });
    expect(first.products.map(({ productId }) => productId)).toEqual(['b', 'c']);
    expect(second.products.map(({ productId }) => productId)).toEqual(['d', 'e']);
  });
}
