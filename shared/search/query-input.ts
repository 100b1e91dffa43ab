/** What a reader may ask of the product index, and the check of it: the values that pass are complete and make sense together. */
import { languageKeys, languageOf } from '../languages.ts';
import { fieldReader, type Problem, ProductQueryError } from './field-reader.ts';
import { type ProductStatus, productStatuses } from './product-index.ts';

export type Buyer = 'b2b' | 'b2c';

export const productSorts = ['relevance', 'price-asc', 'price-desc', 'newest', 'distance'] as const;
export type ProductSort = (typeof productSorts)[number];

/** Every field is optional; those given must all hold. A list means "one of these". */
export interface ProductQuery {
  /** Words in any form the language's analyzer knows; all in title or description of one language. */
  readonly text?: string;
  /** Words as they are written (but for case and Unicode form), likewise. */
  readonly exact?: string;
  /** What has been typed so far: words of a title, the last one perhaps unfinished. */
  readonly prefix?: string;
  /** Whole word or ISO 639-1 code. @default every language */
  readonly language?: string;
  /** Whether all words of `text` must occur or one is enough. @default 'all' */
  readonly match?: 'all' | 'any';
  readonly category?: string | readonly string[];
  readonly subcategory?: string | readonly string[];
  readonly state?: string | readonly string[];
  readonly district?: string | readonly string[];
  readonly vendorId?: string | readonly string[];
  /** @default 'active' */
  readonly status?: ProductStatus | readonly ProductStatus[];
  /** Which price counts: `b2b` the wholesale price, `b2c` the retail price. Products without that price are left out. */
  readonly buyer?: Buyer;
  /** Rupees per unit, both ends included. Needs `buyer`. */
  readonly price?: { readonly min?: number; readonly max?: number };
  /** For `b2b`: only products whose minimum quantity is not above this. */
  readonly orderQuantity?: number;
  /** Degrees and kilometres. Products without a location are left out. */
  readonly near?: { readonly lat: number; readonly lon: number; readonly km: number };
  /** Prices need `buyer`, distance needs `near`. @default 'relevance' if words are given, else 'newest' */
  readonly sort?: ProductSort;
  /** Products per page. @default 20 */
  readonly size?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

const limits = {
  text: { characters: 200, words: 16 },
  values: { characters: 512, values: 50 },
  size: { min: 1, max: 100, whole: true },
  price: { min: 0, max: Number.MAX_VALUE },
  cursor: { characters: 4096 },
};

/** A query after its check, with the defaults filled in. */
export type CheckedQuery = ReturnType<typeof readQuery>;

/** @throws {ProductQueryError} with every problem of the query */
export function readQuery(input: unknown) {
  const problems: Problem[] = [];
  const read = fieldReader(input, '', problems);
  const text = read.text('text', limits.text);
  const exact = read.text('exact', limits.text);
  const prefix = read.text('prefix', limits.text);
  const words = text ?? exact ?? prefix;
  const languageName = read.text('language', { characters: 64 });
  const language = languageName === undefined ? undefined : languageOf(languageName);
  if (languageName !== undefined && language === undefined) {
    read.problem('language', `is not in the table of languages; give ${languageKeys.join(', ')}`);
  }
  const match = read.oneOf('match', ['all', 'any']) ?? 'all';
  const terms = {
    category: read.texts('category', limits.values),
    subcategory: read.texts('subcategory', limits.values),
    state: read.texts('state', limits.values),
    district: read.texts('district', limits.values),
    vendorId: read.texts('vendorId', limits.values),
    status: read.texts('status', limits.values) ?? ['active'],
  };
  if (terms.status.some((status) => !productStatuses.some((known) => known === status))) {
    read.problem('status', `holds another string; give ${productStatuses.join(', ')}`);
  }
  const buyer = read.oneOf<Buyer>('buyer', ['b2b', 'b2c']);
  const price = readPrice(read.object('price'));
  if (price && !buyer) read.problem('price', 'has no price to go by; give buyer: b2b or b2c');
  const orderQuantity = read.number('orderQuantity', limits.price);
  if (orderQuantity !== undefined && buyer !== 'b2b') {
    read.problem('orderQuantity', 'holds for wholesale only; give buyer: b2b, or leave it out');
  }
  const near = readNear(read.object('near'));
  const sort = read.oneOf('sort', productSorts) ?? (words === undefined ? 'newest' : 'relevance');
  if (sort === 'relevance' && words === undefined) {
    read.problem('sort', 'has no words to go by; give text, exact or prefix, or another sort');
  }
  if (sort.startsWith('price') && !buyer) {
    read.problem('sort', 'has no price to go by; give buyer: b2b or b2c');
  }
  if (sort === 'distance' && !near) read.problem('sort', 'has no place to go by; give near: {lat, lon, km}');
  const size = read.number('size', limits.size) ?? 20;
  const cursor = read.text('cursor', limits.cursor);
  read.refuseUnknown();
  if (problems.length > 0) throw new ProductQueryError(problems);
  return {
    text,
    exact,
    prefix,
    language,
    match,
    terms,
    buyer,
    price,
    orderQuantity,
    near,
    sort,
    size,
    cursor,
  };
}

function readPrice(read: ReturnType<typeof fieldReader> | undefined) {
  if (!read) return undefined;
  const min = read.number('min', limits.price);
  const max = read.number('max', limits.price);
  if (min !== undefined && max !== undefined && min > max) {
    read.problem('max', 'is below min; give the larger number as max');
  }
  read.refuseUnknown();
  return { min, max };
}

function readNear(read: ReturnType<typeof fieldReader> | undefined) {
  if (!read) return undefined;
  const required = (name: string, bounds: { min: number; max: number }): number => {
    if (read.take(name) === undefined) read.problem(name, `is missing; give a number`);
    return read.number(name, bounds) ?? 0;
  };
  const lat = required('lat', { min: -90, max: 90 });
  const lon = required('lon', { min: -180, max: 180 });
  const km = required('km', { min: 0.001, max: 20_040 });
  read.refuseUnknown();
  return { lat, lon, km };
}
