/** The marketplace's app as far as these laws need it: writes bookings and reviews in the app's order, and keeps the stream's records. */
import { image, type Plain } from '../../../fixtures/generate/image.ts';
import { bookingImage, providerImage, reviewImage, serviceImage } from '../../support/booking.ts';
import type { MarketplaceTables } from '../../support/marketplace-tables.ts';
import { streamRecord } from '../../support/record.ts';
import { OUT_OF_RANGE, providerOf, type Step, serviceOf } from './history.ts';

export type BookingRecord = ReturnType<typeof streamRecord>;

type Booking = Readonly<Record<string, Plain | undefined>>;

/** Statuses that a customer hears of, and by which mail. */
const TOLD: ReadonlyMap<string, string> = new Map([
  ['confirmed', 'booking-confirmed'],
  ['in_progress', 'booking-in-progress'],
  ['completed', 'review-request'],
  ['paid', 'receipt'],
  ['cancelled', 'booking-cancelled'],
]);

/** One has no address, and one an address that SES never takes a mail for. */
const emailOf = (booking: string) =>
  booking === 'b4' ? '' : `${booking}@${booking === 'b5' ? REFUSED : 'example.com'}`;
export const REFUSED = 'refused.example';

/** Mails are told apart by the change they are about: each shows its booking's `scheduledDate`, which counts changes here. */
export const changeOf = (text: string) => /^When: (change \d+)$/m.exec(text)?.[1] ?? 'no change';

export class App {
  readonly records: BookingRecord[] = [];
  /** Event ids of records that are poison. */
  readonly poison = new Set<string>();
  /** Event ids of records with a mail that can never be sent. */
  readonly refused = new Set<string>();
  /** `<change> <kind> → <address>` of every mail that is due. */
  readonly due: string[] = [];
  readonly #tables: MarketplaceTables;
  readonly #bookings = new Map<string, Booking>();
  readonly #reviews = new Map<string, string[]>();
  #changes = 0;

  constructor(tables: MarketplaceTables) {
    this.#tables = tables;
    for (const provider of ['p1', 'p2'])
      tables.put('providers', providerImage(provider, { email: `${provider}@example.com` }));
    for (const service of ['s-p1', 's2']) tables.put('services', serviceImage(service));
    tables.put('services', serviceImage('s-p2', { providerId: 'p2' }));
  }

  /** The review's half of a step, done some time before the booking's. */
  review(step: Step, nowMs: number): void {
    const { booking, kind } = step;
    const ids = this.#reviews.get(booking) ?? [];
    this.#reviews.set(booking, ids);
    if (!this.#bookings.has(booking)) return;
    const attributes = { providerId: providerOf(booking), serviceId: serviceOf(booking) };
    if (kind === 'review') {
      const id = `r-${booking}-${this.#changes}-${ids.length}`;
      ids.push(id);
      const rating = booking === OUT_OF_RANGE ? 9 : step.rating;
      const createdAt = new Date(nowMs).toISOString();
      this.#tables.put('reviews', reviewImage(id, booking, { ...attributes, rating, createdAt }));
    }
    const [first] = ids;
    if (first === undefined) return;
    if (kind === 'edit' && booking !== OUT_OF_RANGE) {
      const createdAt = String(this.#tables.item('reviews', first)?.['createdAt']);
      this.#tables.put(
        'reviews',
        reviewImage(first, booking, { ...attributes, rating: step.rating, createdAt, comment: 'edited' }),
      );
    }
    if (kind === 'withdraw') {
      ids.shift();
      this.#tables.delete('reviews', first);
    }
  }

  /** The booking's half; whatever the step, a booking that is not there is made. @returns the stream's record; undefined if nothing was written */
  book(step: Step, nowMs: number): BookingRecord | undefined {
    const { booking: id } = step;
    const before = this.#bookings.get(id);
    const kind = before === undefined ? 'book' : step.kind;
    if (before !== undefined && kind === 'book') return undefined;
    const change = `change ${++this.#changes}`;
    const after: Booking = {
      providerId: providerOf(id),
      serviceId: serviceOf(id),
      status: 'PENDING',
      ...before,
      customerEmail: kind === 'spoil' ? 7 : emailOf(id),
      ...(kind === 'status' && step.kind === 'status' ? { status: step.status } : {}),
      ...(kind === 'review' || kind === 'edit' || kind === 'withdraw'
        ? { isReviewed: (this.#reviews.get(id)?.length ?? 0) > 0, updatedAt: change }
        : {}),
      scheduledDate: change,
    };
    this.#bookings.set(id, after);
    this.#tables.put('bookings', bookingImage(id, after));
    const record = streamRecord({
      eventName: before === undefined ? 'INSERT' : 'MODIFY',
      eventID: `e${this.#changes}`,
      seq: String(BigInt(this.#changes + 700) * 10n ** 20n),
      at: Math.floor(nowMs / 1000),
      keys: image({ bookingId: id }),
      newImage: bookingImage(id, after),
      ...(before === undefined ? {} : { oldImage: bookingImage(id, before) }),
    });
    this.records.push(record);
    if (kind === 'spoil') this.poison.add(record.eventID);
    else this.#note(record.eventID, id, change, before, after);
    return record;
  }

  #note(eventId: string, id: string, change: string, before: Booking | undefined, after: Booking): void {
    const status = String(after.status).toLowerCase();
    if (before === undefined) {
      this.due.push(`${change} new-booking → ${providerOf(id)}@example.com`);
      this.#noteToCustomer(eventId, id, `${change} booking-received`);
    } else if (status !== String(before.status).toLowerCase() && TOLD.has(status))
      this.#noteToCustomer(eventId, id, `${change} ${TOLD.get(status)}`);
  }

  #noteToCustomer(eventId: string, booking: string, mail: string): void {
    const email = emailOf(booking);
    if (email.endsWith(REFUSED)) {
      this.refused.add(eventId);
      this.poison.add(eventId);
    } else if (email !== '') this.due.push(`${mail} → ${email}`);
  }
}
