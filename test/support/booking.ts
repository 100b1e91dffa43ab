/** Builds bookings, reviews, providers and services for tests: valid by default, anything overridden by name. */
import { type Image, image, type Plain } from '../../fixtures/generate/image.ts';
import { type RecordParts, streamRecord } from './record.ts';

type Attributes = { readonly [name: string]: Plain | undefined };

export function bookingImage(bookingId: string, attributes: Attributes = {}): Image {
  return image({
    bookingId,
    serviceId: 's1',
    customerId: 'c1',
    customerName: 'Asha Example',
    customerEmail: 'asha@example.com',
    customerPhone: '+1 555 0100',
    customerAddress: '1 Example Street',
    providerId: 'p1',
    providerName: 'Pat Plumbing',
    serviceName: 'Tap repair',
    servicePrice: 120,
    scheduledDate: '2026-03-20',
    notes: '',
    status: 'PENDING',
    createdAt: '2026-03-17T09:00:00.000Z',
    ...attributes,
  });
}

export function bookingRecord(
  bookingId: string,
  parts: Omit<RecordParts, 'keys' | 'newImage' | 'oldImage'> & {
    readonly now?: Attributes;
    readonly before?: Attributes;
  } = {},
) {
  const { now = {}, before = {}, ...rest } = parts;
  return streamRecord({
    ...rest,
    keys: { bookingId: { S: bookingId } },
    newImage: bookingImage(bookingId, now),
    oldImage: bookingImage(bookingId, before),
  });
}

export function reviewImage(reviewId: string, bookingId: string, attributes: Attributes = {}): Image {
  return image({
    reviewId,
    bookingId,
    providerId: 'p1',
    serviceId: 's1',
    rating: 5,
    comment: 'Quick and tidy.',
    reviewerName: 'Asha Example',
    createdAt: '2026-03-21T10:00:00.000Z',
    ...attributes,
  });
}

export function providerImage(providerId: string, attributes: Attributes = {}): Image {
  return image({
    providerId,
    name: 'Pat Plumbing',
    email: 'pat@example.com',
    serviceArea: 'North',
    serviceType: 'plumbing',
    rating: 0,
    responseTime: 30,
    isAvailable: 'true',
    ...attributes,
  });
}

export function serviceImage(serviceId: string, attributes: Attributes = {}): Image {
  return image({ serviceId, providerId: 'p1', category: 'Plumbing', price: 120, ...attributes });
}
