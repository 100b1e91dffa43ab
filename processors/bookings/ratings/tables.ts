/** What is asked of the marketplace's tables to compute a rating again, and how it is kept. */
import type { ReadItems } from '../../../shared/dynamodb/read-items.ts';
import type { Item } from '../../../shared/stream/change.ts';
import type { LatestReview, Rating } from './rate.ts';
import type { RecentReviews } from './rated.ts';

/** The reads of indexes lag behind their table by an unknown time; all others are consistent. */
export interface RatingTables {
  readonly readProviders: ReadItems;
  readonly readServices: ReadItems;
  readonly readReviews: ReadItems;
  readonly readBookings: ReadItems;
  /** From providerReviews-index, all pages. */
  reviewsOfProvider(providerId: string, signal: AbortSignal): Promise<readonly Item[]>;
  /** From bookingReviews-index, all pages. */
  reviewsOfBooking(bookingId: string, signal: AbortSignal): Promise<readonly Item[]>;
  /** Ids of the items that carry a rating, whoever gave it: `limit` items are looked at, in the order of the table's keys. */
  ratedIds(table: RatedTable, page: IdPage, signal: AbortSignal): Promise<Ids>;
  /** All of them in one transaction, or none. At most `MAX_WRITES`. */
  write(writes: readonly RatingWrite[], signal: AbortSignal): Promise<WriteResult>;
}

export type RatedTable = 'providers' | 'services';

export interface IdPage {
  /** Where the page before ended; left out for the first. */
  readonly after?: string;
  readonly limit: number;
}

export interface Ids {
  readonly ids: readonly string[];
  /** Absent after the last page. */
  readonly after?: string;
}

export interface RatingWrite extends Rating {
  readonly table: RatedTable;
  readonly id: string;
  /** What the item's `ratingVersion` must still be; undefined: it must have none. The item must exist. */
  readonly expectedVersion: number | undefined;
  readonly version: number;
  readonly recentReviews: RecentReviews;
  /** Of a service only. */
  readonly reviews?: readonly LatestReview[];
}

/**
 * - `lock-lost`: an item is gone, or was rated by somebody else since it was read.
 * - `refused`: an item cannot take what is written, however often it is tried.
 */
export type WriteResult =
  | { readonly kind: 'written' }
  | { readonly kind: 'lock-lost' }
  | { readonly kind: 'refused'; readonly type: string };

/** Keeps a transaction below 4 MB (API reference, TransactWriteItems) with every item of it as large as we make one. */
export const MAX_WRITES = 20;
