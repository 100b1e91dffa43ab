/** What an operator's plans, redrives and replays of notifications do to people. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { bidsProcessor } from '../../processors/bids/processor.ts';
import { bidRecord } from '../../test/support/bid.ts';
import { memoryClaimTable } from '../../test/support/claim-table.ts';
import { Switchboard } from '../../test/support/switchboard.ts';
import { createIdempotency } from '../idempotency/idempotency.ts';
import { streamHandler } from '../stream/handler.ts';
import { startingAt } from '../stream/not-before.ts';
import type { PlanResponse, RedriveResponse } from '../stream/redrive.ts';

const NOW_S = 1_700_000_000;

function world() {
  const clock = new VirtualClock(NOW_S * 1000);
  const board = new Switchboard(clock);
  board.connect({ id: 'phone', user: 'vendor', since: clock.now() - 600_000 });
  let ids = 0;
  const claims = memoryClaimTable();
  const processor = bidsProcessor({
    ...createIdempotency({ processor: 'bids', table: claims, newId: () => `owner-${ids++}` }),
    inbox: board.inbox,
    sessions: board.sessions,
    post: board.post,
    languageOfUser: async () => 'english',
    measure: () => {},
  });
  const handler = streamHandler(startingAt(processor, clock.now()), {
    clock,
    random: () => 0.5,
    sink: { send: () => Promise.reject(new Error('nothing is lettered through the marked door')) },
    reporter: { report() {} },
  });
  const send = (Records: readonly unknown[], redrive: object) =>
    clock.runUntil(
      handler({ Records, redrive }, { awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 }),
    );
  return {
    clock,
    board,
    claims,
    apply: async (records: readonly unknown[], redrive: object = { id: 'night' }) =>
      ((await send(records, redrive)) as RedriveResponse).outcomes.map(({ outcome }) => outcome),
    plan: async (...records: readonly unknown[]) =>
      ((await send(records, { id: 'night', plan: true })) as PlanResponse).plan.map(({ verdict }) => verdict),
    told: () => board.received.length,
  };
}

const bid = (parts: object = {}, attributes = {}) =>
  bidRecord({ after: attributes }, { at: NOW_S - 60, ...parts });

describe('a plan of notifications', () => {
  it('says what is to be told and what was told, however old, and tells nobody', async () => {
    const { plan, apply, told, claims } = world();
    const records = [bid({ eventID: 'e1' }), bid({ eventID: 'e2' })];
    expect(await plan(...records)).toEqual(['apply', 'apply']);
    expect([claims.items.size, told()]).toEqual([0, 0]);
    expect(await apply(records.slice(1))).toEqual(['applied']);
    expect(await plan(...records)).toEqual(['apply', 'already-applied']);
    expect(told()).toBe(1);
  });

  it('says that what told of an item past its time to live is gone, unless it was told in time', async () => {
    const { plan, apply, clock } = world();
    const records = ['e1', 'e2'].map((eventID) => bid({ eventID }, { ttl: NOW_S + 60 }));
    await apply(records.slice(0, 1));
    expect(await plan(...records)).toEqual(['already-applied', 'apply']);
    await clock.advance(60_000);
    expect(await plan(...records)).toEqual(['already-applied', 'gone']);
  });

  it('says what has no effect, or can never have one', async () => {
    const { plan } = world();
    const removed = bidRecord({ before: {} }, { at: NOW_S - 60 });
    expect(await plan(removed, bid({}, { vendor_id: undefined }))).toEqual(['ignored', 'unresolvable']);
  });

  it('resolves nothing while the claims cannot be read', async () => {
    const { plan, claims } = world();
    claims.fault = () => 'lost';
    expect(await plan(bid())).toEqual(['unresolvable']);
  });
});

describe('a replay of notifications', () => {
  it('tells people again, once for each name; their inboxes hold one row', async () => {
    const { apply, told, board } = world();
    const records = [bid()];
    expect(await apply(records)).toEqual(['applied']);
    expect(await apply(records)).toEqual(['duplicate']);
    expect(told()).toBe(1);
    expect(await apply(records, { id: 'r1', replay: true })).toEqual(['applied']);
    expect(await apply(records, { id: 'r1', replay: true })).toEqual(['duplicate']);
    expect(told()).toBe(2);
    expect(await apply(records, { id: 'r2', replay: true })).toEqual(['applied']);
    expect(told()).toBe(3);
    expect(board.rows.size).toBe(1);
  });

  it('leaves no mark on what a plan or a redrive goes by', async () => {
    const { apply, plan } = world();
    const records = [bid()];
    await apply(records, { id: 'r1', replay: true });
    expect(await plan(...records)).toEqual(['apply']);
    expect(await apply(records)).toEqual(['applied']);
  });

  it('cannot be planned: nothing has happened yet under its name', async () => {
    const { apply } = world();
    await expect(apply([bid()], { id: 'r1', replay: true, plan: true })).rejects.toThrow('at most one');
  });
});
