import { describe, expect, it } from 'vitest';
import { providerImage, reviewImage, serviceImage } from '../../../test/support/booking.ts';
import { planWrites } from './plan.ts';
import { bounded, united } from './rated.ts';
import { market, START_MS, shown } from './testing.ts';

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

  it.each([
    [[5, 5, 4], 4.7],
    [[4, 4, 4, 5], 4.3],
    [[1, 1, 1, 2, 1, 1], 1.2],
  ])('of %j is rounded to %d', async (given, rating) => {
    const { tables, rate } = market();
    for (const [at, one] of given.entries())
      tables.put('reviews', reviewImage(`r${at}`, `b${at}`, { rating: one }));
    await rate(['b0']);
    expect(shown(tables, 'providers', 'p1')).toEqual([rating, given.length]);
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

  it('counts every review that names no booking', async () => {
    const { tables, rate } = market();
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 1 }));
    for (const id of ['r2', 'r3'])
      tables.put('reviews', reviewImage(id, 'b2', { rating: 4, bookingId: null }));
    await rate(['b1']);
    expect(shown(tables, 'providers', 'p1')).toEqual([3, 3]);
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

  it('is not asked for when the invocation has come to its end: nothing is read', async () => {
    const { clock, tables, start } = market();
    const requests: string[] = [];
    tables.put('reviews', reviewImage('r1', 'b1'));
    const [outcome] = await clock.runUntil(
      start(['b1'], { deadlineMs: 0, before: (request) => void requests.push(request) }),
    );
    expect(outcome).toEqual({ kind: 'transient', failure: { code: 'DEADLINE' } });
    expect(requests).toEqual([]);
  });

  it('of an item that no longer takes a rating makes the record poison, with the reason', async () => {
    const { clock, tables, start, measured } = market();
    tables.put('reviews', reviewImage('r1', 'b1'));
    const [outcome] = await clock.runUntil(start(['b1'], { refusal: 'ValidationError' }));
    expect(outcome).toEqual({ kind: 'poison', failure: { code: 'RATING_REFUSED', type: 'ValidationError' } });
    expect(measured['RatingsComputed']).toBeUndefined();
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

describe('what a rating is not made of', () => {
  it('a review of the booking that names another provider does not count for this one', async () => {
    const { tables, rate } = market();
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 5 }));
    tables.put('reviews', reviewImage('r2', 'b1', { rating: 1, providerId: 'p2', createdAt: '2026-03-01' }));
    await rate(['b1'], { firstReview: false });
    expect(shown(tables, 'providers', 'p1')).toEqual([5, 1]);
  });

  it('a reviewer without a name is a customer', async () => {
    const { tables, rate } = market();
    tables.put('reviews', reviewImage('r1', 'b1', { reviewerName: '' }));
    await rate(['b1']);
    expect(tables.item('services', 's1')).toMatchObject({ reviews: [{ reviewerName: 'Customer' }] });
  });

  it('a long comment stands shortened on the service', async () => {
    const { tables, rate } = market();
    tables.put('reviews', reviewImage('r1', 'b1', { comment: 'c'.repeat(5_000) }));
    await rate(['b1']);
    const comment = `${'c'.repeat(1_999)}…`;
    expect(tables.item('services', 's1')).toMatchObject({ reviews: [{ comment }] });
  });
});

describe('the reviews that were merged of late', () => {
  it('are remembered by when they were merged last', async () => {
    const { tables, rate, clock } = market();
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 5 }));
    await rate(['b1']);
    await clock.advance(30 * 60_000);
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 1 }));
    await rate(['b1'], { firstReview: false });
    expect(tables.item('providers', 'p1')?.['recentReviews']).toEqual({ r1: START_MS + 30 * 60_000 });
  });

  it('are as recent as the last of provider and services says', () => {
    const [early, late] = [new Map([['r1', 1]]), new Map([['r1', 2]])];
    for (const all of [
      [early, late],
      [late, early],
    ])
      expect(united(all).get('r1')).toBe(2);
  });

  it('are given up from the oldest where they no longer fit', () => {
    const many = Array.from({ length: 3 }, (_, at) => [`${at}${'r'.repeat(40_000)}`, at] as const);
    const { kept, dropped } = bounded(new Map(many));
    expect([[...kept.values()].sort(), dropped]).toEqual([[1, 2], 1]);
  });

  it('and at most twenty items are written at once, the provider among them', () => {
    const rated = (id: string) => ({ id, item: {}, version: undefined, recentReviews: new Map() });
    const { transactions } = planWrites({
      rated: { provider: rated('p1'), services: Array.from({ length: 20 }, (_, at) => rated(`s${at}`)) },
      counting: [],
      serviceOf: new Map(),
      current: new Map(),
      recent: new Map(),
      merged: new Set(['r1']),
      nowMs: START_MS,
      sinceMs: START_MS,
    });
    expect(transactions.map(({ length }) => length)).toEqual([20, 2]);
  });
});
