import { describe, expect, it } from 'vitest';
import { decodeRecord } from '../../shared/stream/decode.ts';
import { bookingRecord } from '../../test/support/booking.ts';
import { bookingId, decide } from './decide.ts';

type Parts = Parameters<typeof bookingRecord>[1];

function change(parts: Parts = {}) {
  const decoded = decodeRecord(bookingRecord('b1', parts), 'new-and-old');
  if (!decoded.ok) throw new Error(decoded.failure.details);
  return decoded.change;
}

/** In short: the mails as `kind to recipient`, `rating` where one is computed, or how else it ends. */
function decided(parts: Parts): readonly string[] {
  const decision = decide(change(parts));
  switch (decision.kind) {
    case 'ignored':
      return [decision.rule];
    case 'poison':
      return [`${decision.failure.code}: ${decision.failure.details}`];
    case 'effect': {
      const { mails, rating } = decision.effect;
      return [
        ...mails.map(({ kind, recipient }) => `${kind} to ${recipient}`),
        ...(rating === undefined ? [] : ['rating']),
      ];
    }
  }
}

const modified = (before: NonNullable<Parts>['before'], now: NonNullable<Parts>['now']) =>
  decided({ eventName: 'MODIFY', before: before ?? {}, now: now ?? {} });

describe('a new booking', () => {
  it('is told to its customer and to its provider', () => {
    expect(decided({})).toEqual(['booking-received to customer', 'new-booking to provider']);
  });

  it('is told whatever else it lacks', () => {
    const now = { serviceId: null, providerId: null, servicePrice: null, status: undefined, notes: null };
    expect(decided({ now })).toHaveLength(2);
  });
});

describe('a change of status', () => {
  it.each([
    ['confirmed', 'booking-confirmed to customer'],
    ['in_progress', 'booking-in-progress to customer'],
    ['cancelled', 'booking-cancelled to customer'],
    ['completed', 'review-request to customer'],
    ['paid', 'receipt to customer'],
    ['pending_confirmation', 'status-without-mail'],
    ['on_hold', 'unknown-status'],
    ['constructor', 'unknown-status'],
  ])('to %s: %s, in any case', (status, told) => {
    expect(modified({}, { status })).toEqual([told]);
    expect(modified({}, { status: status.toUpperCase() })).toEqual([told]);
  });

  it('is none where only the case changes', () => {
    expect(modified({ status: 'CONFIRMED' }, { status: 'confirmed', updatedAt: 'x' })).toEqual([
      'nothing-to-tell',
    ]);
  });
});

describe('a rating', () => {
  it.each([true, 1, 'true', 'True'])('is computed when isReviewed turns %j', (isReviewed) => {
    expect(modified({}, { isReviewed })).toEqual(['rating']);
  });

  it('is computed when a reviewed booking is updated, and when it is reviewed no longer', () => {
    expect(modified({ isReviewed: true }, { isReviewed: true, updatedAt: '2026-03-22' })).toEqual(['rating']);
    expect(modified({ isReviewed: true }, {})).toEqual(['rating']);
  });

  it('is not computed when a reviewed booking changes otherwise, or a booking that is not reviewed', () => {
    expect(modified({ isReviewed: true }, { isReviewed: true, notes: 'x' })).toEqual(['nothing-to-tell']);
    expect(modified({ isReviewed: false }, { isReviewed: false, updatedAt: 'x' })).toEqual([
      'nothing-to-tell',
    ]);
  });

  it('expects a review only while the booking says that there is one', () => {
    const intent = (now: object, before: object) => {
      const decision = decide(change({ eventName: 'MODIFY', now: { ...now }, before: { ...before } }));
      return decision.kind === 'effect' ? decision.effect.rating : undefined;
    };
    const rating = { bookingId: 'b1', providerId: 'p1', serviceId: 's1' };
    expect(intent({ isReviewed: true }, {})).toEqual({ ...rating, reviewExpected: true, firstReview: true });
    expect(intent({}, { isReviewed: true })).toEqual({
      ...rating,
      reviewExpected: false,
      firstReview: false,
    });
    const edited = { isReviewed: true, updatedAt: '2026-03-22T10:00:00.000Z' };
    expect(intent(edited, { isReviewed: true })).toEqual({
      ...rating,
      reviewExpected: true,
      firstReview: false,
    });
    expect(intent({ isReviewed: true, serviceId: '' }, {})).toEqual({
      bookingId: 'b1',
      providerId: 'p1',
      reviewExpected: true,
      firstReview: true,
    });
  });

  it('goes with a mail where the same change calls for both', () => {
    expect(modified({}, { status: 'paid', isReviewed: true })).toEqual(['receipt to customer', 'rating']);
  });

  it('needs a provider', () => {
    expect(modified({ providerId: '' }, { providerId: '', isReviewed: true })).toEqual(['no-provider']);
  });
});

it('a removed booking means nothing', () => {
  expect(decided({ eventName: 'REMOVE' })).toEqual(['booking-removed']);
});

it('a booking with an attribute of another kind is poison, which is named without its value', () => {
  expect(decided({ now: { customerEmail: 7, providerId: 'p'.repeat(2049), isReviewed: ['x'] } })).toEqual([
    'INVALID_BOOKING: providerId: a value of type string, expected at most 2048 bytes; ' +
      'customerEmail: a value of type number, expected a string; isReviewed: a list, expected true or false',
  ]);
});

it('a booking is named by its key, whatever its attributes say', () => {
  const { newImage = {}, ...rest } = change({ eventName: 'INSERT' });
  const decision = decide({ ...rest, newImage: { ...newImage, bookingId: 'another' } });
  if (decision.kind !== 'effect') throw new Error(decision.kind);
  expect(decision.effect.mails.map((mail) => mail.bookingId)).toEqual(['b1', 'b1']);
});

it('the ordering key is the booking’s key', () => {
  expect(bookingId(change())).toBe('b1');
  expect(bookingId({ keys: { PK: 'b1' } })).toBeUndefined();
  expect(bookingId({ keys: { bookingId: '' } })).toBeUndefined();
});
