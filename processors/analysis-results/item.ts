/** The analysis result as its writers write it, checked before it is cached. Nothing in it is left out or changed. */
import * as z from 'zod/mini';
import type { Desired, Ttl } from '../../shared/cache/effect.ts';
import { kindOf } from '../../shared/stream/attribute-value.ts';
import type { Item } from '../../shared/stream/change.ts';

/** What a reader cannot do without: the analysis itself, whatever is in it. */
const resultItem = z.object({
  analysisData: z.custom<object>(isMap),
});

/** @param item the result as it is, undefined where there is none */
export function desiredState(item: Item | undefined): Desired {
  if (item === undefined) return { ok: true, effect: { kind: 'evict', ttlsSeen: [] } };
  if (!z.safeParse(resultItem, item).success) {
    const details = `analysisData: ${kindOf(item.analysisData)}, expected a map`;
    return { ok: false, failure: { code: 'INVALID_ANALYSIS', details } };
  }
  const ttl = ttlOf(item);
  return { ok: true, effect: { kind: 'hold', value: item, ttl, ttlsSeen: [ttl] } };
}

/**
 * Seconds since the epoch. What is not a number does not expire in the table either (DynamoDB developer guide, "Using time
 * to live").
 */
export function ttlOf({ ttl }: Item): Ttl {
  return typeof ttl === 'number' && Number.isFinite(ttl) ? ttl : undefined;
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('rawJSON' in value);
}
