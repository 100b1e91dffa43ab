/** Computes ratings from reviews: which ones count, their mean, and the latest. Pure, and the same for reviews in any order. */
import type { Review } from './review.ts';

/** As the apps read it from providers and services. */
export interface Rating {
  /** Mean to one decimal, halves rounded up; 0 where nothing counts. */
  readonly rating: number;
  readonly reviewCount: number;
}

/** One of a service's latest reviews, as the apps read it. */
export interface LatestReview {
  readonly reviewerName: string;
  readonly rating: number;
  readonly comment: string;
  /** The day, `2026-03-17`. */
  readonly date: string;
}

export type CountedReview = Review & { readonly rating: number };

export interface Counted {
  /** By creation, the oldest first. */
  readonly reviews: readonly CountedReview[];
  /** How many were left out because their rating is not a number from 1 to 5. */
  readonly outOfRange: number;
}

/** Of several reviews of one booking the earliest that is in range counts, the smallest id among equals. */
export function counted(reviews: Iterable<Review>): Counted {
  const inOrder = [...reviews].sort(byCreation);
  const ofBooking = new Map<string, CountedReview>();
  let outOfRange = 0;
  for (const review of inOrder) {
    const name = review.bookingId === undefined ? `review ${review.reviewId}` : `booking ${review.bookingId}`;
    if (!isInRange(review)) outOfRange++;
    else if (!ofBooking.has(name)) ofBooking.set(name, review);
  }
  return { reviews: [...ofBooking.values()], outOfRange };
}

export function ratingOf(reviews: readonly CountedReview[]): Rating {
  const sum = reviews.reduce((total, { rating }) => total + rating, 0);
  const reviewCount = reviews.length;
  return { rating: reviewCount === 0 ? 0 : Math.round((sum * 10) / reviewCount) / 10, reviewCount };
}

const LATEST = 5;

/** Characters of one review that a service repeats: five of them, at any length, must fit into its item. */
const LONGEST = { name: 200, comment: 2_000 };

/** The latest first. */
export function latestOf(reviews: readonly CountedReview[]): readonly LatestReview[] {
  return reviews
    .toSorted((a, b) => byCreation(b, a))
    .slice(0, LATEST)
    .map(({ reviewerName, rating, comment, createdAt }) => ({
      reviewerName: shortened(reviewerName, LONGEST.name),
      rating,
      comment: shortened(comment, LONGEST.comment),
      date: createdAt.split('T')[0] ?? '',
    }));
}

function isInRange(review: Review): review is CountedReview {
  return review.rating !== undefined;
}

function byCreation(a: Review, b: Review): number {
  return compare(a.createdAt, b.createdAt) || compare(a.reviewId, b.reviewId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
}
