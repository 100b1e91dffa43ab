/** A review as the calculation needs it. Nothing an item holds makes it unreadable: a review without a usable rating does not count. */
import type { Item, Value } from '../../../shared/stream/change.ts';
import { idOf } from '../booking.ts';

export interface Review {
  readonly reviewId: string;
  readonly bookingId?: string;
  readonly providerId?: string;
  readonly serviceId?: string;
  /** Absent where it is not a number from 1 to 5. */
  readonly rating?: number;
  /** As it stands: ISO 8601, whose order is that of its text. */
  readonly createdAt: string;
  readonly reviewerName: string;
  readonly comment: string;
}

/** What the apps show where a review carries no name. */
const NAMELESS = 'Customer';

export function toReview(item: Item): Review {
  const bookingId = id(item.bookingId);
  const providerId = id(item.providerId);
  const serviceId = id(item.serviceId);
  const rating = toRating(item.rating);
  return {
    reviewId: text(item.reviewId) ?? '',
    createdAt: text(item.createdAt) ?? '',
    reviewerName: text(item.reviewerName) || NAMELESS,
    comment: text(item.comment) ?? '',
    ...(bookingId === undefined ? {} : { bookingId }),
    ...(providerId === undefined ? {} : { providerId }),
    ...(serviceId === undefined ? {} : { serviceId }),
    ...(rating === undefined ? {} : { rating }),
  };
}

function toRating(value: Value | undefined): number | undefined {
  return typeof value === 'number' && value >= 1 && value <= 5 ? value : undefined;
}

function id(value: Value | undefined): string | undefined {
  return idOf(text(value));
}

function text(value: Value | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
