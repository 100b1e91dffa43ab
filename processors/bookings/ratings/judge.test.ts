import { describe, expect, it } from 'vitest';
import { reviewImage } from '../../../test/support/booking.ts';
import { MINUTE_MS, market, START_MS, shown } from './testing.ts';

const HOUR_MS = 60 * MINUTE_MS;

describe('a plan of ratings', () => {
  it('says whether the rating is what its reviews make, and keeps and counts nothing', async () => {
    const { tables, plan, rate, measured } = market();
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 4 }));
    const before = structuredClone([tables.items('providers'), tables.items('services')]);
    expect(await plan(['b1'])).toEqual(['apply']);
    expect([tables.items('providers'), tables.items('services')]).toEqual(before);
    expect([tables.transactions, measured]).toEqual([0, {}]);
    const eventAtMs = START_MS;
    await rate(['b1'], { eventAtMs });
    expect(await plan(['b1'], { eventAtMs })).toEqual(['already-applied']);
  });

  it('says what a redrive of it would do', async () => {
    const { tables, plan, rate } = market();
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 4 }));
    await rate(['b1']);
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 1 }));
    expect(await plan(['b1'])).toEqual(['apply']);
    expect(await rate(['b1'], { redriven: true })).toEqual(['applied']);
    expect(shown(tables, 'providers', 'p1')).toEqual([1, 1]);
  });

  it('judges provider and service together: one that is wrong is a reason to act', async () => {
    const { clock, tables, plan, rate } = market();
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 4 }));
    const eventAtMs = START_MS;
    await rate(['b1'], { eventAtMs });
    await clock.advance(2 * HOUR_MS);
    tables.put('services', { serviceId: { S: 's1' }, providerId: { S: 'p1' } });
    expect(await plan(['b1'], { eventAtMs })).toEqual(['apply']);
  });

  it('takes an equal rating for right when the event is older than an index can lag behind', async () => {
    const { clock, tables, plan, rate } = market();
    tables.put('reviews', reviewImage('r1', 'b1'));
    tables.put('reviews', reviewImage('r2', 'b2'));
    await rate(['b1']);
    const eventAtMs = START_MS;
    expect(await plan(['b2'], { eventAtMs })).toEqual(['apply']);
    await clock.advance(HOUR_MS);
    expect(await plan(['b2'], { eventAtMs })).toEqual(['already-applied']);
    expect(await rate(['b2'], { eventAtMs, redriven: true })).toEqual(['duplicate']);
  });

  it('says of a provider and a service that do not exist that they are gone', async () => {
    const { tables, plan } = market();
    expect(await plan(['b1/p9/s9', 'b2/p9/s8'])).toEqual(['gone', 'gone']);
    tables.delete('providers', 'p1');
    tables.put('reviews', reviewImage('r1', 'b1'));
    expect(await plan(['b1'])).toEqual(['apply']);
  });

  it('waits for a review that no index shows yet, five minutes long', async () => {
    const { clock, tables, plan } = market({ lagMs: () => Number.POSITIVE_INFINITY });
    tables.put('reviews', reviewImage('r1', 'b1'));
    const eventAtMs = START_MS;
    expect(await plan(['b1', 'no-review'], { eventAtMs })).toEqual(['REVIEW_NOT_VISIBLE, passing', 'apply']);
    await clock.advance(5 * MINUTE_MS);
    expect(await plan(['b1'], { eventAtMs })).toEqual(['apply']);
  });

  it('leaves one provider unresolved without holding up the others', async () => {
    const { tables, plan } = market();
    tables.put('providers', { providerId: { S: 'p2' }, ratingVersion: { S: 'theirs' } });
    tables.put('reviews', reviewImage('r1', 'b1'));
    tables.put('reviews', reviewImage('r2', 'b2', { providerId: 'p2' }));
    expect(await plan(['b1', 'b2/p2'])).toEqual(['apply', 'RATING_LOCK_INVALID']);
    let failing = true;
    const before = () => {
      if (failing) throw Object.assign(new Error('away'), { code: 'AWAY' });
    };
    expect(await plan(['b1'], { before })).toEqual(['AWAY, passing']);
    failing = false;
    expect(await plan(['b1'], { before })).toEqual(['apply']);
  });
});
