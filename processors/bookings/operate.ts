/** Which ratings a row of the bookings table stands for. Pure. */
import type { Operated } from '../../shared/operate/operated.ts';
import type { Item } from '../../shared/stream/change.ts';
import { ratingKeyText } from './rating-key.ts';

export const bookingsOperated: Operated = {
  processor: 'bookings',
  table: 'bookings',
  attributes: ['bookingId', 'providerId', 'serviceId'],
  keyForm: 'provider:<id> or service:<id>',
  // All reviews of a provider are read for each.
  keysPerRequest: 50,
  keysOf,
};

/** Reviewed or not: a booking whose only review was withdrawn may have left its mark on a rating. */
function keysOf(row: Item): readonly string[] {
  const { providerId, serviceId } = row;
  return [
    ...(isId(providerId) ? [ratingKeyText({ kind: 'provider', id: providerId })] : []),
    ...(isId(serviceId) ? [ratingKeyText({ kind: 'service', id: serviceId })] : []),
  ];
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
