/** Reads JSON without rounding: a number that a double cannot hold keeps its digits, and is written with them again. */
import { exactNumber } from './exact-number.ts';

/** @throws {SyntaxError} as `JSON.parse` does */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, exact);
}

/** The third argument is in the language since ES2026 and in Node since 21; the compiler's library does not name it yet. */
function exact(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined ? exactNumber(context.source) : value;
}
