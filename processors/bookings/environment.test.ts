import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../shared/config/environment.ts';
import { bookingsEnvironment } from './environment.ts';

const good = {
  BOOKINGS_TABLE: 'bookings',
  PROVIDERS_TABLE: 'providers',
  SERVICES_TABLE: 'services',
  REVIEWS_TABLE: 'reviews',
  IDEMPOTENCY_TABLE: 'idempotency',
  MAIL_SENDER: 'bookings@example.com',
  MARKETPLACE_NAME: 'Home Market',
  MAIL_CURRENCY: 'CAD',
  MAIL_TIME_ZONE: 'America/Toronto',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.example.com/queue',
  FAILURE_BUCKET: 'bucket',
};

const read = (change: Record<string, string | undefined> = {}) =>
  readEnvironment(bookingsEnvironment, { ...good, ...change });

describe('the settings of the bookings function', () => {
  it('do without a start and without a link', () => {
    expect(read()).toMatchObject(good);
    expect(read({ NOT_BEFORE: '', MAIL_BOOKING_URL: '' })).toMatchObject(good);
    expect(read({ MAIL_BOOKING_URL: 'https://example.com/b/{bookingId}' })).toMatchObject(good);
  });

  it.each([
    ['MAIL_SENDER', 'Home Market <bookings@example.com>'],
    ['MARKETPLACE_NAME', 'Home\nMarket'],
    ['MAIL_CURRENCY', 'dollars'],
    ['MAIL_CURRENCY', 'CADUSD'],
    ['MAIL_TIME_ZONE', 'Toronto time'],
    ['MAIL_BOOKING_URL', 'https://market.example/bookings'],
    ['MAIL_BOOKING_URL', 'javascript:alert("{bookingId}")'],
    ['NOT_BEFORE', 'now'],
    ['REVIEWS_TABLE', undefined],
  ])('refuse %s as %j, in a line that names it and not its value', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(new RegExp(`${name} is not (set|usable): expected`));
    if (value !== undefined) expect(() => read({ [name]: value })).not.toThrow(value);
  });
});
