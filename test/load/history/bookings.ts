/**
 * Bookings for ever: booked, confirmed, done, paid, reviewed. Providers come and go, so that nobody's reviews grow without end: a
 * rating is computed from all of them, and what one costs must not depend on how long the run has been going on.
 */
import { type Step as Event, stepsOf } from '../../../fixtures/generate/bookings/lifecycle.ts';
import { type Market, newMarket } from '../../../fixtures/generate/bookings/market.ts';
import {
  type Booking,
  bookingRow,
  bookingsStream,
  providerRow,
  reviewRow,
  serviceRow,
} from '../../../fixtures/generate/bookings/rows.ts';
import { image } from '../../../fixtures/generate/image.ts';
import type { Random } from '../../../fixtures/generate/random.ts';
import { put, remove, type Step } from './step.ts';

/** Bookings under way at a time. */
const OPEN = 200;
/** Of one market: 40 for each of its providers. */
const BOOKINGS_OF_A_MARKET = 400;
const MARKET = { providers: 10, customers: 100 };

export function* bookingHistory(random: Random, startMs: number): Generator<Step, never> {
  const open: Event[][] = [];
  let market: Market | undefined;
  for (let number = 0; ; ) {
    while (open.length < OPEN) {
      if (market === undefined || number % BOOKINGS_OF_A_MARKET === 0) {
        market = newMarketNamed(random, `m${number / BOOKINGS_OF_A_MARKET}-`);
        yield* opening(market);
      }
      open.push([...stepsOf(random, market, number, startMs)]);
      number++;
    }
    const index = random.int(0, OPEN - 1);
    const events = open[index] ?? [];
    // What is beside the booking goes together with the change that tells of it.
    for (let event = events.shift(); event !== undefined; event = events.shift()) {
      yield* stepsOfEvent(event, random, events.length === 0);
      if (event.kind === 'booking') break;
    }
    if (events.length === 0) open.splice(index, 1);
  }
}

function* stepsOfEvent(event: Event, random: Random, isLast: boolean): Generator<Step> {
  switch (event.kind) {
    case 'review':
      yield { kind: 'aside', table: 'reviews', put: reviewRow(event.review) };
      return;
    case 'review-deleted':
      // It stays: the record that tells of it may be on its way still, and would wait for it.
      return;
    case 'booking': {
      yield written(event.booking);
      // Poison: a number where the address belongs. What follows mends it.
      if (random.chance(0.002))
        yield put(bookingsStream, keysOf(event.booking), {
          ...bookingRow(event.booking),
          customerEmail: { N: '7' },
        });
      if (!isLast || !random.chance(0.2)) return;
      yield remove(bookingsStream, keysOf(event.booking));
      if (random.chance(0.3)) yield written(event.booking);
    }
  }
}

const keysOf = ({ bookingId }: Booking) => image({ bookingId });
const written = (booking: Booking): Step => put(bookingsStream, keysOf(booking), bookingRow(booking));

function* opening({ providers, services }: Market): Generator<Step> {
  for (const provider of providers) yield { kind: 'aside', table: 'providers', put: providerRow(provider) };
  for (const service of services) yield { kind: 'aside', table: 'services', put: serviceRow(service) };
}

/** People of different markets are different people. */
function newMarketNamed(random: Random, prefix: string): Market {
  const { providers, services, customers, users } = newMarket(random, MARKET);
  return {
    providers: providers.map(({ email, ...provider }) => ({
      ...provider,
      providerId: prefix + provider.providerId,
      ...(email === undefined ? {} : { email: prefix + email }),
    })),
    services: services.map((service) => ({
      ...service,
      serviceId: prefix + service.serviceId,
      providerId: prefix + service.providerId,
    })),
    customers: customers.map((customer) => ({
      ...customer,
      customerId: prefix + customer.customerId,
      customerEmail: customer.customerEmail === '' ? '' : prefix + customer.customerEmail,
    })),
    users,
  };
}
