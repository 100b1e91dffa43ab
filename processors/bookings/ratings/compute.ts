/**
 * Computes the rating of one provider, and of those of its services that are concerned, from the reviews as they are now.
 * Reads, never writes: what is kept is kept in `recompute.ts`.
 *
 * The provider is read first, and with it the lock of its rating, so that whoever keeps what was computed here can tell whether
 * another computation was kept in between. Reviews that were merged within the last hour are read from the table itself, because
 * an index may not show them yet, or still show what they were.
 */
import type { BatchContext } from '../../../shared/stream/processor.ts';
import type { RatingIntent } from '../decide.ts';
import { findReviews } from './find-reviews.ts';
import { planWrites, type RatingPlan } from './plan.ts';
import { type CountedReview, counted } from './rate.ts';
import { type RatedItems, toRated, united } from './rated.ts';
import type { RatingTables } from './tables.ts';

/** One event that asks for a rating to be computed again. */
export interface RatingRequest extends RatingIntent {
  /** Milliseconds since the epoch, whole seconds; absent: unknown, and taken for long ago. */
  readonly eventAtMs?: number;
}

/** What is to be computed at once: all of one provider. */
export interface RatingQuestion {
  readonly providerId: string;
  readonly requests: readonly RatingRequest[];
  /** Beside those that the requests name. */
  readonly serviceIds?: readonly string[];
}

/**
 * - `gone`: neither the provider nor any of the services exists.
 * - `waiting`: none of the requests' reviews is visible yet.
 */
export type Computation =
  | { readonly kind: 'gone' }
  | { readonly kind: 'waiting' }
  | {
      readonly kind: 'computed';
      readonly plan: RatingPlan;
      /** Requests whose review is not visible yet: what was computed is not for them. */
      readonly waiting: readonly RatingRequest[];
      /** How many requests' reviews were given up. */
      readonly withoutReview: number;
      /** How many reviews were left out because their rating is not a number from 1 to 5. */
      readonly outOfRange: number;
    };

/** So long after its event a review that no index shows is waited for. */
export const VISIBLE_WITHIN_MS = 5 * 60_000;

/** @throws {RatingLockInvalid}, and what reading throws */
export async function compute(
  { providerId, requests, serviceIds = [] }: RatingQuestion,
  context: BatchContext,
  tables: RatingTables,
): Promise<Computation> {
  const { signal } = context.deadline;
  const nowMs = context.clock.now();
  const named = new Set([...serviceIds, ...requests.flatMap(({ serviceId }) => serviceId ?? [])]);
  const rated = await readRated(providerId, [...named], tables, nowMs, signal);
  if (rated.provider === undefined && rated.services.length === 0) return { kind: 'gone' };

  const recent = united([rated.provider, ...rated.services].map((one) => one?.recentReviews ?? new Map()));
  const found = await findReviews(providerId, requests, recent.keys(), tables, signal);
  const unseen = requests.filter(
    ({ bookingId, reviewExpected }) => reviewExpected && !found.visible.has(bookingId),
  );
  const waiting = unseen.filter((request) => !isOverdue(request, context));
  const ready = requests.filter((request) => !waiting.includes(request));
  if (ready.length === 0 && waiting.length > 0) return { kind: 'waiting' };

  const { reviews: counting, outOfRange } = counted(found.reviews);
  const serviceOf =
    rated.services.length === 0 ? new Map() : await servicesOf(counting, requests, tables, signal);
  const plan = planWrites({
    rated,
    counting,
    serviceOf,
    current: found.current,
    recent,
    merged: found.merged,
    nowMs,
    sinceMs: Math.max(0, ...ready.map(({ eventAtMs = 0 }) => eventAtMs)),
  });
  return { kind: 'computed', plan, waiting, withoutReview: unseen.length - waiting.length, outOfRange };
}

/** Nothing is created: what is not there is not rated. */
async function readRated(
  providerId: string,
  serviceIds: readonly string[],
  tables: RatingTables,
  nowMs: number,
  signal: AbortSignal,
): Promise<RatedItems> {
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
