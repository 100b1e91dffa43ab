import { describe, expect, it } from 'vitest';
import { batchContext } from '../../test/support/batch-context.ts';
import { Switchboard } from '../../test/support/switchboard.ts';
import { type Deliver, deliveryOf } from './delivery.ts';
import { type Inbox, InboxRefused } from './inbox.ts';
import type { Notice } from './notification.ts';
import { patiently } from './patient.ts';
import { MAX_BODY_BYTES } from './push-body.ts';
import { unreadCounter } from './unread.ts';

const NOW_MS = 1_700_000_000_000;
const EVENT = { processor: 'bids', eventId: 'e1', eventMs: NOW_MS - 2_000 };

const receipt: Notice['notification'] = {
  type: 'message_read',
  chatId: 'asha#ravi',
  messageId: 'm1',
  readerId: 'ravi',
  readAt: null,
};

function noticeTo(recipient: string, parts: Partial<Notice> = {}): Notice {
  return {
    recipient,
    notification: receipt,
    details: {},
    text: { key: 'message_read', values: {} },
    ...parts,
  };
}

/** @param put asked instead of the inbox's own */
function world(put?: Inbox['put']) {
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

const count = (board: Switchboard, request: string) => board.requests.filter((one) => one === request).length;

describe('the inbox row', () => {
  it('is all that there is when nobody is connected', async () => {
    const { board, run, measured } = world();
    await run(noticeTo('asha'));
    expect(board.rowsOf('asha')).toEqual([
      {
        PK: 'NOTIFICATION#asha',
        SK: 'NOTIF#1699999998000#bids#e1#message_read',
        user_id: 'asha',
        notification: receipt,
        created_at: '2023-11-14T22:13:18.000Z',
        ttl: NOW_MS / 1000 + 24 * 3600,
      },
    ]);
    expect(board.received).toEqual([]);
    expect(board.requests).toEqual(['put', 'find']);
    expect(measured).toContain('NotificationsStored 1 message_read');
  });

  it('comes before any push, and without it there is none', async () => {
    const { board, run, connect } = world();
    connect('c1', 'asha');
    board.fault = (request) => (request === 'put' ? 'fails' : undefined);
    await expect(run(noticeTo('asha'))).rejects.toMatchObject({ code: 'TABLE_DOWN' });
    expect(board.received).toEqual([]);
  });

  it('that the table refuses by itself is pushed to nobody', async () => {
    const { board, run, connect } = world(async (rows) =>
      rows.map(() => new InboxRefused('ThrottlingError')),
    );
    connect('c1', 'asha');
    await expect(run(noticeTo('asha'))).rejects.toMatchObject({ code: 'INBOX_REFUSED' });
    expect(board.received).toEqual([]);
  });

  it('is written once, and its push comes all the same when it stood there already', async () => {
    const { board, run, connect, measured } = world();
    connect('c1', 'asha');
    await run(noticeTo('asha'));
    await run(noticeTo('asha'));
    expect(board.rowsOf('asha')).toHaveLength(1);
    expect(board.pushesTo('c1')).toHaveLength(2);
    expect(measured.filter((each) => each.startsWith('NotificationsStored'))).toHaveLength(1);
  });
});

describe('a push', () => {
  it('reaches every live session of the recipient, under either form of the id, and nobody else', async () => {
    const { board, run, connect } = world();
    connect('c1', 'asha');
    connect('c2', 'USER#asha');
    connect('c3', 'ravi');
    connect('c4', 'asha', { ttl: NOW_MS / 1000 });
    await run(noticeTo('asha'));
    expect(board.received.map(({ connection }) => connection).sort()).toEqual(['c1', 'c2']);
  });

  it('carries what the row holds, when it happened, how much waits, and its text', async () => {
    const { board, run, connect } = world();
    connect('c1', 'asha', { language: 'hindi' });
    await run(noticeTo('asha', { details: { originalText: 'a' } }));
    expect(board.pushesTo('c1')).toEqual([
      {
        type: 'notification',
        id: 'NOTIF#1699999998000#bids#e1#message_read',
        createdAt: '2023-11-14T22:13:18.000Z',
        unread: 1,
        language: 'hindi',
        text: 'आपका संदेश पढ़ लिया गया है',
        notification: receipt,
        details: { originalText: 'a' },
      },
    ]);
  });

  it('speaks the session’s language, else the profile’s, else English', async () => {
    const { board, run, connect } = world();
    board.languages.set('asha', 'tamil');
    connect('c1', 'asha', { language: 'odia' });
    connect('c2', 'asha');
    connect('c3', 'ravi', { language: 'klingon' });
    await run(noticeTo('asha'), noticeTo('ravi'));
    const languages = ['c1', 'c2', 'c3'].map((id) => board.pushesTo(id)[0]?.language);
    expect(languages).toEqual(['odia', 'tamil', 'english']);
  });

  it('is one text for each language, whatever other sessions of the user read', async () => {
    const { board, run, connect } = world();
    const languages = ['odia', 'english', 'hindi', 'odia'];
    languages.forEach((language, index) => void connect(`c${index}`, 'asha', { language }));
    await run(noticeTo('asha'));
    expect(languages.map((_, index) => board.pushesTo(`c${index}`)[0]?.language)).toEqual(languages);
  });

  it('is measured in milliseconds from the event', async () => {
    const { run, connect, measured } = world();
    connect('c1', 'asha');
    await run(noticeTo('asha'));
    const latencies = measured.flatMap((each) =>
      each.startsWith('NotificationLatency') ? [Number(each.split(' ')[1])] : [],
    );
    expect(latencies).toHaveLength(2);
    for (const ms of latencies) expect(Math.abs(ms - 2_000)).toBeLessThan(100);
  });

  it('is measured from the event, and never below nothing where clocks differ', async () => {
    const { connect, deliver, context, measured, signal } = world();
    connect('c1', 'asha');
    await context.clock.runUntil(deliver(noticeTo('asha'), { ...EVENT, eventMs: NOW_MS + 5_000 }, signal));
    expect(measured).toContain('NotificationLatency 0 message_read inbox');
    expect(measured).toContain('NotificationLatency 0 message_read session');
  });

  it('is tried again while the API is short of capacity or down, within two seconds', async () => {
    const { board, run, connect, measured } = world();
    connect('c1', 'asha');
    let attempts = 0;
    board.answer = () => (++attempts < 4 ? 'throttled' : undefined);
    expect(await run(noticeTo('asha'))).toBeLessThan(2_000);
    expect(board.pushesTo('c1')).toHaveLength(1);
    expect(measured).toContain('Pushes 1 message_read delivered');
  });

  it.each(['throttled', 'unavailable'] as const)(
    'ends after two seconds, with success, when all it hears is %s',
    async (answer) => {
      const { board, run, connect, measured } = world();
      connect('c1', 'asha');
      connect('c2', 'asha');
      board.answer = (connection) => (connection === 'c1' ? answer : undefined);
      const took = await run(noticeTo('asha'));
      // With growing pauses.
      expect(count(board, 'post')).toBeLessThan(12);
      expect(took).toBeGreaterThanOrEqual(2_000);
      expect(took).toBeLessThan(2_100);
      expect(board.pushesTo('c2')).toHaveLength(1);
      expect(measured).toContain('Pushes 1 message_read timed-out');
    },
  );

  it('waits no longer for an API that never answers', async () => {
    const { board, run, connect } = world();
    connect('c1', 'asha');
    board.fault = (request) => (request === 'post' ? 'unanswered' : undefined);
    expect(await run(noticeTo('asha'))).toBeLessThan(2_100);
  });

  it('that the API refuses for good is not tried again', async () => {
    const { board, run, connect, measured } = world();
    connect('c1', 'asha');
    board.answer = () => 'refused';
    await run(noticeTo('asha'));
    expect(count(board, 'post')).toBe(1);
    expect(measured).toContain('Pushes 1 message_read refused');
    expect(measured.filter((each) => each.endsWith(' session'))).toEqual([]);
  });

  it('too large to send leaves its texts out and says which', async () => {
    const { board, run, connect } = world();
    connect('c1', 'asha');
    const details = { originalText: 'अ'.repeat(50_000), originalAudio: 's3://voices/1.ogg' };
    await run(noticeTo('asha', { details }));
    expect(board.received[0]?.body.length).toBeLessThan(MAX_BODY_BYTES);
    expect(board.pushesTo('c1')).toMatchObject([
      { notification: receipt, details: { originalAudio: 's3://voices/1.ogg' }, omitted: ['originalText'] },
    ]);
  });

  it('that the API finds too large after all goes out once more without its texts', async () => {
    const { board, run, connect } = world();
    connect('c1', 'asha');
    board.answer = (_, body) => (body.length > 5_000 ? 'too-large' : undefined);
    await run(noticeTo('asha', { details: { originalText: 'a'.repeat(6_000) } }));
    expect(board.pushesTo('c1')).toMatchObject([{ omitted: ['originalText'] }]);
  });

  it('of long texts that the API takes is whole', async () => {
    const { board, run, connect } = world();
    connect('c1', 'asha');
    const details = { originalText: 'a'.repeat(100_000) };
    await run(noticeTo('asha', { details }));
    expect(board.pushesTo('c1')).toMatchObject([{ details }]);
  });

  it('as large as the API takes is whole, and one byte more is not', async () => {
    const { board, run, connect } = world();
    connect('c1', 'asha');
    await run(noticeTo('asha', { details: { originalText: '' } }));
    const room = MAX_BODY_BYTES - Buffer.byteLength(board.received[0]?.body ?? '');
    expect(MAX_BODY_BYTES).toBe(131_072);
    for (const length of [room, room + 1]) {
      const own = world();
      own.connect('c1', 'asha');
      await own.run(noticeTo('asha', { details: { originalText: 'a'.repeat(length) } }));
      const [{ body = '' } = {}] = own.board.received;
      expect(body.includes('omitted')).toBe(length > room);
    }
  });

  it('that is too large without its texts, too, is given up', async () => {
    const { board, run, connect, measured } = world();
    connect('c1', 'asha');
    board.answer = () => 'too-large';
    await run(noticeTo('asha', { details: { originalText: 'a'.repeat(6_000) } }));
    expect(count(board, 'post')).toBe(2);
    expect(measured).toContain('Pushes 1 message_read too-large');
  });

  it('does not begin when the effect’s time is over: the record comes again', async () => {
    const { board, connect, deliver, context } = world();
    connect('c1', 'asha');
    const over = new AbortController();
    over.abort(new Error('over'));
    await expect(context.clock.runUntil(deliver(noticeTo('asha'), EVENT, over.signal))).rejects.toThrow(
      'over',
    );
    expect(board.received).toEqual([]);
  });
});

describe('a connection that is gone', () => {
  it('loses its session row, once it is older than thirty seconds', async () => {
    const { board, run, connect, measured } = world();
    connect('old', 'asha', { since: NOW_MS - 31_000 });
    connect('young', 'asha', { since: NOW_MS - 29_000 });
    board.answer = () => 'gone';
    await run(noticeTo('asha'));
    expect(board.connected).toEqual(['young']);
    expect(measured).toContain('Pushes 1 message_read gone');
  });

  it('is not one that refuses, or that was not reached in time', async () => {
    const { board, run, connect } = world();
    connect('refusing', 'asha');
    connect('slow', 'asha');
    connect('left', 'asha');
    connect('well', 'asha');
    const answers = { slow: 'throttled', refusing: 'refused', left: 'gone' } as const;
    board.answer = (connection) => (connection in answers ? answers[connection as 'slow'] : undefined);
    await run(noticeTo('asha'));
    expect(board.connected).toEqual(['refusing', 'slow', 'well']);
  });

  it('whose row cannot be deleted fails nothing', async () => {
    const { board, run, connect, measured } = world();
    connect('old', 'asha');
    board.answer = () => 'gone';
    board.fault = (request) => (request === 'remove' ? 'fails' : undefined);
    await run(noticeTo('asha'));
    expect(measured).toContain('SessionsLeftBehind 1');
  });
});

describe('a batch', () => {
  it('shares its requests: rows travel together, and each user is looked up once', async () => {
    const { board, run, connect } = world();
    connect('c1', 'asha');
    connect('c2', 'ravi');
    await run(...Array.from({ length: 50 }, (_, index) => noticeTo(index % 2 === 0 ? 'asha' : 'ravi')));
    expect(board.rows.size).toBe(50);
    expect(count(board, 'put')).toBe(2);
    expect(count(board, 'find')).toBe(1);
    expect(count(board, 'count')).toBe(2);
    expect(board.received).toHaveLength(50);
  });

  it('looks a user up anew after two seconds, so that a new session does not wait for the next batch', async () => {
    const { board, run, connect, context } = world();
    await run(noticeTo('asha'));
    connect('c1', 'asha');
    await context.clock.advance(2_000);
    await run(noticeTo('asha'), noticeTo('asha'));
    expect(board.pushesTo('c1')).toHaveLength(2);
  });

  it('counts what waits, its own rows included, and asks again for what failed', async () => {
    const { board, run, connect } = world();
    connect('c1', 'asha');
    let failures = 3;
    board.fault = (request) => (request !== 'post' && failures-- > 0 ? 'fails' : undefined);
    await run(noticeTo('asha'), noticeTo('asha'));
    expect(board.pushesTo('c1').map(({ unread }) => unread)).toEqual([2, 2]);
  });

  it('counts what it stores after it has counted', async () => {
    const { board, run, connect, deliver, context, signal } = world();
    connect('c1', 'asha');
    await run(noticeTo('asha'));
    await context.clock.runUntil(deliver(noticeTo('asha'), { ...EVENT, eventId: 'later' }, signal));
    expect(board.pushesTo('c1').map(({ unread }) => unread)).toEqual([1, 2]);
    expect(count(board, 'count')).toBe(1);
  });

  it('gives a table that never answers its time, and no more', async () => {
    const { board, run, context } = world();
    board.fault = (request) => (request === 'find' ? 'unanswered' : undefined);
    await expect(run(noticeTo('asha'))).rejects.toMatchObject({ code: 'REQUEST_TIMED_OUT' });
    expect(context.clock.now() - NOW_MS).toBeLessThan(2_100);
  });
});

it('neither a row nor a push holds more than the beginning of very long texts', async () => {
  const { board, run, connect } = world();
  connect('c1', 'asha');
  const counterOffer = { amount: 1, quantity: null, message: 'b'.repeat(200_000) };
  const notification = {
    type: 'bid_status_update',
    bidId: 'b1',
    status: 'rejected',
    vendorMessage: 'अ'.repeat(100_000),
    counterOffer,
  } as const;
  await run(noticeTo('asha', { notification }));
  expect(board.received.map(({ body }) => Buffer.byteLength(body) <= MAX_BODY_BYTES)).toEqual([true]);
  const [row] = board.rowsOf('asha');
  expect(JSON.stringify(row).length).toBeLessThan(10_000);
  expect(row?.notification).toMatchObject({ status: 'rejected', counterOffer: { amount: 1 } });
});

it('what is pushed waits, even where a count does not show it yet', async () => {
  const { count } = unreadCounter(
    async () => 0,
    (load) => load,
  );
  expect(await count('asha')).toBe(1);
});

it('a hundred stands for a hundred or more', async () => {
  const { count, stored } = unreadCounter(
    async () => 100,
    (load) => {
      let counted: Promise<number> | undefined;
      return (userId) => (counted ??= load(userId));
    },
  );
  expect(await count('asha')).toBe(100);
  stored('asha');
  expect(await count('asha')).toBe(100);
});

describe('patience', () => {
  const ended = new Error('the invocation must end');

  it('ends with the signal, not with its own time', async () => {
    const { context } = world();
    const { clock, random } = context;
    const over = new AbortController();
    clock.after(100, () => over.abort(ended));
    const waiting = patiently({ clock, random, signal: over.signal }, 5_000, () => new Promise(() => {}));
    await expect(clock.runUntil(waiting)).rejects.toBe(ended);
    expect(clock.now()).toBe(NOW_MS + 100);
  });

  it('asks nothing when the invocation has come to its end', async () => {
    const { context } = world();
    const { clock, random } = context;
    let requests = 0;
    const asking = patiently(
      { clock, random, signal: AbortSignal.abort(ended) },
      5_000,
      async () => requests++,
    );
    await expect(clock.runUntil(asking)).rejects.toBe(ended);
    expect(requests).toBe(0);
  });

  it('asks less and less often', async () => {
    const { context } = world();
    const { clock, random } = context;
    const { signal } = new AbortController();
    const atMs: number[] = [];
    const asking = patiently({ clock, random, signal }, 3_000, () => {
      atMs.push(clock.now());
      return Promise.reject(new Error('down'));
    });
    await expect(clock.runUntil(asking)).rejects.toThrow('down');
    const pauses = atMs.slice(1).map((at, index) => at - (atMs[index] ?? 0));
    expect(pauses).toEqual([...pauses].sort((one, other) => one - other));
    expect(new Set(pauses).size).toBe(pauses.length);
  });

  it('throws what the last attempt threw', async () => {
    const { context } = world();
    const { clock, random } = context;
    const { signal } = new AbortController();
    const down = new Error('down');
    const asking = patiently({ clock, random, signal }, 1_000, () => Promise.reject(down));
    await expect(clock.runUntil(asking)).rejects.toBe(down);
  });
});
