/** Which reviews are remembered beside a rating, for how long, and when an event finds that they are. */
import { describe, expect, it } from 'vitest';
import { batchContext } from '../../../test/support/batch-context.ts';
import { reviewImage } from '../../../test/support/booking.ts';
import { compute } from './compute.ts';
import { planWrites, type Snapshot } from './plan.ts';
import { type Rated, RECENT_MS, toRated } from './rated.ts';
import type { Review } from './review.ts';
import { MINUTE_MS, market, START_MS } from './testing.ts';

const NOW_MS = START_MS;

/** Rated 0 of 0, and rightly: nothing counts. */
function rated(id: string, recent: Readonly<Record<string, number>> = {}): Rated {
  const item = { rating: 0, reviewCount: 0, reviews: [] };
  return { id, item, version: 1, recentReviews: new Map(Object.entries(recent)) };
}

/** Of a provider with these reviews merged, all ratings in place. */
function snapshot(merged: readonly string[], parts: Partial<Snapshot> = {}): Snapshot {
  return {
    rated: { provider: rated('p1'), services: [] },
    counting: [],
    serviceOf: new Map(),
    current: new Map(),
    recent: new Map(),
    merged: new Set(merged),
    nowMs: NOW_MS,
    sinceMs: NOW_MS,
    ...parts,
  };
}

const writes = (of: Snapshot) => planWrites(of).transactions.flat();
const remembered = (of: Snapshot) =>
  Object.fromEntries(writes(of).map(({ id, recentReviews }) => [id, [...recentReviews.keys()].sort()]));

describe('a review whose rating is in place already', () => {
  it('is remembered if its event is younger than an hour: an index may still show what it was', () => {
    expect(writes(snapshot(['r1'], { sinceMs: NOW_MS - RECENT_MS + 1 }))).toHaveLength(1);
    expect(writes(snapshot(['r1'], { sinceMs: NOW_MS - RECENT_MS }))).toEqual([]);
  });

  it('is remembered unless it was since the event; all reviews of a batch are', () => {
    const known = (recent: Readonly<Record<string, number>>) =>
      writes(snapshot(['r1', 'r2'], { rated: { provider: rated('p1', recent), services: [] } })).length;
    expect(known({ r1: NOW_MS, r2: NOW_MS })).toBe(0);
    expect(known({ r1: NOW_MS, r2: NOW_MS - 1 })).toBe(1);
    expect(known({ r1: NOW_MS })).toBe(1);
  });

  it('is remembered by its service, though its provider knows it', () => {
    const review = { reviewId: 'r1', serviceId: 's1' } as Review;
    const services = (recent: Readonly<Record<string, number>>) =>
      snapshot(['r1'], {
        rated: { provider: rated('p1', { r1: NOW_MS }), services: [rated('s1', recent)] },
        current: new Map([['r1', review]]),
        recent: new Map([['r1', NOW_MS]]),
      });
    expect(writes(services({ r1: NOW_MS }))).toEqual([]);
    expect(remembered(services({}))).toEqual({ p1: ['r1'], s1: ['r1'] });
  });

  it('is remembered anew after an edit that leaves the rating as it is', async () => {
    const { tables, rate, clock } = market();
    tables.put('reviews', reviewImage('r1', 'b1'));
    expect(await rate(['b1/p1/none'])).toEqual(['applied']);
    await clock.advance(30 * MINUTE_MS);
    expect(await rate(['b1/p1/none'], { firstReview: false })).toEqual(['applied']);
    expect(tables.item('providers', 'p1')?.['recentReviews']).toEqual({ r1: START_MS + 30 * MINUTE_MS });
  });

  it('is left alone by an event that comes again later', async () => {
    const { tables, rate, clock } = market();
    tables.put('reviews', reviewImage('r1', 'b1'));
    await rate(['b1'], { eventAtMs: START_MS });
    await clock.advance(10 * MINUTE_MS);
    expect(await rate(['b1'], { eventAtMs: START_MS })).toEqual(['duplicate']);
  });
});

describe('of several events', () => {
  async function transactions(...events: readonly (readonly [bookingId: string, atMs: number])[]) {
    const { tables, rate, clock } = market();
    tables.put('reviews', reviewImage('r1', 'b1'));
    await rate(['b1']);
    const context = batchContext({ clock });
    const requests = events.map(([bookingId, atMs]) => {
      const effect = {
        bookingId,
        providerId: 'p1',
        serviceId: 's1',
        reviewExpected: true,
        firstReview: false,
      };
      return { ...effect, eventAtMs: START_MS + atMs };
    });
    const asked = compute({ providerId: 'p1', requests }, context, tables.access({}));
    const computed = await clock.runUntil(asked);
    if (computed.kind !== 'computed') throw new Error(computed.kind);
    return [computed.plan.transactions.length, computed.waiting.length];
  }

  it('the latest counts: its review may have changed since it was remembered', async () => {
    expect(await transactions(['b1', -1_000], ['b1', 60_000])).toEqual([1, 0]);
    expect(await transactions(['b1', 60_000], ['b1', -1_000])).toEqual([1, 0]);
  });

  it('one that waits for its review has nothing written again for the others', async () => {
    expect(await transactions(['b1', -1_000], ['no-review-yet', 60_000])).toEqual([0, 1]);
  });
});

describe('what is remembered', () => {
  it('is forgotten after an hour to the millisecond, and what is no time at once', () => {
    const recentReviews = {
      hour: NOW_MS - RECENT_MS,
      almost: NOW_MS - RECENT_MS + 1,
      text: String(NOW_MS),
    };
    expect([...toRated('p1', { recentReviews }, NOW_MS).recentReviews.keys()]).toEqual(['almost']);
  });

  it('is of a provider all, of a service its own, and what names no service', () => {
    const of = (reviewId: string, serviceId?: string) =>
      [reviewId, { reviewId, serviceId } as Review] as const;
    const all = snapshot(['mine', 'other'], {
      rated: { provider: rated('p1'), services: [rated('s1')] },
      current: new Map([
        of('mine', 's1'),
        of('other', 's2'),
        of('before', 's1'),
        of('others', 's2'),
        of('silent'),
      ]),
      recent: new Map(['before', 'others', 'silent'].map((id) => [id, NOW_MS - 1])),
    });
    expect(remembered(all)).toEqual({
      p1: ['before', 'mine', 'other', 'others', 'silent'],
      s1: ['before', 'mine', 'silent'],
    });
  });

  it('and no longer fits is told of', () => {
    const long = (at: number) => `${at}${'r'.repeat(60_000)}`;
    const recent = new Map([1, 2].map((at) => [long(at), NOW_MS - at]));
    expect(planWrites(snapshot(['r1'], { recent })).dropped).toBe(1);
  });
});
