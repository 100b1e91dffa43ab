/** Random histories of the marketplace: bookings and their statuses; reviews that are new, edited, withdrawn, second ones, out of range; spoilt items. */
import fc from 'fast-check';

/** One step, in the app's terms. `pauseMs` passes before it, `gapMs` between a review's write and its booking's. */
export type Step = { readonly booking: string; readonly pauseMs: number } & (
  | { readonly kind: 'book' }
  | { readonly kind: 'status'; readonly status: string }
  /** A first review, or another one of the same booking. */
  | { readonly kind: 'review'; readonly rating: number; readonly gapMs: number }
  | { readonly kind: 'edit'; readonly rating: number; readonly gapMs: number }
  | { readonly kind: 'withdraw'; readonly gapMs: number }
  /** An attribute of the wrong kind, for this one change. */
  | { readonly kind: 'spoil' }
);

/** Bookings of one provider each; the last one's reviews are out of range. */
export const BOOKINGS = ['b1', 'b2', 'b3', 'b4', 'b5', 'b6'] as const;
export const OUT_OF_RANGE = 'b6';

export const providerOf = (booking: string) => (Number(booking.slice(1)) <= 4 ? 'p1' : 'p2');
export const serviceOf = (booking: string) => (booking === 'b3' ? 's2' : `s-${providerOf(booking)}`);

const place = {
  booking: fc.constantFrom(...BOOKINGS),
  pauseMs: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 60 }) },
    { weight: 3, arbitrary: fc.integer({ min: 100, max: 20_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 4_000_000 }) },
  ),
};
const gapMs = fc.integer({ min: 0, max: 800 });
const rating = fc.integer({ min: 1, max: 5 });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('book' as const), ...place }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('status' as const),
      status: fc.constantFrom('CONFIRMED', 'in_progress', 'completed', 'paid', 'cancelled', 'pending', 'odd'),
      ...place,
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('review' as const), rating, gapMs, ...place }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('edit' as const), rating, gapMs, ...place }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), gapMs, ...place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('spoil' as const), ...place }) },
);

export const history = fc.array(step, { minLength: 1, maxLength: 40 });
