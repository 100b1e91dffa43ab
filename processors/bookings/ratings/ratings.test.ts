import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import type { Outcome } from '../../../shared/stream/outcome.ts';
import { batchContext } from '../../../test/support/batch-context.ts';
import { providerImage, reviewImage, serviceImage } from '../../../test/support/booking.ts';
import {
  type Index,
  type Interference,
  MarketplaceTables,
} from '../../../test/support/marketplace-tables.ts';
import type { RatingIntent } from '../decide.ts';
import { ratings } from './carry-out.ts';

const START_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;

interface Options {
  readonly lagMs?: (index: Index) => number;
}

/** Provider p1 with its service s1, on a clock of its own. */
function market({ lagMs = () => 0 }: Options = {}) {
  const clock = new VirtualClock(START_MS);
  const tables = new MarketplaceTables(clock, lagMs);
  tables.put('providers', providerImage('p1'));
  tables.put('services', serviceImage('s1'));
  const measured: Record<string, number> = {};

  interface Run extends Interference {
    readonly redriven?: boolean;
    readonly deadlineMs?: number;
    readonly eventAtMs?: number;
    /** False: an edit, or another review. @default true */
    readonly firstReview?: boolean;
  }

  /** One batch with an event for each booking, `b1` or `b1/p2/s2`; those events are of now unless told otherwise. */
  function start(bookings: readonly string[], run: Run = {}): Promise<readonly Outcome[]> {
    const {
      redriven = false,
      deadlineMs = 50_000,
      eventAtMs = clock.now(),
      firstReview = true,
      ...interference
    } = run;
    const work = bookings.map((text) => {
      const [bookingId = '', providerId = 'p1', serviceId = 's1'] = text.split('/');
      const effect: RatingIntent = {
        bookingId,
        providerId,
        serviceId,
        reviewExpected: !bookingId.startsWith('no'),
        firstReview,
      };
      return {
        key: bookingId,
        effect,
        change: {
          eventId: text,
          eventName: 'MODIFY' as const,
          keys: {},
          expired: false,
          createdAtMs: eventAtMs,
        },
      };
    });
    const carryOut = ratings({
      tables: tables.access(interference),
      measure: (name, _, value) => {
        measured[name] = (measured[name] ?? 0) + value;
      },
    });
    return carryOut(work, batchContext({ clock, redriven, deadlineMs }));
  }

  const rate = async (bookings: readonly string[], run: Run = {}) =>
    (await clock.runUntil(start(bookings, run))).map(({ kind }) => kind);
  return { clock, tables, measured, start, rate };
}

/** `[rating, reviewCount]` */
function shown(tables: MarketplaceTables, table: 'providers' | 'services', id: string) {
  const item = tables.item(table, id);
  return [item?.['rating'], item?.['reviewCount']];
}

describe('a rating', () => {
  it('is the mean of all reviews to one decimal, on the provider and on the service', async () => {
    const { tables, rate } = market();
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 5 }));
    tables.put('reviews', reviewImage('r2', 'b2', { rating: 4 }));
    tables.put('reviews', reviewImage('r3', 'b3', { rating: 4, serviceId: 's2' }));
    expect(await rate(['b1'])).toEqual(['applied']);
    expect(shown(tables, 'providers', 'p1')).toEqual([4.3, 3]);
    expect(shown(tables, 'services', 's1')).toEqual([4.5, 2]);
  });

  it('comes with the service’s latest five reviews, the newest first', async () => {
    const { tables, rate } = market();
    for (let day = 1; day <= 7; day++) {
      const createdAt = `2026-03-0${day}T10:00:00.000Z`;
      tables.put(
        'reviews',
        reviewImage(`r${day}`, `b${day}`, { createdAt, reviewerName: null, comment: `day ${day}` }),
      );
    }
    await rate(['b1']);
    const reviews = tables.item('services', 's1')?.['reviews'] as { date: string }[];
    expect(reviews.map(({ date }) => date)).toEqual(
      ['07', '06', '05', '04', '03'].map((day) => `2026-03-${day}`),
    );
    expect(reviews[0]).toEqual({ reviewerName: 'Customer', rating: 5, comment: 'day 7', date: '2026-03-07' });
  });

  it('is computed once for a provider and its services, however many events a batch holds', async () => {
    const { tables, rate, measured } = market();
    tables.put('services', serviceImage('s2'));
    for (let i = 0; i < 20; i++)
      tables.put('reviews', reviewImage(`r${i}`, `b${i}`, { serviceId: i % 2 === 0 ? 's1' : 's2' }));
    const ends = await rate(Array.from({ length: 20 }, (_, i) => `b${i}/p1/s${1 + (i % 2)}`));
    expect(new Set(ends)).toEqual(new Set(['applied']));
    expect(tables.transactions).toBe(1);
    expect(measured['RatingsComputed']).toBe(1);
    expect(shown(tables, 'services', 's2')).toEqual([5, 10]);
  });

  it('of more services than one transaction takes is written in several', async () => {
    const { tables, rate } = market();
    const all = Array.from({ length: 45 }, (_, i) => `s${i}`);
    for (const id of all) {
      tables.put('services', serviceImage(id));
      tables.put('reviews', reviewImage(`r-${id}`, `b-${id}`, { serviceId: id, rating: 3 }));
    }
    await rate(all.map((id) => `b-${id}/p1/${id}`));
    expect(all.map((id) => shown(tables, 'services', id))).toEqual(all.map(() => [3, 1]));
    expect(tables.item('providers', 'p1')?.['ratingVersion']).toBe(tables.transactions);
  });

  it('is 0 of 0 when no review is left', async () => {
    const { tables, rate } = market();
    tables.put('reviews', reviewImage('r1', 'b1'));
    await rate(['b1']);
    tables.delete('reviews', 'r1');
    expect(await rate(['no-review'])).toEqual(['applied']);
    expect(shown(tables, 'providers', 'p1')).toEqual([0, 0]);
    expect(tables.item('services', 's1')?.['reviews']).toEqual([]);
  });

  it('leaves out reviews that are not from 1 to 5, and counts them', async () => {
    const { tables, rate, measured } = market();
    for (const [id, rating] of Object.entries({ r1: 0, r2: 6, r3: 'five', r4: 1, r5: 5 }))
      tables.put('reviews', reviewImage(id, `b-${id}`, { rating }));
    await rate(['b-r4']);
    expect(shown(tables, 'providers', 'p1')).toEqual([3, 2]);
    expect(measured['ReviewsOutOfRange']).toBe(3);
  });

  it('counts one of fifty reviews of a booking: the earliest, the smallest id among equals', async () => {
    const { tables, rate } = market();
    for (let i = 0; i < 50; i++) {
      const createdAt = `2026-03-21T10:00:${i < 2 ? '00' : '30'}.000Z`;
      tables.put(
        'reviews',
        reviewImage(`r${String(i).padStart(2, '0')}`, 'b1', { rating: i === 0 ? 2 : 5, createdAt }),
      );
    }
    await rate(['b1']);
    expect(shown(tables, 'providers', 'p1')).toEqual([2, 1]);
    tables.put('reviews', reviewImage('r00', 'b1', { rating: 9 }));
    await rate(['b1']);
    expect(shown(tables, 'providers', 'p1')).toEqual([5, 1]);
  });

  it('takes a review without a service for one of its booking’s service', async () => {
    const { tables, rate } = market();
    tables.put('bookings', { bookingId: { S: 'b1' }, serviceId: { S: 's1' } });
    tables.put('bookings', { bookingId: { S: 'b2' }, serviceId: { NULL: true } });
    tables.put('reviews', reviewImage('r1', 'b1', { serviceId: null, rating: 2 }));
    tables.put('reviews', reviewImage('r2', 'b2', { serviceId: null, rating: 3 }));
    tables.put('reviews', reviewImage('r3', 'b3', { serviceId: null, rating: 4 }));
    await rate(['b3']);
    expect(shown(tables, 'services', 's1')).toEqual([3, 2]);
    expect(shown(tables, 'providers', 'p1')).toEqual([3, 3]);
  });

  it('is written once: an event that comes again finds it in place', async () => {
    const { tables, rate } = market();
    tables.put('reviews', reviewImage('r1', 'b1'));
    const eventAtMs = START_MS;
    expect(await rate(['b1'], { eventAtMs })).toEqual(['applied']);
    expect(await rate(['b1'], { eventAtMs })).toEqual(['duplicate']);
    expect(tables.transactions).toBe(1);
  });

  it('leaves the other attributes of provider and service alone', async () => {
    const { tables, rate } = market();
    tables.put('reviews', reviewImage('r1', 'b1'));
    await rate(['b1']);
    expect(tables.item('providers', 'p1')).toMatchObject({ email: 'pat@example.com', responseTime: 30 });
    expect(tables.item('services', 's1')).toMatchObject({ category: 'Plumbing', price: 120 });
  });
});

describe('what does not exist', () => {
  it('is not created: neither provider nor service', async () => {
    const { tables, rate } = market();
    tables.put('reviews', reviewImage('r1', 'b1', { providerId: 'p9', serviceId: 's9' }));
    expect(await rate(['b1/p9/s9'])).toEqual(['gone']);
    tables.put('reviews', reviewImage('r2', 'b2', { serviceId: 's9' }));
    expect(await rate(['b2/p1/s9'])).toEqual(['applied']);
    expect(tables.items('providers')).toHaveLength(1);
    expect(tables.items('services')).toHaveLength(1);
  });

  it('a deleted provider leaves the rating to its service, which carries its own lock', async () => {
    const { tables, rate } = market();
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 3 }));
    await rate(['b1']);
    tables.delete('providers', 'p1');
    tables.put('reviews', reviewImage('r2', 'b2', { rating: 4 }));
    expect(await rate(['b2'])).toEqual(['applied']);
    expect(shown(tables, 'services', 's1')).toEqual([3.5, 2]);
    expect(tables.item('services', 's1')?.['ratingVersion']).toBe(2);
  });

  it('a provider deleted in the middle of a computation is not brought back, and the service is rated', async () => {
    const { tables, rate } = market();
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 3 }));
    const before = (request: string) => {
      if (request === 'write') tables.delete('providers', 'p1');
    };
    expect(await rate(['b1'], { before })).toEqual(['applied']);
    expect(tables.items('providers')).toEqual([]);
    expect(shown(tables, 'services', 's1')).toEqual([3, 1]);
  });
});

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
  async function asked(options: Options, run: { firstReview?: boolean } = {}, bookings = ['b1']) {
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
  });
});

describe('the lock', () => {
  it('makes one of two that race read again, so that both reviews count', async () => {
    const { clock, tables, start, measured } = market();
    const gate = Promise.withResolvers<void>();
    let arrived = 0;
    const before = async (request: string) => {
      if (request !== 'write' || gate === undefined) return;
      if (++arrived === 2) gate.resolve();
      if (arrived <= 2) await gate.promise;
    };
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 1 }));
    tables.put('reviews', reviewImage('r2', 'b2', { rating: 5 }));
    await clock.runUntil(Promise.all([start(['b1'], { before }), start(['b2'], { before })]));
    expect(measured['RatingLockLost']).toBe(1);
    expect(shown(tables, 'providers', 'p1')).toEqual([3, 2]);
  });

  it('that somebody else has overwritten makes the record poison', async () => {
    const { tables, rate } = market();
    tables.put('providers', providerImage('p1', { ratingVersion: 'seven' }));
    tables.put('reviews', reviewImage('r1', 'b1'));
    expect(await rate(['b1'])).toEqual(['poison']);
  });

  it('holds after a transaction whose answer was lost: the next attempt finds the rating in place', async () => {
    const { tables, rate } = market();
    tables.put('reviews', reviewImage('r1', 'b1'));
    let lost = 0;
    const written = () => {
      if (lost++ === 0) throw new Error('connection reset');
    };
    expect(await rate(['b1'], { written })).toEqual(['duplicate']);
    expect(tables.transactions).toBe(1);
  });
});
