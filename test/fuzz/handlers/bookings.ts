/** The bookings function: the marketplace's tables, claims and an outbox in memory. */
import { bookingsProcessor } from '../../../processors/bookings/processor.ts';
import { createIdempotency } from '../../../shared/idempotency/idempotency.ts';
import { bookingRecord, providerImage, reviewImage, serviceImage } from '../../support/booking.ts';
import { MAIL_SETTINGS } from '../../support/bookings-replay.ts';
import { memoryClaimTable } from '../../support/claim-table.ts';
import { MarketplaceTables } from '../../support/marketplace-tables.ts';
import { handlerSuite } from './handler-law.ts';

export const bookingsFuzz = handlerSuite({
  name: 'bookings',
  samples: [
    bookingRecord('b1'),
    bookingRecord('b1', { eventName: 'MODIFY', seq: '200000000000000000001', now: { status: 'paid' } }),
    bookingRecord('b1', {
      eventName: 'MODIFY',
      seq: '300000000000000000001',
      now: { isReviewed: true, updatedAt: 'later' },
    }),
    bookingRecord('b2', { eventName: 'MODIFY', seq: '400000000000000000001', now: { status: 'confirmed' } }),
    bookingRecord('b1', { eventName: 'REMOVE', seq: '500000000000000000001' }),
  ],
  // For five minutes after its event a review may not be there yet.
  passing: ['REVIEW_NOT_VISIBLE'],
  make(clock) {
    const tables = new MarketplaceTables(clock);
    tables.put('providers', providerImage('p1'));
    tables.put('services', serviceImage('s1'));
    tables.put('reviews', reviewImage('r1', 'b1'));
    let ids = 0;
    const access = tables.access();
    const idempotency = createIdempotency({
      processor: 'bookings',
      table: memoryClaimTable(),
      newId: () => `owner-${ids++}`,
      notice() {},
    });
    const processor = bookingsProcessor(
      {
        ...idempotency,
        mailer: async () => ({ kind: 'applied' }),
        readProviders: access.readProviders,
        settings: MAIL_SETTINGS,
        measure() {},
      },
      { tables: access, measure() {} },
    );
    return { processor };
  },
});
