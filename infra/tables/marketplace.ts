/** The six tables of the home-services marketplace; their names carry the stage. */
import { all, key, numeric, type TableDefinitions } from './definition.ts';

export const marketplaceTables = {
  bookings: {
    name: 'marketplace-<stage>-bookings-table',
    key: key('bookingId'),
    stream: true,
    indexes: {
      'providerBookings-index': all('providerId', 'scheduledDate'),
      'customerBookings-index': all('customerId', 'createdAt'),
      'status-index': all('status', 'createdAt'),
      'customerId-index': all('customerId'),
    },
  },
  /** Shared with the booking API, whose keys live 24 hours. */
  idempotency: {
    name: 'marketplace-<stage>-idempotency-table',
    key: key('idempotencyKey'),
    ttl: 'ttl',
    stream: false,
    indexes: {},
  },
  services: {
    name: 'marketplace-<stage>-services-table',
    key: key('serviceId'),
    stream: false,
    indexes: {
      'category-index': all('category', numeric('price')),
      'providerServices-index': all('providerId', numeric('price')),
    },
  },
  providers: {
    name: 'marketplace-<stage>-providers-table',
    key: key('providerId'),
    stream: false,
    indexes: {
      'serviceType-index': all('serviceType', numeric('rating')),
      'location-index': all('serviceArea', numeric('rating')),
      'availability-index': all('isAvailable', numeric('responseTime')),
    },
  },
  reviews: {
    name: 'marketplace-<stage>-reviews-table',
    key: key('reviewId'),
    stream: false,
    indexes: {
      'providerReviews-index': all('providerId', 'createdAt'),
      'bookingReviews-index': all('bookingId'),
    },
  },
  users: {
    name: 'marketplace-<stage>-users-table',
    key: key('userId'),
    stream: false,
    indexes: {
      'email-index': all('email'),
      'userType-index': all('userType', 'createdAt'),
    },
  },
} satisfies TableDefinitions;
