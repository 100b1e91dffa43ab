/**
 * The embedded DynamoDB makes a record of a write that changes nothing; AWS makes none (developer guide, "Change data capture for
 * DynamoDB Streams"). Nobody is told of one, nothing is mailed or rated: only projections write what they have once more.
 */
import { describe, expect, test } from 'vitest';
import { decide as decideBid } from '../../processors/bids/decide.ts';
import { decide as decideBooking } from '../../processors/bookings/decide.ts';
import { decide as decideMessage } from '../../processors/conversations/decide.ts';
import { decodeRecord } from '../../shared/stream/decode.ts';
import { bidRecord } from '../support/bid.ts';
import { bookingRecord } from '../support/booking.ts';
import { messageRecord } from '../support/message.ts';

function change(record: Parameters<typeof decodeRecord>[0]) {
  const decoded = decodeRecord(record, 'new-and-old');
  if (!decoded.ok) throw new Error(decoded.failure.details);
  expect(decoded.change.eventName).toBe('MODIFY');
  expect(decoded.change.oldImage).toEqual(decoded.change.newImage);
  return decoded.change;
}

describe('a record of a write that changed nothing', () => {
  test.each(['pending', 'accepted', 'rejected', 'completed', 'cancelled', 'expired'])(
    'of a bid that is %s tells nobody',
    (status) => {
      const bid = { status, vendor_message: 'ok', counter_offer: { amount: 1, quantity: 2 } };
      expect(decideBid(change(bidRecord({ before: bid, after: bid }))).kind).toBe('ignored');
    },
  );

  test.each(['unread', 'read', 'true', 'false'])('of a message that is %s tells nobody', (read_status) => {
    const message = { read_status };
    expect(decideMessage(change(messageRecord({ before: message, after: message }))).kind).toBe('ignored');
  });

  test.each(
    ['PENDING', 'confirmed', 'in_progress', 'completed', 'cancelled', 'paid'].flatMap((status) =>
      [true, false, undefined].map((isReviewed) => ({ status, isReviewed })),
    ),
  )('of a booking that is $status, reviewed: $isReviewed, mails and rates nothing', (attributes) => {
    const booking = { ...attributes, updatedAt: '2026-03-20T10:00:00.000Z' };
    const record = bookingRecord('b1', { eventName: 'MODIFY', before: booking, now: booking });
    expect(decideBooking(change(record)).kind).toBe('ignored');
  });
});
