/** What an operator's plan, redrive and comparison of bookings answer through the marked door. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { createIdempotency } from '../../shared/idempotency/idempotency.ts';
import { streamHandler } from '../../shared/stream/handler.ts';
import type { PlanResponse, RedriveResponse } from '../../shared/stream/redrive.ts';
import { bookingRecord, providerImage, reviewImage, serviceImage } from '../../test/support/booking.ts';
import { MAIL_SETTINGS } from '../../test/support/bookings-replay.ts';
import { memoryClaimTable } from '../../test/support/claim-table.ts';
import { MarketplaceTables } from '../../test/support/marketplace-tables.ts';
import { bookingsProcessor } from './processor.ts';

const NOW_S = 1_700_000_000;

function world() {
  const clock = new VirtualClock(NOW_S * 1000);
  const tables = new MarketplaceTables(clock);
  tables.put('providers', providerImage('p1'));
  tables.put('services', serviceImage('s1'));
  const access = tables.access();
  const claims = memoryClaimTable();
  const outbox: string[] = [];
  let ids = 0;
  const measure = () => {};
  const processor = bookingsProcessor(
    {
      ...createIdempotency({ processor: 'bookings', table: claims, newId: () => `owner-${ids++}` }),
      mailer: async ({ to }) => {
        outbox.push(to);
        return { kind: 'applied' };
      },
      readProviders: access.readProviders,
      settings: MAIL_SETTINGS,
      measure,
    },
    { tables: access, measure },
  );
  const handler = streamHandler(processor, {
    clock,
    random: () => 0.5,
    sink: { send: () => Promise.reject(new Error('nothing is lettered through the marked door')) },
    reporter: { report() {} },
  });
  const send = (event: object) =>
    clock.runUntil(handler(event, { awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 }));
  return {
    tables,
    claims,
    outbox,
    send,
    plan: async (...Records: readonly unknown[]) =>
      ((await send({ Records, redrive: { id: 'night', plan: true } })) as PlanResponse).plan.map(
        ({ verdict }) => verdict,
      ),
    apply: async (Records: readonly unknown[], mode: object = {}) =>
      ((await send({ Records, redrive: { id: 'night', ...mode } })) as RedriveResponse).outcomes.map(
        ({ outcome }) => outcome,
      ),
  };
}

/** Completed and reviewed in one write: a mail and a rating. */
const both = () =>
  bookingRecord('b1', {
    eventName: 'MODIFY',
    at: NOW_S - 10,
    before: { status: 'in_progress' },
    now: { status: 'completed', isReviewed: true },
  });

describe('a plan of a booking', () => {
  it('has a reason to act as long as one of its effects is missing', async () => {
    const { plan, apply, tables, outbox } = world();
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 4 }));
    expect(await plan(both())).toEqual(['apply']);
    expect(await apply([both()])).toEqual(['applied']);
    expect(await plan(both())).toEqual(['already-applied']);
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 1 }));
    expect(await plan(both())).toEqual(['apply']);
    expect(await apply([both()])).toEqual(['applied']);
    expect(outbox).toEqual(['asha@example.com']);
  });

  it('does nothing while one of its effects cannot be judged', async () => {
    const { plan, tables, claims } = world();
    expect(await plan(both())).toEqual(['unresolvable']);
    tables.put('reviews', reviewImage('r1', 'b1'));
    expect(await plan(both())).toEqual(['apply']);
    claims.fault = () => 'lost';
    expect(await plan(both())).toEqual(['unresolvable']);
  });

  it('leaves poison as it is: what the booking is now does not say what changed', async () => {
    const { plan, apply } = world();
    const poison = bookingRecord('b1', { now: { customerEmail: 7 } });
    expect(await plan(poison)).toEqual(['unresolvable']);
    expect(await apply([poison])).toEqual(['poison']);
  });
});

it('a replay of a booking sends its mails again, once for each name, and leaves a right rating alone', async () => {
  const { apply, tables, outbox } = world();
  tables.put('reviews', reviewImage('r1', 'b1', { rating: 4 }));
  await apply([both()]);
  for (const id of ['r1', 'r1', 'r2']) await apply([both()], { id, replay: true });
  expect(outbox).toHaveLength(3);
  expect(tables.transactions).toBe(1);
});

it('the ratings are what can be compared', async () => {
  const { send, tables } = world();
  tables.put('reviews', reviewImage('r1', 'b1', { rating: 4 }));
  const keys = ['provider:p1', 'service:s1', 'b1'];
  expect(await send({ projection: { id: 'night', action: 'compare', keys } })).toMatchObject({
    comparisons: [{ kind: 'missing' }, { kind: 'missing' }, { kind: 'unprojectable' }],
  });
});
