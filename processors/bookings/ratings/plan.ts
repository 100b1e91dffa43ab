/** Which writes bring the ratings of a provider and its services in line with the reviews that count. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { type CountedReview, latestOf, ratingOf } from './rate.ts';
import { bounded, type Rated, type RatedItems, RECENT_MS, type RecentReviews } from './rated.ts';
import type { Review } from './review.ts';
import { MAX_WRITES, type RatingWrite } from './tables.ts';

export interface Snapshot {
  readonly rated: RatedItems;
  /** The provider's reviews that count. */
  readonly counting: readonly CountedReview[];
  /** Review ids to services. */
  readonly serviceOf: ReadonlyMap<string, string>;
  /** Reviews as the table holds them, undefined where there is none: all of `recent` and `merged`. */
  readonly current: ReadonlyMap<string, Review | undefined>;
  readonly recent: RecentReviews;
  /** Ids of the reviews that the events are about. */
  readonly merged: ReadonlySet<string>;
  readonly nowMs: number;
  /** When the latest of the events was. A review merged before may have changed since. */
  readonly sinceMs: number;
}

export interface RatingPlan {
  /** Each to be written as a whole, in this order; empty where everything is in place. */
  readonly transactions: RatingWrite[][];
  /** How many recent reviews no longer fitted. */
  readonly dropped: number;
  /** How each item's rating as it stands differs from what its reviews make. */
  readonly differences: readonly RatingDifference[];
}

/**
 * - `equal`: so too where nobody rated it yet, and nothing is to be counted.
 * - `missing`: nobody rated it yet, and it has reviews that count.
 */
export interface RatingDifference extends Pick<RatingWrite, 'table' | 'id'> {
  readonly kind: 'equal' | 'missing' | 'different';
  /** Names of the attributes that are not as they should be. */
  readonly names: readonly string[];
}

export function planWrites(snapshot: Snapshot): RatingPlan {
  const { rated, counting, serviceOf } = snapshot;
  const ofProvider = rated.provider && planned('providers', rated.provider, counting, snapshot);
  const ofServices = rated.services.map((service) =>
    planned(
      'services',
      service,
      counting.filter(({ reviewId }) => serviceOf.get(reviewId) === service.id),
      snapshot,
    ),
  );
  const plans = [...(ofProvider === undefined ? [] : [ofProvider]), ...ofServices];
  const differences = plans.map(({ difference }) => difference);
  if (plans.every(({ inPlace }) => inPlace)) return { transactions: [], dropped: 0, differences };
  return {
    differences,
    transactions: transactions(
      ofProvider?.write,
      ofServices.map(({ write }) => write),
    ),
    dropped: Math.max(...plans.map(({ dropped }) => dropped)),
  };
}

interface Planned {
  readonly write: RatingWrite;
  readonly difference: RatingDifference;
  readonly inPlace: boolean;
  readonly dropped: number;
}

/**
 * A service keeps the lock and the recent reviews too: when its provider goes, they are its own.
 *
 * @param reviews those that count for this item
 */
function planned(
  table: RatingWrite['table'],
  { id, item, version, recentReviews }: Rated,
  reviews: readonly CountedReview[],
  snapshot: Snapshot,
): Planned {
  const { current, recent, merged, nowMs, sinceMs } = snapshot;
  const concerns = (reviewId: string) => {
    const service = current.get(reviewId)?.serviceId;
    return table === 'providers' || service === undefined || service === id;
  };
  const own = [...merged].filter(concerns);
  const known = [...recent].filter(([reviewId]) => concerns(reviewId));
  const { kept, dropped } = bounded(
    new Map([...known, ...own.map((reviewId) => [reviewId, nowMs] as const)]),
  );
  const values = {
    ...ratingOf(reviews),
    ...(table === 'services' ? { reviews: latestOf(reviews) } : {}),
  };
  const names = Object.entries(values).flatMap(([name, value]) =>
    isDeepStrictEqual(plain(item[name]), plain(value)) ? [] : [name],
  );
  // What is older than an index can lag behind is shown by it rightly: nobody needs to know of it any more.
  const isKnown =
    sinceMs <= nowMs - RECENT_MS || own.every((reviewId) => (recentReviews.get(reviewId) ?? -1) >= sinceMs);
  const isRated = version !== undefined || !isZero(item.rating) || !isZero(item.reviewCount);
  const isEqual = names.length === 0 || (!isRated && values.reviewCount === 0);
  const write: RatingWrite = {
    table,
    id,
    expectedVersion: version,
    version: (version ?? 0) + 1,
    recentReviews: kept,
    ...values,
  };
  const kind = isEqual ? 'equal' : isRated ? 'different' : 'missing';
  const difference: RatingDifference = { table, id, kind, names };
  return { write, difference, inPlace: isKnown && names.length === 0, dropped };
}

function isZero(value: unknown): boolean {
  return value === undefined || value === null || value === 0;
}

/** Items decode to objects without a prototype. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** Every transaction holds the provider, if there is one: it carries the lock. */
function transactions(provider: RatingWrite | undefined, services: readonly RatingWrite[]): RatingWrite[][] {
  const size = provider === undefined ? MAX_WRITES : MAX_WRITES - 1;
  const groups: RatingWrite[][] = [];
  for (let from = 0; from === 0 || from < services.length; from += size) {
    const turn = groups.length;
    const group = services.slice(from, from + size);
    groups.push(provider === undefined ? group : [later(provider, turn), ...group]);
  }
  return groups;
}

/** The same write after `turns` writes of it. */
function later(write: RatingWrite, turns: number): RatingWrite {
  if (turns === 0) return write;
  return { ...write, expectedVersion: write.version + turns - 1, version: write.version + turns };
}
