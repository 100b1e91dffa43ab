/** What an item that carries a rating also carries: the lock of its rating, and the reviews that indexes may not show rightly yet. */
import type { Item } from '../../../shared/stream/change.ts';

/** Review ids to when they were last merged, milliseconds since the epoch. */
export type RecentReviews = ReadonlyMap<string, number>;

export interface Rated {
  readonly id: string;
  readonly item: Item;
  /** Undefined: it was never rated here. */
  readonly version: number | undefined;
  readonly recentReviews: RecentReviews;
}

export interface RatedItems {
  /** Absent: it no longer exists. */
  readonly provider?: Rated;
  /** Those that exist. */
  readonly services: readonly Rated[];
}

/** For this long an index may lag behind its table; then its reviews are taken as it shows them. */
export const RECENT_MS = 3_600_000;

/** An item holds 400 KB in all; beyond this the oldest entries are given up. Bytes of ids. */
const MAX_BYTES = 100_000;

/** @throws {RatingLockInvalid} when something that is not ours stands in place of the lock */
export function toRated(id: string, item: Item, nowMs: number): Rated {
  const { ratingVersion: version, recentReviews: recent } = item;
  if (version !== undefined && !Number.isSafeInteger(version)) throw new RatingLockInvalid();
  const entries = typeof recent === 'object' && recent !== null ? Object.entries(recent) : [];
  return {
    id,
    item,
    version: version as number | undefined,
    recentReviews: new Map(
      entries.filter(
        (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > nowMs - RECENT_MS,
      ),
    ),
  };
}

/** The attribute `ratingVersion` is not a whole number: it was written by somebody else. Delete it, then redrive. */
export class RatingLockInvalid extends Error {
  readonly code = 'RATING_LOCK_INVALID';
  override readonly name = 'RatingLockInvalid';
}

/** The latest time of each, over all of them. */
export function united(all: readonly RecentReviews[]): Map<string, number> {
  const result = new Map<string, number>();
  for (const recent of all) {
    for (const [id, atMs] of recent) result.set(id, Math.max(atMs, result.get(id) ?? 0));
  }
  return result;
}

/** @returns how many were left out, and the others */
export function bounded(recent: RecentReviews): { readonly kept: RecentReviews; readonly dropped: number } {
  const newestFirst = [...recent].sort(([, a], [, b]) => b - a);
  let bytes = 0;
  const kept = newestFirst.filter(([id]) => {
    bytes += Buffer.byteLength(id) + 16;
    return bytes <= MAX_BYTES;
  });
  return { kept: new Map(kept), dropped: newestFirst.length - kept.length };
}
