/**
 * Finds a provider's reviews: as its index shows them, but those that events are about, or were within the last hour, as the
 * table holds them.
 */

import type { RatingRequest } from './compute.ts';
import { type Review, toReview } from './review.ts';
import type { RatingTables } from './tables.ts';

export interface FoundReviews {
  /** Of the provider, each once. */
  readonly reviews: readonly Review[];
  /** Reviews as the table holds them, undefined where there is none: all of `merged` and of those that were recent before. */
  readonly current: ReadonlyMap<string, Review | undefined>;
  /** Ids of the reviews of the events' bookings. */
  readonly merged: ReadonlySet<string>;
  /** Bookings whose reviews the indexes show, as far as an event can tell. */
  readonly visible: ReadonlySet<string>;
}

/** @param recent ids that the indexes may not show rightly yet */
export async function findReviews(
  providerId: string,
  requests: readonly RatingRequest[],
  recent: Iterable<string>,
  tables: RatingTables,
  signal: AbortSignal,
): Promise<FoundReviews> {
  const events = Map.groupBy(requests, ({ bookingId }) => bookingId);
  const shown = (await tables.reviewsOfProvider(providerId, signal)).map(toReview);
  const merged = new Set<string>();
  const shownOf = new Map<string, string[]>();
  for (const { reviewId, bookingId } of shown) {
    if (bookingId === undefined || !events.has(bookingId)) continue;
    merged.add(reviewId);
    shownOf.set(bookingId, [...(shownOf.get(bookingId) ?? []), reviewId]);
  }
  const isCertain = (bookingId: string) => isFirst(events.get(bookingId) ?? []) && shownOf.has(bookingId);
  const bookings = [...events.keys()];
  const certain = bookings.filter(isCertain);
  const found = await lookUp(
    bookings.filter((bookingId) => !isCertain(bookingId)),
    tables,
    signal,
  );
  const current = await read([...merged, ...idsOf(found), ...recent], tables, signal);
  const counts = (id: string) => current.get(id)?.rating !== undefined;
  const doubtful = certain.filter((bookingId) => !shownOf.get(bookingId)?.some(counts));
  for (const [bookingId, ids] of await lookUp(doubtful, tables, signal)) found.set(bookingId, ids);
  for (const id of idsOf(found)) merged.add(id);
  const unread = [...merged].filter((id) => !current.has(id));
  for (const [id, review] of await read(unread, tables, signal)) current.set(id, review);

  const held = [...current.values()].filter((review) => review !== undefined);
  const indexed = shown.filter(({ reviewId }) => !current.has(reviewId));
  const isThere = (bookingId: string) => found.get(bookingId)?.some((id) => current.get(id)) ?? true;
  return {
    reviews: [...indexed, ...held].filter((review) => review.providerId === providerId),
    current,
    merged,
    visible: new Set(bookings.filter(isThere)),
  };
}

/**
 * A first review that the provider's index shows needs no look into the booking's index: what could be missing is another
 * review of the same booking, and that has an event of its own, which looks there.
 */
function isFirst(events: readonly RatingRequest[]): boolean {
  const [event, ...more] = events;
  return event?.firstReview === true && more.length === 0;
}

const QUERIES_AT_ONCE = 8;

/** By booking, the ids of the reviews that the bookings' index shows. */
async function lookUp(
  bookings: readonly string[],
  tables: RatingTables,
  signal: AbortSignal,
): Promise<Map<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  const waiting = [...bookings];
  const lane = async () => {
    for (let booking = waiting.pop(); booking !== undefined; booking = waiting.pop()) {
      const items = await tables.reviewsOfBooking(booking, signal);
      found.set(
        booking,
        items.map((item) => toReview(item).reviewId),
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(QUERIES_AT_ONCE, waiting.length) }, lane));
  return found;
}

function idsOf(found: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...found.values()].flat();
}

async function read(
  ids: readonly string[],
  tables: RatingTables,
  signal: AbortSignal,
): Promise<Map<string, Review | undefined>> {
  const distinct = [...new Set(ids)];
  if (distinct.length === 0) return new Map();
  const items = await tables.readReviews(
    distinct.map((reviewId) => ({ reviewId })),
    signal,
  );
  return new Map(distinct.map((id, index) => [id, items[index] && toReview(items[index])]));
}
