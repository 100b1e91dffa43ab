/** Reads bytes that somebody else wrote into JSON values: compressed or not, within limits, and never with an exception. */
import { gunzipSync } from 'node:zlib';
import { isDeeperThan } from '../../shared/json-depth.ts';
import type { Failure } from '../../shared/stream/outcome.ts';

/** An event has at most 6 MB (Lambda quotas), twice escaped as JSON a few times that; what is larger was not written by Lambda or by us. */
export const LARGEST_BYTES = 64 * 1024 * 1024;

/** DynamoDB nests 32 levels deep, each two of JSON (developer guide, "Constraints"); what is deeper would overflow whoever prints it. */
const DEEPEST = 200;

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: Failure };

/** UTF-8, or what a shell on Windows writes (UTF-16 with its mark), plain or gzip. */
export function textOfBytes(bytes: Uint8Array): Read<string> {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    const inflated = inflate(bytes);
    return inflated.ok ? textOfBytes(inflated.value) : inflated;
  }
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  return { ok: true, value: new TextDecoder(encoding).decode(bytes) };
}

export function inflate(bytes: Uint8Array): Read<Uint8Array> {
  try {
    const value = gunzipSync(bytes, { maxOutputLength: LARGEST_BYTES });
    if (value[0] !== 0x1f || value[1] !== 0x8b) return { ok: true, value };
    return { ok: false, reason: { code: 'NOT_GZIP', details: 'compressed more than once' } };
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    return {
      ok: false,
      reason: tooLarge
        ? { code: 'TOO_LARGE', details: `more than ${LARGEST_BYTES} bytes when inflated` }
        : { code: 'NOT_GZIP', details: 'it begins as gzip and cannot be inflated; the copy is damaged' },
    };
  }
}

export function parseJson(text: string): Read<unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const empty = text.trim() === '';
    return {
      ok: false,
      reason: empty
        ? { code: 'EMPTY', details: 'there is no text' }
        : { code: 'NOT_JSON', details: 'the text is not JSON' },
    };
  }
  return isDeeperThan(DEEPEST, value)
    ? { ok: false, reason: { code: 'TOO_DEEP', details: `nested deeper than ${DEEPEST} levels` } }
    : { ok: true, value };
}

/** An own member; undefined for anything that has none. */
export function member(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** A member that is text, and not empty. */
export function textMember(value: unknown, name: string): string | undefined {
  const text = member(value, name);
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** ISO 8601 in UTC; undefined for what is no time. */
export function timeMember(value: unknown, name: string): string | undefined {
  const text = textMember(value, name);
  return text === undefined || !/^\d{4}-\d\d-\d\dT/.test(text) ? undefined : isoTime(Date.parse(text));
}

/** @param ms since the epoch; anything else gives undefined */
export function isoTime(ms: number): string | undefined {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
