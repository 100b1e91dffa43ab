/** Ratings computed from scratch and in the plainest way, from what the tables hold at the end: what the processor's must equal. */
import type { MarketplaceTables } from './marketplace-tables.ts';

interface Review {
  readonly reviewId: string;
  readonly bookingId: string;
  readonly providerId: string;
  readonly serviceId?: string | null;
  readonly rating: number;
  readonly createdAt: string;
}

/** In words, each provider and service whose rating is not that of its reviews. One that nobody ever rated counts as 0 of 0. */
export function wrongRatings(tables: MarketplaceTables): readonly string[] {
  const reviews = tables.items('reviews') as unknown as readonly Review[];
  const counting = onePerBooking(reviews.filter(({ rating }) => rating >= 1 && rating <= 5));
  const serviceOf = ({ serviceId, bookingId }: Review) =>
    serviceId ?? tables.item('bookings', bookingId)?.['serviceId'] ?? undefined;
  return [
    ...tables.items('providers').flatMap((provider) => {
      const its = counting.filter(({ providerId }) => providerId === provider['providerId']);
      return difference(`provider ${provider['providerId']}`, provider, its);
    }),
    ...tables.items('services').flatMap((service) => {
      const its = counting.filter((review) => serviceOf(review) === service['serviceId']);
      return difference(`service ${service['serviceId']}`, service, its);
    }),
  ];
}

function onePerBooking(reviews: readonly Review[]): readonly Review[] {
  const chosen = new Map<string, Review>();
  for (const review of reviews) {
    const name = `${review.bookingId} ${review.providerId}`;
    const other = chosen.get(name);
    const isEarlier =
      other === undefined ||
      review.createdAt < other.createdAt ||
      (review.createdAt === other.createdAt && review.reviewId < other.reviewId);
    if (isEarlier) chosen.set(name, review);
  }
  return [...chosen.values()];
}

function difference(
  name: string,
  item: Record<string, unknown>,
  reviews: readonly Review[],
): readonly string[] {
  const sum = reviews.reduce((total, { rating }) => total + rating, 0);
  const expected = reviews.length === 0 ? 0 : Math.round((sum / reviews.length) * 10 + 1e-9) / 10;
  const { rating = 0, reviewCount = 0 } = item;
  if (rating === expected && reviewCount === reviews.length) return [];
  return [`${name}: rated ${rating} of ${reviewCount}, its reviews make ${expected} of ${reviews.length}`];
}
