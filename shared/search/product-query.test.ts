import { expect, test } from 'vitest';
import { languageKeys } from '../languages.ts';
import { encodeCursor } from './cursor.ts';
import { ProductQueryError } from './field-reader.ts';
import { buildProductSearch } from './product-query.ts';
import type { ProductQuery } from './query-input.ts';

const body = (query: ProductQuery) => buildProductSearch(query).body;

function problemsOf(query: unknown): Record<string, string> {
  try {
    buildProductSearch(query);
  } catch (error) {
    if (error instanceof ProductQueryError) {
      return Object.fromEntries(error.problems.map(({ field, message }) => [field, message]));
    }
    throw error;
  }
  return {};
}

test('an empty query asks for active products, newest first', () => {
  expect(body({})).toMatchObject({
    query: { bool: { must: [], filter: [{ terms: { status: ['active'] } }] } },
    sort: [{ createdAt: { order: 'desc' } }, { productId: { order: 'asc' } }],
  });
});

test('text without a language is looked for in every language, and in those outside the table', () => {
  const { queries } = (body({ text: 'rice' }) as Any).query.bool.must[0].dis_max;
  expect(queries.map((query: Any) => query.multi_match.fields[0])).toEqual(
    [...languageKeys, 'other'].map((key) => `title.${key}^3`),
  );
});

test('a language may be given by its ISO code', () => {
  expect(body({ text: 'rice', language: 'HI' })).toEqual(body({ text: 'rice', language: 'hindi' }));
});

test('every sort ends with the product id', () => {
  const queries: ProductQuery[] = [
    { text: 'rice' },
    { sort: 'newest' },
    { sort: 'price-asc', buyer: 'b2b' },
    { sort: 'price-desc', buyer: 'b2c' },
    { sort: 'distance', near: { lat: 0, lon: 0, km: 1 } },
  ];
  for (const query of queries) {
    expect((body(query) as Any).sort.at(-1)).toEqual({ productId: { order: 'asc' } });
  }
});

test('one product more than the page is asked for, to know whether there is another page', () => {
  expect(body({ size: 100 })).toMatchObject({ size: 101 });
});

test('a cursor continues its query, whatever the page size', () => {
  const query = { buyer: 'b2c', sort: 'price-asc' } as const;
  const { fingerprint } = buildProductSearch(query);
  const cursor = encodeCursor(fingerprint, [30, 'p7']);
  expect(body({ ...query, size: 5, cursor })).toMatchObject({ search_after: [30, 'p7'] });
});

test('a cursor does not fit a query with another filter, language or sort', () => {
  const cursor = encodeCursor(buildProductSearch({ text: 'rice' }).fingerprint, [1.5, 'p7']);
  for (const other of [{ category: 'spices' }, { language: 'hindi' }, { sort: 'newest' }] as const) {
    expect(problemsOf({ text: 'rice', ...other, cursor })).toHaveProperty('cursor');
  }
});

test('every problem of a query is named at once, with the kind of the value and the way out, never the value', () => {
  const problems = problemsOf({
    text: 7,
    exact: ' ',
    category: ['spices', null],
    buyer: 'secret',
    price: { min: 'cheap' },
    near: { lat: 91, lon: Number.NaN },
    size: 2.5,
    colour: 'red',
  });
  expect(problems).toMatchObject({
    text: 'is a number; give a string',
    exact: 'is empty; give a word, or leave it out',
    category: 'holds null; give a string or an array of strings',
    buyer: 'is another string; give b2b or b2c',
    'price.min': 'is a string; give a number',
    'near.lat': 'is out of range; give a number from -90 to 90',
    'near.lon': 'is not a finite number; give a number',
    'near.km': 'is missing; give a number',
    size: 'is a fraction; give a whole number',
  });
  expect(problems['colour']).toMatch(/^is no field of a query/);
  expect(JSON.stringify(problems)).not.toMatch(/cheap|secret|red"/);
});

test.each<[string, unknown, string]>([
  ['a range without a buyer', { price: { min: 1 } }, 'price'],
  ['a range upside down', { buyer: 'b2c', price: { min: 2, max: 1 } }, 'price.max'],
  ['an order quantity of a retail buyer', { buyer: 'b2c', orderQuantity: 1 }, 'orderQuantity'],
  ['a price sort without a buyer', { sort: 'price-asc' }, 'sort'],
  ['a distance sort without a place', { sort: 'distance' }, 'sort'],
  ['relevance without words', { sort: 'relevance' }, 'sort'],
  ['a language outside the table', { text: 'tomate', language: 'french' }, 'language'],
  ['a status no document has', { status: 'deleted' }, 'status'],
  ['a page larger than the largest', { size: 101 }, 'size'],
  ['more words than the engine would answer', { text: 'a '.repeat(17) }, 'text'],
  ['an ideographic text without spaces', { text: '稲'.repeat(17) }, 'text'],
  ['too many values', { category: Array.from({ length: 51 }, () => 'x') }, 'category'],
  ['no values', { category: [] }, 'category'],
  ['what is no object', 'rice', 'query'],
])('%s is refused', (_, query, field) => {
  expect(Object.keys(problemsOf(query))).toContain(field);
});

// biome-ignore lint/suspicious/noExplicitAny: request bodies are JSON of many shapes
type Any = any;
