/** The settings of the bookings function. */
import * as z from 'zod/mini';
import { setting } from '../../shared/config/environment.ts';
import { streamSettings } from '../../shared/config/stream-settings.ts';
import { readAddress } from '../../shared/mail/address.ts';
import { notBeforeSetting } from '../../shared/stream/not-before.ts';

export const bookingsEnvironment = z.object({
  BOOKINGS_TABLE: setting('the name of the bookings table'),
  PROVIDERS_TABLE: setting('the name of the providers table'),
  SERVICES_TABLE: setting('the name of the services table'),
  REVIEWS_TABLE: setting('the name of the reviews table'),
  IDEMPOTENCY_TABLE: setting('the name of the idempotency table'),
  MAIL_SENDER: z.string({ error: 'expected the e-mail address that mails come from' }).check(
    z.refine((text) => readAddress(text).kind === 'usable', {
      error: 'expected the e-mail address that mails come from, e.g. bookings@example.com',
    }),
  ),
  MARKETPLACE_NAME: z
    .string({ error: 'expected the name that mails are signed with' })
    .check(
      z.regex(/^[^\p{Cc}]{1,100}$/u, { error: 'expected the name that mails are signed with, on one line' }),
    ),
  MAIL_CURRENCY: z
    .string({ error: 'expected the currency of prices' })
    .check(
      z.regex(/^[A-Z]{3}$/, { error: 'expected the currency of prices by its ISO 4217 code, e.g. CAD' }),
    ),
  MAIL_TIME_ZONE: z.string({ error: 'expected the time zone of the marketplace' }).check(
    z.refine(isTimeZone, {
      error: 'expected the time zone of the marketplace by its IANA name, e.g. America/Toronto',
    }),
  ),
  /** Left out, or empty: mails carry no button. */
  MAIL_BOOKING_URL: z.optional(
    z.string().check(
      z.refine((text) => text === '' || (URL.canParse(text) && /^https:.*\{bookingId\}/.test(text)), {
        error: 'expected an https URL with {bookingId} in it, e.g. https://example.com/bookings/{bookingId}',
      }),
    ),
  ),
  NOT_BEFORE: notBeforeSetting,
  ...streamSettings,
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
