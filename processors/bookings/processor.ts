/** bookings → e-mails and ratings: what a change of the bookings table means, and how it gets to people and to the tables that the apps read. */
import { inParts, part, planInParts, plannedPart } from '../../shared/stream/in-parts.ts';
import type { StreamProcessor } from '../../shared/stream/processor.ts';
import { type BookingEffect, bookingId, decide } from './decide.ts';
import { type MailPorts, mailDelivery, mailPlan } from './mails/deliver.ts';
import { ratings } from './ratings/carry-out.ts';
import { ratingPlan } from './ratings/judge.ts';
import { ratingsKept } from './ratings/kept.ts';
import type { RatingPorts } from './ratings/recompute.ts';

export function bookingsProcessor(mail: MailPorts, rating: RatingPorts): StreamProcessor<BookingEffect> {
  return {
    name: 'bookings',
    images: 'new-and-old',
    orderingKey: bookingId,
    decide,
    carryOut: inParts([part(mailsOf, mailDelivery(mail)), part(ratingOf, ratings(rating))]),
    plan: planInParts([
      plannedPart(mailsOf, mailPlan(mail.recall)),
      plannedPart(ratingOf, ratingPlan(rating.tables)),
    ]),
    // Of the ratings: mails are told, and not kept. A poison booking means nothing as it is now: mails tell of changes.
    projection: ratingsKept(rating),
  };
}

const mailsOf = ({ mails }: BookingEffect) => (mails.length > 0 ? mails : undefined);
const ratingOf = ({ rating }: BookingEffect) => rating;
