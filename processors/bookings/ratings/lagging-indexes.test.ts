import { describe, expect, it } from 'vitest';
import { reviewImage } from '../../../test/support/booking.ts';
import type { Index } from '../../../test/support/marketplace-tables.ts';
import { type MarketOptions, MINUTE_MS, market, START_MS, shown } from './testing.ts';

describe('on indexes that lag behind', () => {
  const hour = 60 * MINUTE_MS;
  /** The booking's index shows a write at once, the provider's only after an hour. */
  const lagging = { lagMs: (index: Index) => (index === 'ofProvider' ? hour : 0) };

  it('every concurrent review counts, whichever computation comes last', async () => {
    const { clock, tables, start } = market(lagging);
    for (let i = 0; i < 10; i++)
      tables.put('reviews', reviewImage(`r${i}`, `b${i}`, { rating: 1 + (i % 5) }));
    await clock.runUntil(Promise.all(Array.from({ length: 10 }, (_, i) => start([`b${i}`]))));
    expect(shown(tables, 'providers', 'p1')).toEqual([3, 10]);
    expect(shown(tables, 'services', 's1')).toEqual([3, 10]);
  });

  it('an edited review counts as it is, also in later computations', async () => {
    const { clock, tables, rate } = market({ lagMs: () => 10 * MINUTE_MS });
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 5 }));
    tables.put('reviews', reviewImage('r2', 'b2', { rating: 5 }));
    await clock.advance(11 * MINUTE_MS);
    await rate(['b1', 'b2']);
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 1 }));
    await rate(['b1']);
    expect(shown(tables, 'providers', 'p1')).toEqual([3, 2]);
    await rate(['b2']);
    expect(shown(tables, 'providers', 'p1')).toEqual([3, 2]);
  });

  it('a deleted review does not count, also in later computations', async () => {
    const { clock, tables, rate } = market({ lagMs: () => 10 * MINUTE_MS });
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 5 }));
    tables.put('reviews', reviewImage('r2', 'b2', { rating: 3 }));
    await clock.advance(11 * MINUTE_MS);
    await rate(['b1', 'b2']);
    tables.delete('reviews', 'r1');
    await rate(['no-longer/p1/s1', 'b1'], { redriven: true });
    expect(shown(tables, 'providers', 'p1')).toEqual([3, 1]);
    await rate(['b2']);
    expect(shown(tables, 'providers', 'p1')).toEqual([3, 1]);
  });

  it('the recent reviews are forgotten after an hour, and no sooner', async () => {
    const { clock, tables, rate } = market();
    tables.put('reviews', reviewImage('r1', 'b1'));
    await rate(['b1']);
    tables.put('reviews', reviewImage('r2', 'b2'));
    await clock.advance(59 * MINUTE_MS);
    await rate(['b2']);
    const recent = () => Object.keys((tables.item('providers', 'p1')?.['recentReviews'] ?? {}) as object);
    expect(recent().sort()).toEqual(['r1', 'r2']);
    tables.put('reviews', reviewImage('r3', 'b3'));
    await clock.advance(2 * MINUTE_MS);
    await rate(['b3']);
    expect(recent().sort()).toEqual(['r2', 'r3']);
  });

  it('a first review that is gone is not taken for all that its booking has', async () => {
    const { clock, tables, rate } = market(lagging);
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 5 }));
    await clock.advance(hour + MINUTE_MS);
    tables.delete('reviews', 'r1');
    tables.put('reviews', reviewImage('r2', 'b1', { rating: 2 }));
    await rate(['b1']);
    expect(shown(tables, 'providers', 'p1')).toEqual([2, 1]);
  });

  it('recent reviews outlive their provider on its services', async () => {
    const { tables, rate } = market(lagging);
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 1 }));
    await rate(['b1']);
    tables.delete('providers', 'p1');
    tables.put('reviews', reviewImage('r2', 'b2', { rating: 2 }));
    await rate(['b2']);
    expect(shown(tables, 'services', 's1')).toEqual([1.5, 2]);
  });
});

describe('the booking’s own index', () => {
  async function asked(options: MarketOptions, run: { firstReview?: boolean } = {}, bookings = ['b1']) {
    const { tables, rate } = market(options);
    tables.put('reviews', reviewImage('r1', 'b1'));
    let queries = 0;
    const before = (request: string) => {
      if (request === 'reviewsOfBooking') queries++;
    };
    await rate(bookings, { ...run, before });
    return { queries, shown: shown(tables, 'providers', 'p1') };
  }

  it('is not asked for a first review that the provider’s index shows', async () => {
    expect(await asked({})).toEqual({ queries: 0, shown: [5, 1] });
  });

  it('is asked where the provider’s index does not show the review, and for an edit or another review', async () => {
    const lagMs = (index: Index) => (index === 'ofProvider' ? MINUTE_MS : 0);
    expect(await asked({ lagMs })).toEqual({ queries: 1, shown: [5, 1] });
    expect(await asked({}, { firstReview: false })).toEqual({ queries: 1, shown: [5, 1] });
    expect(await asked({}, {}, ['b1', 'b1'])).toEqual({ queries: 1, shown: [5, 1] });
  });
});

describe('a review that no index shows', () => {
  const never = { lagMs: () => Number.POSITIVE_INFINITY };

  it('is waited for, and counts once it shows', async () => {
    const { tables, rate } = market({ lagMs: () => 20_000 });
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 4 }));
    expect(await rate(['b1'])).toEqual(['applied']);
    expect(shown(tables, 'providers', 'p1')).toEqual([4, 1]);
  });

  it('leaves its event unsettled for five minutes; then the rating is computed without it, and that is counted', async () => {
    const { clock, tables, rate, measured } = market(never);
    tables.put('reviews', reviewImage('r1', 'b1'));
    const eventAtMs = START_MS;
    expect(await rate(['b1'], { eventAtMs })).toEqual(['transient']);
    expect(tables.transactions).toBe(0);
    await clock.advance(START_MS + 5 * MINUTE_MS - clock.now());
    expect(await rate(['b1'], { eventAtMs })).toEqual(['applied']);
    expect(shown(tables, 'providers', 'p1')).toEqual([0, 0]);
    expect(measured['RatedWithoutReview']).toBe(1);
  });

  it('does not hold up the other bookings of its provider', async () => {
    const { tables, rate } = market({ lagMs: () => 0 });
    tables.put('reviews', reviewImage('r2', 'b2', { rating: 2 }));
    expect(await rate(['b1', 'b2'])).toEqual(['transient', 'applied']);
    expect(shown(tables, 'providers', 'p1')).toEqual([2, 1]);
  });

  it('is not waited for by a redriven record, nor by one without a time', async () => {
    const { tables, rate } = market(never);
    tables.put('reviews', reviewImage('r1', 'b1'));
    expect(await rate(['b1'], { redriven: true })).toEqual(['applied']);
    expect(await rate(['b1'], { eventAtMs: 'unknown' })).toEqual(['duplicate']);
  });
});
