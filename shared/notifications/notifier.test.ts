/** A change that is news to several people is told to each of them, once. */
import { expect, test } from 'vitest';
import { batchContext } from '../../test/support/batch-context.ts';
import { memoryClaimTable } from '../../test/support/claim-table.ts';
import { Switchboard } from '../../test/support/switchboard.ts';
import { createIdempotency } from '../idempotency/idempotency.ts';
import type { Notice } from './notification.ts';
import { type NotifyEffect, notifier } from './notifier.ts';

const receiptTo = (recipient: string): Notice => ({
  recipient,
  notification: { type: 'message_read', chatId: 'asha#ravi', messageId: 'm1', readerId: 'uma', readAt: null },
  details: {},
  text: { key: 'message_read', values: {} },
});

const statusTo = (recipient: string): Notice => ({
  recipient,
  notification: {
    type: 'bid_status_update',
    bidId: 'b1',
    status: 'accepted',
    vendorMessage: null,
    counterOffer: null,
  },
  details: {},
  text: { key: 'bid_status', values: { status: 'accepted' } },
});

const EFFECT: NotifyEffect = {
  notices: [receiptTo('asha'), receiptTo('ravi'), statusTo('ravi')],
  counts: [{ name: 'Messages', dimensions: {} }],
};

function world() {
  const { clock } = batchContext();
  const board = new Switchboard(clock);
  for (const user of ['asha', 'ravi']) board.connect({ id: user, user, since: clock.now() - 60_000 });
  const counted: string[] = [];
  let ids = 0;
  const carryOut = notifier('bids', {
    ...createIdempotency({ processor: 'bids', table: memoryClaimTable(), newId: () => `owner-${ids++}` }),
    inbox: board.inbox,
    sessions: board.sessions,
    post: board.post,
    languageOfUser: board.languageOfUser,
    measure: (name) => void (name === 'Messages' && counted.push(name)),
  });
  /** One batch with the change in it, as it is delivered for the first time or again. */
  const deliver = async (time: { readonly createdAtMs?: number } = { createdAtMs: clock.now() }) => {
    const change = {
      eventId: 'e1',
      eventName: 'MODIFY' as const,
      keys: {},
      expired: false,
      ...time,
    };
    const work = [{ key: 'chat', change, effect: EFFECT }];
    const outcomes = await clock.runUntil(carryOut(work, batchContext({ clock })));
    return outcomes.map(({ kind }) => kind);
  };
  const told = () =>
    board.received.map(({ connection, body }) => `${connection} ${JSON.parse(body).notification.type}`);
  return { clock, board, counted, deliver, told };
}

const ALL = ['asha message_read', 'ravi message_read', 'ravi bid_status_update'];

test('each notice reaches its user, two of one kind and two of one user too, and the change counts once', async () => {
  const { deliver, told, counted, board } = world();
  expect(await deliver()).toEqual(['applied']);
  expect(told()).toEqual(ALL);
  expect([board.rowsOf('asha').length, board.rowsOf('ravi').length]).toEqual([1, 2]);
  expect(await deliver()).toEqual(['duplicate']);
  expect(told()).toEqual(ALL);
  expect(counted).toEqual(['Messages']);
});

test('a change is settled when all were told, and who was told before is not told again', async () => {
  const { deliver, told, counted, board } = world();
  board.fault = (request) => (request === 'put' && board.rowsOf('ravi').length > 0 ? 'fails' : undefined);
  expect(await deliver()).toEqual(['transient']);
  expect(told()).toEqual(ALL.slice(0, 2));
  expect(counted).toEqual([]);
  board.fault = () => undefined;
  expect(await deliver()).toEqual(['applied']);
  expect(told()).toEqual(ALL);
  expect(counted).toEqual(['Messages']);
});

test('a change that does not say when it was has the same rows whenever it comes', async () => {
  const [soon, late] = [world(), world()];
  await late.clock.advance(60_000);
  for (const { deliver } of [soon, late]) expect(await deliver({})).toEqual(['applied']);
  const [row] = soon.board.rowsOf('asha');
  expect(late.board.rowsOf('asha').map(({ SK }) => SK)).toEqual([row?.SK]);
});
