/** Names the fields in which two documents differ; never their values. Pure. */
import type { RawNumber, Value } from '../../stream/change.ts';

type Fields = { readonly [name: string]: Value };

/**
 * The order of fields makes no difference, that of a list does. A list differs as a whole.
 *
 * @returns dotted names in order, empty where both are the same
 */
export function differingFields(a: Fields, b: Fields): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort().flatMap((name) => {
    const [one, other] = [own(a, name), own(b, name)];
    if (isFields(one) && isFields(other))
      return differingFields(one, other).map((inner) => `${name}.${inner}`);
    return same(one, other) ? [] : [name];
  });
}

function same(a: Value | undefined, b: Value | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (isFields(a) && isFields(b)) return differingFields(a, b).length === 0;
  if (isList(a) && isList(b))
    return a.length === b.length && a.every((entry, index) => same(entry, b[index]));
  if (isRawNumber(a) && isRawNumber(b)) return a.rawJSON === b.rawJSON;
  return a === b;
}

/** A document's own field, whatever it is called. */
function own(fields: Fields, name: string): Value | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function isFields(value: Value | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !isList(value) && !isRawNumber(value);
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Such numbers are frozen and without a prototype, and what is read from JSON is neither (ECMAScript 2026, `JSON.rawJSON`). */
function isRawNumber(value: Value): value is RawNumber {
  return typeof value === 'object' && value !== null && Object.isFrozen(value) && 'rawJSON' in value;
}
