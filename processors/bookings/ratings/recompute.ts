/**
 * Computes the rating of one provider, and of those of its services that are concerned, from the reviews as they are now.
 *
 * The provider is read first and written last, on condition that nobody has rated it in between: so every computation reads
 * its reviews after the one before it was kept. Reviews that were merged within the last hour are read from the table itself,
 * because an index may not show them yet, or still show what they were.
 */
import type { Outcome } from '../../../shared/stream/outcome.ts';
import type { BatchContext } from '../../../shared/stream/processor.ts';
import type { Measure } from '../../../shared/telemetry/measurements.ts';
import type { RatingIntent } from '../decide.ts';
import { findReviews } from './find-reviews.ts';
import { planWrites } from './plan.ts';
import { type CountedReview, counted } from './rate.ts';
import { type RatedItems, toRated, united } from './rated.ts';
import type { RatingTables } from './tables.ts';

/** One event that asks for a rating to be computed again. */
export interface RatingRequest extends RatingIntent {
  /** Milliseconds since the epoch, whole seconds; absent: unknown, and taken for long ago. */
  readonly eventAtMs?: number;
}

export interface RatingPorts {
  readonly tables: RatingTables;
  readonly measure: Measure;
}

/** So long after its event a review that no index shows is waited for. */
export const VISIBLE_WITHIN_MS = 5 * 60_000;

/** @param requests all of one provider. @returns one outcome for each */
export async function recompute(
  providerId: string,
  requests: readonly RatingRequest[],
  context: BatchContext,
  { tables, measure }: RatingPorts,
): Promise<ReadonlyMap<RatingRequest, Outcome>> {
  const { signal } = context.deadline;
  const nowMs = context.clock.now();
  const rated = await readRated(providerId, requests, tables, nowMs, signal);
  if (rated.provider === undefined && rated.services.length === 0) return all(requests, gone);

  const recent = united([rated.provider, ...rated.services].map((one) => one?.recentReviews ?? new Map()));
  const found = await findReviews(providerId, requests, recent.keys(), tables, signal);
  const unseen = requests.filter(
    ({ bookingId, reviewExpected }) => reviewExpected && !found.visible.has(bookingId),
  );
  const waiting = unseen.filter((request) => !isOverdue(request, context));
  const ready = requests.filter((request) => !waiting.includes(request));
  if (ready.length === 0) return all(waiting, notVisible);
  if (unseen.length > waiting.length) measure('RatedWithoutReview', 'count', unseen.length - waiting.length);

  const { reviews: counting, outOfRange } = counted(found.reviews);
  if (outOfRange > 0) measure('ReviewsOutOfRange', 'count', outOfRange);
  const serviceOf =
    rated.services.length === 0 ? new Map() : await servicesOf(counting, requests, tables, signal);
  const { transactions, dropped } = planWrites({
    rated,
    counting,
    serviceOf,
    current: found.current,
    recent,
    merged: found.merged,
    nowMs,
    sinceMs: Math.max(...ready.map(({ eventAtMs = 0 }) => eventAtMs)),
  });
  if (dropped > 0) measure('RecentReviewsDropped', 'count', dropped);
  const outcome = await write(transactions, tables, measure, signal);
  return new Map([...all(waiting, notVisible), ...all(ready, outcome)]);
}

const gone: Outcome = { kind: 'gone' };
const notVisible: Outcome = { kind: 'transient', failure: { code: 'REVIEW_NOT_VISIBLE' } };

function all(requests: readonly RatingRequest[], outcome: Outcome): ReadonlyMap<RatingRequest, Outcome> {
  return new Map(requests.map((request) => [request, outcome]));
}

/** Nothing is created: what is not there is not rated. */
async function readRated(
  providerId: string,
  requests: readonly RatingRequest[],
  tables: RatingTables,
  nowMs: number,
  signal: AbortSignal,
): Promise<RatedItems> {
  const serviceIds = [...new Set(requests.flatMap(({ serviceId }) => serviceId ?? []))];
  const [[provider], services] = await Promise.all([
    tables.readProviders([{ providerId }], signal),
    tables.readServices(
      serviceIds.map((serviceId) => ({ serviceId })),
      signal,
    ),
  ]);
  return {
    ...(provider === undefined ? {} : { provider: toRated(providerId, provider, nowMs) }),
    services: services.flatMap((item, index) =>
      item === undefined ? [] : [toRated(serviceIds[index] ?? '', item, nowMs)],
    ),
  };
}

/** A redriven record is old. */
function isOverdue({ eventAtMs }: RatingRequest, { clock, redriven }: BatchContext): boolean {
  return redriven || eventAtMs === undefined || clock.now() - eventAtMs >= VISIBLE_WITHIN_MS;
}

/** The service that each review is of. One that does not name it is of its booking's service. */
async function servicesOf(
  reviews: readonly CountedReview[],
  requests: readonly RatingRequest[],
  tables: RatingTables,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const ofBooking = new Map<string, string | undefined>(
    requests.map(({ bookingId, serviceId }) => [bookingId, serviceId]),
  );
  const silent = reviews.flatMap(({ serviceId, bookingId }) =>
    serviceId === undefined && bookingId !== undefined && !ofBooking.has(bookingId) ? [bookingId] : [],
  );
  if (silent.length > 0) {
    const bookings = await tables.readBookings(
      silent.map((bookingId) => ({ bookingId })),
      signal,
    );
    silent.forEach((bookingId, index) => {
      const serviceId = bookings[index]?.serviceId;
      ofBooking.set(bookingId, typeof serviceId === 'string' ? serviceId : undefined);
    });
  }
  return new Map(
    reviews.flatMap(({ reviewId, bookingId, serviceId }) => {
      const service = serviceId ?? (bookingId === undefined ? undefined : ofBooking.get(bookingId));
      return service === undefined ? [] : [[reviewId, service]];
    }),
  );
}

/** Nothing to write: what should be there is there. */
async function write(
  transactions: Parameters<RatingTables['write']>[0][],
  tables: RatingTables,
  measure: Measure,
  signal: AbortSignal,
): Promise<Outcome> {
  for (const transaction of transactions) {
    const result = await tables.write(transaction, signal);
    switch (result.kind) {
      case 'written':
        continue;
      case 'lock-lost':
        measure('RatingLockLost', 'count', 1);
        return { kind: 'transient', failure: { code: 'RATING_LOCK_LOST' } };
      case 'refused':
        return { kind: 'poison', failure: { code: 'RATING_REFUSED', type: result.type } };
    }
  }
  if (transactions.length === 0) return { kind: 'duplicate' };
  measure('RatingsComputed', 'count', 1);
  return { kind: 'applied' };
}
