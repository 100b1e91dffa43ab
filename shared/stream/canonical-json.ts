/** JSON text by which values can be told apart: the same for maps whose attributes come in another order, different for numbers that only a double would confuse. */
import { rawNumber } from './exact-number.ts';

/** @param value decoded, or read from JSON by `exactly` */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (isMap(each) ? sorted(each) : each));
}

/**
 * Reads JSON with every number as it is written there.
 *
 * @throws {SyntaxError} when the text is no JSON
 */
export function exactly(json: string): unknown {
  return parse(json, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined ? rawNumber(source) : value,
  );
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJson(value);
}

function sorted(map: object): object {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** In the language since ES2026 and in Node since 21; the compiler's library does not name them yet. */
const { parse, isRawJSON: isRawJson } = JSON as unknown as {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  isRawJSON(value: unknown): boolean;
};
