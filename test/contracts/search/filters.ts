/** Rules of filters, price ranges, distance and sorting. */
import { beforeAll, expect, test } from 'vitest';
import { searchProducts } from '../../../shared/search/product-search.ts';
import type { ProductQuery } from '../../../shared/search/query-input.ts';
import { type Engine, fill, product } from './engine.ts';

const bengaluru = { lat: 12.9716, lon: 77.5946 };
const mysuru = { lat: 12.2958, lon: 76.6394 };
const chennai = { lat: 13.0827, lon: 80.2707 };

const products = [
  product('rice', {
    vendorId: 'v1',
    category: 'agriculture',
    subcategory: 'grain',
    state: 'Karnataka',
    district: 'Mysuru',
    location: mysuru,
    wholesalePrice: 40,
    wholesaleMinQuantity: 500,
    retailPrice: 55.5,
    createdAt: '2025-01-01T00:00:00Z',
  }),
  product('tomato', {
    vendorId: 'v1',
    category: 'agriculture',
    subcategory: 'vegetable',
    state: 'Karnataka',
    district: 'Kolar',
    location: bengaluru,
    wholesalePrice: 18.25,
    wholesaleMinQuantity: 100,
    retailPrice: 30,
    createdAt: '2025-03-01T00:00:00Z',
  }),
  product('pepper', {
    vendorId: 'v2',
    category: 'spices',
    state: 'Tamil Nadu',
    district: 'Chennai',
    location: chennai,
    wholesalePrice: 600,
    createdAt: '2025-02-01T00:00:00Z',
  }),
  product('vase', { vendorId: 'v3', category: 'handicrafts', retailPrice: 900 }),
  product('gone', { vendorId: 'v1', category: 'spices', status: 'sold', retailPrice: 1 }),
];

export function filterContract(engine: () => Engine): void {
  let alias = '';
  beforeAll(async () => {
    alias = await engine().freshAlias();
    await fill(engine().client, alias, products);
  });
  const found = async (query: ProductQuery): Promise<string[]> => {
    const page = await searchProducts(engine().client, alias, query);
    expect(page.total).toBe(page.products.length);
    return page.products.map(({ productId }) => productId);
  };
  const finds = (rule: string, query: ProductQuery, ids: string[]): void => {
    test(rule, async () => {
      const sorted = query.sort ? (list: string[]) => list : (list: string[]) => list.toSorted();
      expect(sorted(await found(query))).toEqual(sorted(ids));
    });
  };

  finds('without a status only active products are found', {}, ['pepper', 'rice', 'tomato', 'vase']);
  finds('another status is found when asked for', { status: 'sold' }, ['gone']);
  finds('several statuses are one of them', { status: ['active', 'sold'], vendorId: 'v1' }, [
    'rice',
    'tomato',
    'gone',
  ]);
  finds('a filter is exact, to the letter', { category: 'Spices' }, []);
  finds('filters all hold', { state: 'Karnataka', subcategory: 'grain', district: 'Mysuru' }, ['rice']);
  finds('several values of a filter are one of them', { category: ['spices', 'handicrafts'] }, [
    'pepper',
    'vase',
  ]);

  finds('a wholesale buyer sees only what has a wholesale price', { buyer: 'b2b' }, [
    'pepper',
    'rice',
    'tomato',
  ]);
  finds('a wholesale range includes both its ends', { buyer: 'b2b', price: { min: 18.25, max: 40 } }, [
    'rice',
    'tomato',
  ]);
  finds(
    'a wholesale range has no effect on retail prices',
    { buyer: 'b2b', price: { min: 50, max: 60 } },
    [],
  );
  finds('a retail buyer sees only what has a retail price', { buyer: 'b2c' }, ['rice', 'tomato', 'vase']);
  finds('a retail range includes both its ends', { buyer: 'b2c', price: { min: 30, max: 55.5 } }, [
    'rice',
    'tomato',
  ]);
  finds('a range may be open', { buyer: 'b2c', price: { min: 55.51 } }, ['vase']);
  finds('an order below the minimum quantity is not offered', { buyer: 'b2b', orderQuantity: 100 }, [
    'pepper',
    'tomato',
  ]);
  finds('a product without a minimum quantity takes any order', { buyer: 'b2b', orderQuantity: 0.5 }, [
    'pepper',
  ]);

  finds('distance finds what is near and leaves out what has no place', { near: { ...bengaluru, km: 150 } }, [
    'rice',
    'tomato',
  ]);
  finds('distance is measured along the earth', { near: { ...bengaluru, km: 126 } }, ['tomato']);
  finds('distance sorts the nearest first', { near: { ...chennai, km: 1000 }, sort: 'distance' }, [
    'pepper',
    'tomato',
    'rice',
  ]);
  finds('the cheapest wholesale price comes first', { buyer: 'b2b', sort: 'price-asc' }, [
    'tomato',
    'rice',
    'pepper',
  ]);
  finds('the dearest retail price comes first', { buyer: 'b2c', sort: 'price-desc' }, [
    'vase',
    'rice',
    'tomato',
  ]);
  finds('the newest comes first, and what has no date last', { sort: 'newest' }, [
    'tomato',
    'pepper',
    'rice',
    'vase',
  ]);
}
