/** JSON that loses nothing: documents go out as the text they came in, and numbers a double cannot hold keep their digits. */
import { EngineError, illegalArgument } from './errors.ts';

/** In the language since ES2026 and in Node since 21; the compiler's library does not name them yet. */
const exact = JSON as unknown as {
  rawJSON(text: string): { readonly rawJSON: string };
  isRawJSON(value: unknown): value is { readonly rawJSON: string };
  parse(
    text: string,
    revive: (name: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
};

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !exact.isRawJSON(value);

/** JSON text that is written into an answer as it is. */
export class Verbatim {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Like `JSON.stringify`, but for `Verbatim` values anywhere inside. */
export function writeJson(value: unknown): string {
  if (value instanceof Verbatim) return value.text;
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (isObject(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${writeJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** Parses; numbers that would change on the way through a double become raw JSON with their digits. */
export function parseExact(text: string): unknown {
  return exact.parse(text, (_name, value, context) => {
    if (typeof value !== 'number' || context.source === undefined) return value;
    return String(value) === context.source ? value : exact.rawJSON(context.source);
  });
}

/** The digits of a number from `parseExact`; undefined for what is not a number. */
export function digitsOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return exact.isRawJSON(value) ? value.rawJSON : undefined;
}

/** A 64-bit integer as JSON: digits where a double would round. */
export const longJson = (value: bigint): unknown =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
    ? Number(value)
    : exact.rawJSON(String(value));

/** A request body that must be one JSON object; an absent one is an empty object. */
export function parseBody(body: string): JsonObject {
  if (body.trim() === '') return {};
  let value: unknown;
  try {
    value = parseExact(body);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError(400, { type: 'json_parse_exception', reason });
  }
  if (!isObject(value)) throw illegalArgument('the request body must be a JSON object');
  return value;
}
