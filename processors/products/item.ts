/** The product item as its writers really write it (row `DETAILS` of the products table), checked before anything is made of it. */
import * as z from 'zod/mini';
import { productStatuses } from '../../shared/search/product-index.ts';
import { kindOf } from '../../shared/stream/attribute-value.ts';
import type { Item, RawNumber } from '../../shared/stream/change.ts';
import type { Failure } from '../../shared/stream/outcome.ts';

/** The status by which the app deletes: the item stays. */
export const DELETED = 'deleted';

const text = z.optional(z.nullable(z.string()));
const amount = z.optional(z.nullable(z.custom<number | RawNumber>(isNumber, 'expected a number')));
const texts = z.record(z.string(), z.nullable(z.string()));

function optionalMap<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.optional(z.nullable(z.object(shape)));
}

/** Only what a search document cannot do without is required. `min_qty` is what some writers call `min_quantity`. */
const productItem = z.object({
  status: z.enum([...productStatuses]),
  title: texts,
  description: z.optional(z.nullable(texts)),
  vendor_id: text,
  category: text,
  subcategory: text,
  pricing: optionalMap({
    wholesale: optionalMap({ price: amount, min_quantity: amount, min_qty: amount }),
    retail: optionalMap({ price: amount }),
  }),
  location: optionalMap({
    state: text,
    district: text,
    coordinates: z.optional(
      z.nullable(
        z.tuple([z.custom<number | RawNumber>(isNumber), z.custom<number | RawNumber>(isNumber)], {
          error: 'expected a list of two numbers, latitude and longitude',
        }),
      ),
    ),
  }),
  state: text,
  quantity_available: amount,
  unit: text,
  harvest_date: text,
  expiry_date: text,
  created_at: text,
  updated_at: text,
});

export type ProductItem = z.infer<typeof productItem>;

export type ParsedProduct =
  | { readonly ok: true; readonly product: ProductItem }
  | { readonly ok: false; readonly failure: Failure };

/** The failure names the field, the kind of its value and what was expected; never the value. */
export function parseProduct(item: Item): ParsedProduct {
  const result = z.safeParse(productItem, item);
  if (result.success) return { ok: true, product: result.data };
  const details = result.error.issues.slice(0, 5).map((issue) => describe(issue, item));
  return { ok: false, failure: { code: 'INVALID_PRODUCT', details: details.join('; ') } };
}

function describe(issue: z.core.$ZodIssue, item: Item): string {
  const path = issue.path.map(String);
  const expected =
    issue.code === 'invalid_value'
      ? `expected one of ${[...issue.values, DELETED].join(', ')}`
      : expectation(issue);
  return `${knownPath(path)}: ${kindOf(valueAt(item, path))}, ${expected}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type') return issue.message;
  return `expected ${issue.expected === 'record' || issue.expected === 'object' ? 'a map' : `a ${issue.expected}`}`;
}

/** Below `title` and `description` the names come from the item, so they are not repeated. */
function knownPath([first = 'item', ...rest]: readonly string[]): string {
  if (first === 'title' || first === 'description') return rest.length > 0 ? `${first}.*` : first;
  return [first, ...rest].join('.');
}

function valueAt(item: Item, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined,
    item,
  );
}

function isNumber(value: unknown): value is number | RawNumber {
  return typeof value === 'number' || (typeof value === 'object' && value !== null && 'rawJSON' in value);
}
