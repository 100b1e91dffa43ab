/**
 * The cursor of a page: where the next one starts, as an opaque string that fits only the query it came from. It is
 * checked, not trusted: it travels through the hands of a caller.
 */
import { createHash } from 'node:crypto';

/** The sort values of the last product of a page; the last of them is its product id. */
export type SortValues = readonly (string | number)[];

/** Identifies a query, so that a cursor is not used with another one. `query` must have a fixed order of fields. */
export function fingerprint(query: object): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('hex').slice(0, 24);
}

export function encodeCursor(of: string, after: SortValues): string {
  return Buffer.from(JSON.stringify({ v: 1, of, after })).toString('base64url');
}

export type DecodedCursor =
  | { readonly ok: true; readonly after: SortValues }
  | { readonly ok: false; readonly reason: string };

/** `length`: the number of sort values the query has. */
export function decodeCursor(cursor: string, of: string, length: number): DecodedCursor {
  const content = parse(cursor);
  if (content === undefined) {
    return {
      ok: false,
      reason: 'is not a cursor of this search; give nextCursor of the page before as it is',
    };
  }
  if (content.of !== of) {
    return { ok: false, reason: 'belongs to another query; repeat the query it came from, or leave it out' };
  }
  if (content.after.length !== length) {
    return { ok: false, reason: 'does not fit the sorting; leave it out to start from the first page' };
  }
  return { ok: true, after: content.after };
}

function parse(cursor: string): { of: string; after: SortValues } | undefined {
  if (!/^[A-Za-z0-9_-]{1,4096}$/.test(cursor)) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
  if (typeof content !== 'object' || content === null) return undefined;
  if (!('v' in content && 'of' in content && 'after' in content) || content.v !== 1) return undefined;
  const { of, after } = content;
  if (typeof of !== 'string' || !Array.isArray(after)) return undefined;
  const values = after.filter((value) => typeof value === 'string' || Number.isFinite(value));
  return values.length === after.length && typeof after.at(-1) === 'string'
    ? { of, after: values }
    : undefined;
}
