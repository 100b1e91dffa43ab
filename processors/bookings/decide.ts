/** What a change of a booking means: mails to its customer and its provider, and a rating to be computed again. Pure. */
import type { Change } from '../../shared/stream/change.ts';
import type { Decision } from '../../shared/stream/processor.ts';
import { type BookingItem, idOf, isReviewed, parseBooking, statusOf } from './booking.ts';

export interface BookingEffect {
  readonly mails: readonly BookingMail[];
  readonly rating?: RatingIntent;
}

export type MailKind =
  | 'booking-received'
  | 'new-booking'
  | 'booking-confirmed'
  | 'booking-in-progress'
  | 'booking-cancelled'
  | 'review-request'
  | 'receipt';

export type Recipient = 'customer' | 'provider';

/** One mail to be sent once, however often its event is delivered. */
export interface BookingMail {
  readonly kind: MailKind;
  readonly recipient: Recipient;
  readonly bookingId: string;
  readonly booking: BookingItem;
}

export interface RatingIntent {
  readonly bookingId: string;
  readonly providerId: string;
  readonly serviceId?: string;
  /** The booking says that it is reviewed, so a review of it is there, or soon to be seen. */
  readonly reviewExpected: boolean;
  /** The booking was not reviewed before. */
  readonly firstReview: boolean;
}

/** Of the statuses that a booking can have, those that its customer hears of; undefined: nobody does. */
const MAIL_OF_STATUS: Readonly<Record<string, MailKind | undefined>> = {
  pending: undefined,
  pending_confirmation: undefined,
  confirmed: 'booking-confirmed',
  in_progress: 'booking-in-progress',
  cancelled: 'booking-cancelled',
  completed: 'review-request',
  paid: 'receipt',
};

/** From the key, never from an attribute. */
export function bookingId({ keys }: Pick<Change, 'keys'>): string | undefined {
  const id = keys.bookingId;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

export function decide(change: Change): Decision<BookingEffect> {
  if (change.newImage === undefined) return { kind: 'ignored', rule: 'booking-removed' };
  const parsed = parseBooking(change.newImage);
  if (!parsed.ok) return { kind: 'poison', failure: parsed.failure };
  const id = bookingId(change) ?? '';
  const mails = mailsOf(change).map((mail) => ({ ...mail, bookingId: id, booking: parsed.item }));
  const reviewed = reviewMoved(change);
  const rating = reviewed ? ratingOf(id, parsed.item, change) : undefined;
  if (rating !== undefined) return { kind: 'effect', effect: { mails, rating } };
  if (mails.length > 0) return { kind: 'effect', effect: { mails } };
  return { kind: 'ignored', rule: reviewed ? 'no-provider' : ruleOfStatus(change) };
}

function mailsOf(change: Change): readonly Pick<BookingMail, 'kind' | 'recipient'>[] {
  if (change.eventName === 'INSERT') {
    return [
      { kind: 'booking-received', recipient: 'customer' },
      { kind: 'new-booking', recipient: 'provider' },
    ];
  }
  const status = changedStatus(change);
  const kind =
    status !== undefined && Object.hasOwn(MAIL_OF_STATUS, status) ? MAIL_OF_STATUS[status] : undefined;
  return kind === undefined ? [] : [{ kind, recipient: 'customer' }];
}

function changedStatus({ oldImage, newImage }: Change): string | undefined {
  const status = statusOf(newImage);
  return status === statusOf(oldImage) ? undefined : status;
}

function ruleOfStatus(change: Change): string {
  const status = changedStatus(change);
  if (status === undefined) return 'nothing-to-tell';
  return Object.hasOwn(MAIL_OF_STATUS, status) ? 'status-without-mail' : 'unknown-status';
}

/**
 * A review is written before its booking is: the booking turning reviewed is the sign of a new one, `updatedAt` moving that of
 * an edited one, and the booking being reviewed no longer that of a withdrawn one.
 */
function reviewMoved({ oldImage, newImage }: Change): boolean {
  const before = isReviewed(oldImage);
  const after = isReviewed(newImage);
  return before !== after || (after && oldImage?.updatedAt !== newImage?.updatedAt);
}

function ratingOf(
  id: string,
  booking: BookingItem,
  { oldImage, newImage }: Change,
): RatingIntent | undefined {
  const providerId = idOf(booking.providerId);
  const serviceId = idOf(booking.serviceId);
  if (providerId === undefined) return undefined;
  return {
    bookingId: id,
    providerId,
    ...(serviceId === undefined ? {} : { serviceId }),
    reviewExpected: isReviewed(newImage),
    firstReview: isReviewed(newImage) && !isReviewed(oldImage),
  };
}
