import { describe, expect, it } from 'vitest';
import { InboxRefused } from './inbox.ts';
import { count, EVENT, NOW_MS, noticeTo, receipt, world } from './testing.ts';

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
