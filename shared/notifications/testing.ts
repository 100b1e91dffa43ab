/** For the tests of this folder: the delivery of one batch, between the inbox, sessions and phones of a switchboard. */
import { batchContext } from '../../test/support/batch-context.ts';
import { Switchboard } from '../../test/support/switchboard.ts';
import { type Deliver, deliveryOf } from './delivery.ts';
import type { Inbox } from './inbox.ts';
import type { Notice } from './notification.ts';

export const NOW_MS = 1_700_000_000_000;
export const EVENT = { processor: 'bids', eventId: 'e1', eventMs: NOW_MS - 2_000 };

export const receipt: Notice['notification'] = {
  type: 'message_read',
  chatId: 'asha#ravi',
  messageId: 'm1',
  readerId: 'ravi',
  readAt: null,
};

export function noticeTo(recipient: string, parts: Partial<Notice> = {}): Notice {
  return {
    recipient,
    notification: receipt,
    details: {},
    text: { key: 'message_read', values: {} },
    ...parts,
  };
}

/** @param put asked instead of the inbox's own */
export function world(put?: Inbox['put']) {
  const context = batchContext();
  const board = new Switchboard(context.clock);
  const measured: string[] = [];
  const deliver = deliveryOf(
    {
      inbox: put === undefined ? board.inbox : { ...board.inbox, put },
      sessions: board.sessions,
      post: board.post,
      languageOfUser: async (userId) => (board.languages.get(userId) === 'tamil' ? 'tamil' : 'english'),
      measure: (name, _, value, dimensions = {}) =>
        measured.push([name, value, ...Object.values(dimensions)].join(' ')),
    },
    context,
  );
  const { signal } = new AbortController();
  /** Delivers all at once, each as an event of its own, and returns how long it took, ms. */
  const run = async (...notices: Notice[]) => {
    const startMs = context.clock.now();
    const all = notices.map((notice, index) =>
      deliver(notice, { ...EVENT, eventId: `e${index + 1}` }, signal),
    );
    await context.clock.runUntil(Promise.all(all));
    return context.clock.now() - startMs;
  };
  const connect = (
    id: string,
    user: string,
    more: { language?: string; ttl?: number; since?: number } = {},
  ) => board.connect({ id, user, since: NOW_MS - 60_000, ...more });
  return { context, board, measured, run, connect, deliver: deliver as Deliver, signal };
}

export const count = (board: Switchboard, request: string) =>
  board.requests.filter((one) => one === request).length;
