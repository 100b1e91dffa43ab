/** The ratings of a marketplace in memory, held against what its reviews make. */
import { type Review, wrongRatings as wrongIn } from '../../local/report/effects/fresh-ratings.ts';
import type { MarketplaceTables } from './marketplace-tables.ts';

/** In words, each provider and service whose rating is not that of its reviews. One that nobody ever rated counts as 0 of 0. */
export function wrongRatings(tables: MarketplaceTables): readonly string[] {
  return wrongIn({
    providers: tables.items('providers'),
    services: tables.items('services'),
    reviews: tables.items('reviews') as unknown as readonly Review[],
    serviceOf: (bookingId) => tables.item('bookings', bookingId)?.['serviceId'],
  });
}
