/** Ratings computed from scratch and in the plainest way, from what the tables hold at the end: what the processor's must equal. */

export interface Review {
  readonly reviewId: string;
  readonly bookingId: string;
  readonly providerId: string;
  readonly serviceId?: string | null;
  readonly rating: number;
  readonly createdAt: string;
}

export interface RatedTables {
  readonly providers: readonly Readonly<Record<string, unknown>>[];
  readonly services: readonly Readonly<Record<string, unknown>>[];
  readonly reviews: readonly Review[];
  /** The service of a booking; undefined if it has none, or there is no such booking. */
  serviceOf(bookingId: string): unknown;
}

/** In words, each provider and service whose rating is not that of its reviews. One that nobody ever rated counts as 0 of 0. */
export function wrongRatings({ providers, services, reviews, serviceOf }: RatedTables): readonly string[] {
  const counting = onePerBooking(reviews.filter(({ rating }) => rating >= 1 && rating <= 5));
  const byProvider = Map.groupBy(counting, ({ providerId }) => providerId);
  const byService = Map.groupBy<unknown, Review>(
    counting,
    ({ serviceId, bookingId }) => serviceId ?? serviceOf(bookingId) ?? undefined,
  );
  return [
    ...providers.flatMap((provider) =>
      difference(
        `provider ${provider['providerId']}`,
        provider,
        byProvider.get(String(provider['providerId'])),
      ),
    ),
    ...services.flatMap((service) =>
      difference(`service ${service['serviceId']}`, service, byService.get(service['serviceId'])),
    ),
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
  item: Readonly<Record<string, unknown>>,
  reviews: readonly Review[] = [],
): readonly string[] {
  const sum = reviews.reduce((total, { rating }) => total + rating, 0);
  const expected = reviews.length === 0 ? 0 : Math.round((sum / reviews.length) * 10 + 1e-9) / 10;
  const { rating = 0, reviewCount = 0 } = item;
  if (rating === expected && reviewCount === reviews.length) return [];
  return [`${name}: rated ${rating} of ${reviewCount}, its reviews make ${expected} of ${reviews.length}`];
}
