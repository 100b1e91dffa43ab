/** What the cache should hold for an item, and until when: never past the item's own time to live. Pure. */
import type { Failure } from '../stream/outcome.ts';
import type { CacheEntry } from './compare-and-set.ts';

/** Seconds since the epoch; undefined: the state does not expire. */
export type Ttl = number | undefined;

/** What a change, or an item as it is now, means for the cache. */
export type CacheState = {
  /** Of every state that told of this change: the tombstone must outlive them all, since a late record may bring any of them. */
  readonly ttlsSeen: readonly Ttl[];
} & (
  | {
      readonly kind: 'hold';
      /** As JSON, with digits that a double cannot hold as they are. */
      readonly value: object;
      readonly ttl: Ttl;
    }
  | { readonly kind: 'evict' }
);

/** `current`: whatever the item means now; for records that say nothing themselves, and for keys without a record. */
export type CacheEffect = CacheState | { readonly kind: 'current'; readonly ttlsSeen: readonly Ttl[] };

export const CURRENT: CacheEffect = { kind: 'current', ttlsSeen: [] };

export type Desired =
  | { readonly ok: true; readonly effect: CacheState }
  | { readonly ok: false; readonly failure: Failure };

/** For what has no time to live: what writers give their results, in milliseconds. */
export const DEFAULT_LIFE_MS = 7 * 24 * 3_600_000;

/** How late a record may be for the fast path where nothing is stored: what was may have been lost with a server, or evicted. */
export const RECENT_MS = 30_000;

/**
 * Whatever was written leaves its mark for longer than a record counts as recent, or one of before could come back: of changes that
 * are carried out as one only the last is written, and only its own times to live are known.
 */
const LEAST_TOMBSTONE_MS = 2 * RECENT_MS;

/** The value and the times of an entry that carries the effect. An item past its time to live is not stored, even if the table still has it. */
export function entryParts(
  effect: CacheState,
  nowMs: number,
): Pick<CacheEntry, 'value' | 'tombstoneUntilMs'> {
  const endMs = (ttl: Ttl) => (ttl === undefined ? nowMs + DEFAULT_LIFE_MS : ttl * 1_000);
  const seenMs = effect.ttlsSeen.length === 0 ? [endMs(undefined)] : effect.ttlsSeen.map(endMs);
  seenMs.push(nowMs + LEAST_TOMBSTONE_MS);
  if (effect.kind === 'evict') return { tombstoneUntilMs: Math.max(...seenMs) };
  const expiresAtMs = endMs(effect.ttl);
  const tombstoneUntilMs = Math.max(...seenMs, expiresAtMs);
  if (expiresAtMs <= nowMs) return { tombstoneUntilMs };
  return { value: { json: JSON.stringify(effect.value), expiresAtMs }, tombstoneUntilMs };
}
