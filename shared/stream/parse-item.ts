/** Checks an item against a schema, and says what is wrong without repeating a value. Absent and null attributes are one. */
import * as z from 'zod/mini';
import { kindOf } from './attribute-value.ts';
import type { Item, RawNumber } from './change.ts';
import type { Failure } from './outcome.ts';

/** Text that may be missing. */
export const text = z.optional(z.nullable(z.string()));

/** A number that may be missing, as exact as it was written. */
export const amount = z.optional(z.nullable(z.custom<number | RawNumber>(isNumber, 'expected a number')));

export type Parsed<T> =
  | { readonly ok: true; readonly item: T }
  | { readonly ok: false; readonly failure: Failure };

/**
 * @param code of the failure: which kind of item it is that was malformed
 * @param keyedByItem maps whose names are the item's own, such as languages: a failure says `title.*`, not which
 */
export function parseItem<Shape extends z.core.$ZodShape>(
  schema: z.ZodMiniObject<Shape>,
  item: Item,
  code: string,
  keyedByItem: readonly string[] = [],
): Parsed<z.infer<z.ZodMiniObject<Shape>>> {
  const result = z.safeParse(schema, item);
  if (result.success) return { ok: true, item: result.data };
  const problems = result.error.issues.slice(0, 5).map((issue) => describe(issue, item, keyedByItem));
  return { ok: false, failure: { code, details: problems.join('; ') } };
}

/** `pricing.price: a value of type string, expected a number` */
export function describeField(
  item: Item,
  path: readonly string[],
  expected: string,
  keyedByItem: readonly string[] = [],
): string {
  const [first = 'item', ...rest] = path;
  const name = rest.length > 0 && keyedByItem.includes(first) ? `${first}.*` : [first, ...rest].join('.');
  return `${name}: ${kindOf(valueAt(item, path))}, expected ${expected}`;
}

function describe(issue: z.core.$ZodIssue, item: Item, keyedByItem: readonly string[]): string {
  const expected = expectation(issue).replace(/^expected /, '');
  return describeField(item, issue.path.map(String), expected, keyedByItem);
}

/** The schema's own words, where it has some. */
function expectation(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith('expected ')) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'object' || issue.expected === 'record' ? 'a map' : `a ${issue.expected}`;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    default:
      return issue.message;
  }
}

function valueAt(item: Item, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined,
    item,
  );
}

export function isNumber(value: unknown): value is number | RawNumber {
  return typeof value === 'number' || (typeof value === 'object' && value !== null && 'rawJSON' in value);
}
