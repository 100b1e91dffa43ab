/** The booking item as its writers really write it, checked before anything is made of it. */
import * as z from 'zod/mini';
import { kindOf } from '../../shared/stream/attribute-value.ts';
import type { Item, RawNumber } from '../../shared/stream/change.ts';
import type { Failure } from '../../shared/stream/outcome.ts';

/** A partition key has at most 2,048 bytes (DynamoDB developer guide, "Constraints"): with a longer one a whole read is refused. */
const MAX_KEY_BYTES = 2048;

const text = z.optional(z.nullable(z.string()));
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

export type ParsedBooking =
  | { readonly ok: true; readonly booking: BookingItem }
  | { readonly ok: false; readonly failure: Failure };

/** The failure names the field, the kind of its value and what was expected; never the value. */
export function parseBooking(item: Item): ParsedBooking {
  const result = z.safeParse(bookingItem, item);
  if (result.success) return { ok: true, booking: result.data };
  const details = result.error.issues.slice(0, 5).map((issue) => {
    const name = String(issue.path[0] ?? 'item');
    const expected = issue.code === 'invalid_type' ? `expected a ${issue.expected}` : issue.message;
    return `${name}: ${kindOf(item[name])}, ${expected}`;
  });
  return { ok: false, failure: { code: 'INVALID_BOOKING', details: details.join('; ') } };
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

function isNumber(value: unknown): value is number | RawNumber {
  return typeof value === 'number' || (typeof value === 'object' && value !== null && 'rawJSON' in value);
}
