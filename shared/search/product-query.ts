/**
 * The query builder for readers of the product index: from what a buyer asks for to the body of a search request.
 * Pure; the same query always gives the same request.
 */
import { type LanguageKey, languageKeys } from '../languages.ts';
import { decodeCursor, fingerprint, type SortValues } from './cursor.ts';
import { ProductQueryError } from './field-reader.ts';
import { type Buyer, type CheckedQuery, readQuery } from './query-input.ts';

type Clause = Readonly<Record<string, unknown>>;

export interface ProductSearch {
  /** Asks for one product more than `size`: whether there is a next page is then known. */
  readonly body: Clause;
  readonly size: number;
  /** What a cursor of this query carries. */
  readonly fingerprint: string;
}

/** @throws {ProductQueryError} with every problem of the query */
export function buildProductSearch(input: unknown): ProductSearch {
  const query = readQuery(input);
  const { size, cursor, ...asked } = query;
  const mark = fingerprint(asked);
  const sort = sortOf(query);
  let after: SortValues | undefined;
  if (cursor !== undefined) {
    const decoded = decodeCursor(cursor, mark, sort.length);
    if (!decoded.ok) throw new ProductQueryError([{ field: 'cursor', message: decoded.reason }]);
    after = decoded.after;
  }
  return {
    size,
    fingerprint: mark,
    body: {
      size: size + 1,
      track_total_hits: true,
      _source: { excludes: ['eventId'] },
      query: { bool: { must: wordClauses(query), filter: filterClauses(query) } },
      sort,
      ...(after && { search_after: after }),
    },
  };
}

const priceField = { b2b: 'wholesalePrice', b2c: 'retailPrice' } as const satisfies Record<Buyer, string>;

function wordClauses({ text, exact, prefix, language, match }: CheckedQuery): Clause[] {
  const searched: readonly (LanguageKey | 'other')[] = language ? [language] : [...languageKeys, 'other'];
  const inEach = (clause: (language: string) => Clause): Clause => ({
    dis_max: { queries: searched.map(clause) },
  });
  /** Title and description of a language are searched as if they were one field, with matches in the title counting more. */
  const spread = (query: string, suffix: '' | '.words', operator: 'and' | 'or') =>
    inEach((key) => ({
      multi_match: {
        query,
        type: 'cross_fields',
        operator,
        fields: [`title.${key}${suffix}^3`, `description.${key}${suffix}`],
      },
    }));
  return [
    ...(text === undefined ? [] : [spread(text, '', match === 'all' ? 'and' : 'or')]),
    ...(exact === undefined ? [] : [spread(exact, '.words', 'and')]),
    ...(prefix === undefined
      ? []
      : [
          inEach((key) => ({
            match_bool_prefix: { [`title.${key}.words`]: { query: prefix, operator: 'and' } },
          })),
        ]),
  ];
}

function filterClauses({ terms, buyer, price, orderQuantity, near }: CheckedQuery): Clause[] {
  const clauses: Clause[] = Object.entries(terms).flatMap(([field, values]) =>
    values ? [{ terms: { [field]: values } }] : [],
  );
  if (buyer) {
    clauses.push({ exists: { field: priceField[buyer] } });
    const range = {
      ...(price?.min !== undefined && { gte: price.min }),
      ...(price?.max !== undefined && { lte: price.max }),
    };
    if (Object.keys(range).length > 0) clauses.push({ range: { [priceField[buyer]]: range } });
  }
  if (orderQuantity !== undefined) {
    clauses.push({ bool: { must_not: [{ range: { wholesaleMinQuantity: { gt: orderQuantity } } }] } });
  }
  if (near) {
    clauses.push({
      geo_distance: { distance: `${near.km}km`, location: { lat: near.lat, lon: near.lon } },
    });
  }
  return clauses;
}

/** The product id is the last sort value of every sort, so that no two products tie. */
function sortOf({ sort, buyer, near }: CheckedQuery): Clause[] {
  const last: Clause = { productId: { order: 'asc' } };
  const price = priceField[buyer ?? 'b2c'];
  switch (sort) {
    case 'relevance':
      return [{ _score: { order: 'desc' } }, last];
    case 'price-asc':
      return [{ [price]: { order: 'asc' } }, last];
    case 'price-desc':
      return [{ [price]: { order: 'desc' } }, last];
    case 'newest':
      // Without a number for what is missing, the engine returns Long.MIN_VALUE, which JavaScript cannot hand back exactly.
      return [{ createdAt: { order: 'desc', missing: 0 } }, last];
    case 'distance':
      return [
        {
          _geo_distance: { location: { lat: near?.lat, lon: near?.lon }, order: 'asc', unit: 'km' },
        },
        last,
      ];
  }
}
