/** What the cache should hold for an item, and until when: never past the item's own time to live. Pure. */
import type { Failure } from '../stream/outcome.ts';
import type { CacheEntry } from './compare-and-set.ts';

export type CacheEffect = {
  /** The largest time to live of any image that told of this change, in seconds since the epoch; absent: none had one. */
  readonly largestTtl?: number;
} & (
  | {
      readonly kind: 'hold';
      /** As JSON, with digits that a double cannot hold as they are. */
      readonly value: object;
      /** Seconds since the epoch; absent: the item does not expire. */
      readonly ttl?: number;
    }
  | { readonly kind: 'evict' }
);

export type Desired =
  | { readonly ok: true; readonly effect: CacheEffect }
  | { readonly ok: false; readonly failure: Failure };

/** For what has no time to live: what writers give their results, in milliseconds. */
export const DEFAULT_LIFE_MS = 7 * 24 * 3_600_000;

/** The value and the times of an entry that carries the effect. An item past its time to live is not stored, even if the table still has it. */
export function entryParts(
  effect: CacheEffect,
  nowMs: number,
): Pick<CacheEntry, 'value' | 'tombstoneUntilMs'> {
  const longestMs = effect.largestTtl === undefined ? nowMs + DEFAULT_LIFE_MS : effect.largestTtl * 1_000;
  if (effect.kind === 'evict') return { tombstoneUntilMs: longestMs };
  const expiresAtMs = effect.ttl === undefined ? nowMs + DEFAULT_LIFE_MS : effect.ttl * 1_000;
  const tombstoneUntilMs = Math.max(longestMs, expiresAtMs);
  if (expiresAtMs <= nowMs) return { tombstoneUntilMs };
  return { value: { json: JSON.stringify(effect.value), expiresAtMs }, tombstoneUntilMs };
}
