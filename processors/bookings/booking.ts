/** The booking item as its writers really write it, checked before anything is made of it. */
import * as z from 'zod/mini';
import type { Item, RawNumber } from '../../shared/stream/change.ts';
import { isNumber, type Parsed, parseItem, text } from '../../shared/stream/parse-item.ts';

/** A partition key has at most 2,048 bytes (DynamoDB developer guide, "Constraints"): with a longer one a whole read is refused. */
const MAX_KEY_BYTES = 2048;

const id = z.optional(
  z.nullable(
    z.string().check(
      z.refine((value) => Buffer.byteLength(value) <= MAX_KEY_BYTES, {
        error: `expected at most ${MAX_KEY_BYTES} bytes`,
      }),
    ),
  ),
);

/** Some writers put a price as text, and a flag as 1 or as text. */
const price = z.optional(
  z.nullable(
    z.custom<string | number | RawNumber>((value) => typeof value === 'string' || isNumber(value), {
      error: 'expected a number',
    }),
  ),
);
const flag = z.optional(
  z.nullable(
    z.custom<string | number | boolean | RawNumber>(
      (value) => typeof value === 'string' || typeof value === 'boolean' || isNumber(value),
      { error: 'expected true or false' },
    ),
  ),
);

/** Nothing is required: what is missing is missing in the mail, and what cannot be done without it is not done, by rule. */
const bookingItem = z.object({
  serviceId: id,
  providerId: id,
  customerName: text,
  customerEmail: text,
  customerPhone: text,
  customerAddress: text,
  providerName: text,
  serviceName: text,
  servicePrice: price,
  scheduledDate: text,
  notes: text,
  status: text,
  isReviewed: flag,
});

export type BookingItem = z.infer<typeof bookingItem>;

/** The failure names the field, the kind of its value and what was expected; never the value. */
export function parseBooking(item: Item): Parsed<BookingItem> {
  return parseItem(bookingItem, item, 'INVALID_BOOKING');
}

/** New bookings carry `PENDING`, updates write lower case: the case of a status means nothing. */
export function statusOf(item: Item | undefined): string | undefined {
  const status = item?.status;
  return typeof status === 'string' ? status.trim().toLowerCase() : undefined;
}

export function isReviewed(item: Item | undefined): boolean {
  const flag = item?.isReviewed;
  return flag === true || flag === 1 || (typeof flag === 'string' && flag.trim().toLowerCase() === 'true');
}

/** Absent, null and empty ids are one: DynamoDB takes no empty key. */
export function idOf(value: string | null | undefined): string | undefined {
  return value === null || value === '' ? undefined : value;
}
