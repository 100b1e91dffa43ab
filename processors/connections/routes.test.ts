/** What a connection's life does to its session row, on a virtual clock, with sessions and inbox in memory. */

import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import type { PostResult } from '../../shared/notifications/post.ts';
import { fc, test as property } from '../../test/support/property.ts';
import { connectionRoutes, type RoutePorts } from './routes.ts';
import { LIVE_AFTER_ACTIVITY_MS, type SessionRow } from './session.ts';
import type { Sessions } from './session-table.ts';
import { SUBPROTOCOL } from './token-place.ts';

const NOW = 1_700_000_000_000;
const HOUR_S = 3600;

function setting(ports: Partial<RoutePorts> = {}, { postResult = 'delivered' as PostResult } = {}) {
  const clock = new VirtualClock(NOW);
  const rows = new Map<string, SessionRow & { spoke?: boolean }>();
  const said: { id: string; frame: Record<string, unknown> }[] = [];
  const ended: string[] = [];
  const notices: string[] = [];
  const sessions: Sessions = {
    async put(row) {
      rows.set(row.PK, row);
    },
    async touch({ id }, nowMs) {
      const row = rows.get(`SESSION#${id}`);
      if (row === undefined) return 'missing';
      rows.set(row.PK, { ...row, last_activity: new Date(nowMs).toISOString(), spoke: true });
      return row.spoke === true ? 'again' : 'first';
    },
    async remove({ id }) {
      rows.delete(`SESSION#${id}`);
    },
  };
  const routes = connectionRoutes({
    clock,
    sessions,
    languageOf: async () => 'tamil',
    readInbox: async () => ({ unread: 2, latest: [{ id: 'NOTIF#2', createdAt: null, notification: null }] }),
    post: async (id, text) => {
      said.push({ id, frame: JSON.parse(text) });
      return postResult;
    },
    end: async (id) => {
      ended.push(id);
    },
    notice: (notice) => notices.push(notice),
    ...ports,
  });
  return { clock, rows, said, ended, notices, routes };
}

function event(eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT', more: object = {}, context: object = {}) {
  return {
    headers: { 'sec-websocket-protocol': `${SUBPROTOCOL}, bearer.x` },
    requestContext: {
      eventType,
      connectionId: 'c-1',
      connectedAt: NOW,
      identity: { sourceIp: '192.0.2.1', userAgent: 'app/1.0' },
      authorizer: { principalId: 'u-1', tokenExpiresAt: String(NOW / 1000 + HOUR_S) },
      ...context,
    },
    isBase64Encoded: false,
    ...more,
  };
}

const ping = event('MESSAGE', { body: '{"action":"ping"}' });

test.each([8.64e15, -1, 1e300])('a session that ends at %d seconds is nobody’s', async (tokenExpiresAt) => {
  const { routes, rows } = setting();
  const context = { authorizer: { principalId: 'u-1', tokenExpiresAt } };
  expect(await routes(event('CONNECT', {}, context))).toEqual({ statusCode: 401 });
  expect(rows.size).toBe(0);
});

test('a connection without an id is none of API Gateway’s', async () => {
  const { routes, rows } = setting();
  await expect(routes(event('CONNECT', {}, { connectionId: '' }))).rejects.toThrow();
  expect(rows.size).toBe(0);
});

describe('$connect', () => {
  test("writes the user's session with the language of the profile, and no address", async () => {
    const { routes, rows } = setting();
    expect(await routes(event('CONNECT'))).toEqual({
      statusCode: 200,
      headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL },
    });
    expect([...rows.values()]).toEqual([
      {
        PK: 'SESSION#c-1',
        SK: 'USER#u-1',
        user_id: 'u-1',
        last_activity: '2023-11-14T22:13:20.000Z',
        connected_at: '2023-11-14T22:13:20.000Z',
        device_info: { user_agent: 'app/1.0' },
        language: 'tamil',
        ttl: (NOW + LIVE_AFTER_ACTIVITY_MS) / 1000,
      },
    ]);
  });

  test('takes the user from the authorizer, never from the query string', async () => {
    const { routes, rows } = setting();
    const headers = { 'sec-websocket-protocol': SUBPROTOCOL, 'x-user': 'u-2', 'x-user-id': 'u-2' };
    const queryStringParameters = { userId: 'u-2', principalId: 'u-2' };
    await routes(event('CONNECT', { headers, queryStringParameters }));
    expect([...rows.values()].map((row) => row.user_id)).toEqual(['u-1']);
  });

  test('refuses everybody where the route has no authorizer', async () => {
    const { routes, rows, notices } = setting();
    const asked = event('CONNECT', { queryStringParameters: { userId: 'u-1' } }, { authorizer: undefined });
    expect(await routes(asked)).toEqual({ statusCode: 401 });
    expect(rows.size).toBe(0);
    expect(notices).toEqual(['Unauthorized']);
  });

  test('refuses a client that does not speak the protocol', async () => {
    const { routes, rows } = setting();
    for (const headers of [{}, { 'sec-websocket-protocol': 'graphql-ws, bearer.x' }])
      expect(await routes(event('CONNECT', { headers }))).toEqual({ statusCode: 400 });
    expect(rows.size).toBe(0);
  });

  test('goes on without a language when the profile cannot be read', async () => {
    const { routes, rows, notices } = setting({
      languageOf: async () => {
        throw new Error('throttled');
      },
    });
    expect(await routes(event('CONNECT'))).toMatchObject({ statusCode: 200 });
    expect([...rows.values()][0]).not.toHaveProperty('language');
    expect(notices).toContain('LanguageNotRead');
  });

  test('does not wait for a profile for ever', async () => {
    const { routes, clock, notices } = setting({
      languageOf: (_, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    });
    expect(await clock.runUntil(routes(event('CONNECT')))).toMatchObject({ statusCode: 200 });
    expect(clock.now()).toBe(NOW + 2_000);
    expect(notices).toContain('LanguageNotRead');
  });

  test('fails when the session cannot be written: a connection without one would never be pushed to', async () => {
    const broken: Sessions = {
      put: async () => {
        throw new Error('throttled');
      },
      touch: async () => 'missing',
      remove: async () => {},
    };
    await expect(setting({ sessions: broken }).routes(event('CONNECT'))).rejects.toThrow('throttled');
  });
});

describe('a message', () => {
  test('refreshes the session, and the first one is answered with what waits, whatever it says', async () => {
    const { routes, rows, said, clock } = setting();
    await routes(event('CONNECT'));
    await clock.advance(60_000);
    await routes(event('MESSAGE', { body: 'hello' }));
    expect(rows.get('SESSION#c-1')).toMatchObject({ last_activity: '2023-11-14T22:14:20.000Z' });
    expect(said).toEqual([
      {
        id: 'c-1',
        frame: {
          type: 'inbox',
          unread: 2,
          latest: [{ id: 'NOTIF#2', createdAt: null, notification: null }],
          sessionEndsAt: '2023-11-14T23:13:20.000Z',
        },
      },
    ]);
  });

  test('is answered with the inbox of its user, and with the end of the connection where the token lasts longer', async () => {
    const asked: string[] = [];
    const { routes, said } = setting({
      readInbox: async (userId) => {
        asked.push(userId);
        return { unread: 0, latest: [] };
      },
    });
    const context = { authorizer: { principalId: 'u-1', tokenExpiresAt: NOW / 1000 + 24 * HOUR_S } };
    await routes(event('CONNECT', {}, context));
    await routes(event('MESSAGE', { body: '{"action":"ping"}' }, context));
    expect(asked).toEqual(['u-1']);
    expect(said[0]?.frame['sessionEndsAt']).toBe(new Date(NOW + 2 * HOUR_S * 1000).toISOString());
  });

  test('that is a ping is answered with what waits, each time', async () => {
    const { routes, said } = setting();
    await routes(event('CONNECT'));
    for (let times = 0; times < 3; times++) await routes(ping);
    expect(said.map(({ frame }) => frame['type'])).toEqual(['inbox', 'inbox', 'inbox']);
  });

  test('that is not known is answered with what is', async () => {
    const { routes, said } = setting();
    await routes(event('CONNECT'));
    await routes(ping);
    await routes(event('MESSAGE', { body: '{"action":"subscribe","user":"u-2"}' }));
    expect(said[1]?.frame).toEqual({
      type: 'error',
      code: 'UNKNOWN_MESSAGE',
      expected: { action: 'ping' },
    });
    for (const body of ['hello', '"ping"', 'null', '']) await routes(event('MESSAGE', { body }));
    expect(said.slice(2).map(({ frame }) => frame['type'])).toEqual(Array(4).fill('error'));
  });

  test('brings back a session that was taken for gone', async () => {
    const { routes, rows, notices, said } = setting();
    await routes(event('CONNECT'));
    rows.clear();
    expect(await routes(ping)).toEqual({ statusCode: 200 });
    expect(rows.get('SESSION#c-1')).toMatchObject({ user_id: 'u-1', language: 'tamil' });
    expect(notices).toContain('Restored');
    await routes(event('MESSAGE', { body: 'hello' }));
    expect(said.map(({ frame }) => frame['type'])).toEqual(['inbox', 'error']);
  });

  test('after the end of the token ends connection and session', async () => {
    const { routes, rows, clock, ended, said } = setting();
    await routes(event('CONNECT'));
    await clock.advance(HOUR_S * 1000);
    await routes(ping);
    expect(ended).toEqual(['c-1']);
    expect(rows.size).toBe(0);
    expect(said).toEqual([]);
  });

  test('is settled when its answer finds the connection gone', async () => {
    const { routes, notices } = setting({}, { postResult: 'gone' });
    await routes(event('CONNECT'));
    expect(await routes(ping)).toEqual({ statusCode: 200 });
    expect(notices).toContain('ReplyNotSent');
  });

  property.prop([fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), { maxLength: 10 })])(
    'of any content never fails, and never says anything to another connection',
    async (bodies) => {
      const { routes, said } = setting();
      await routes(event('CONNECT'));
      for (const body of bodies)
        expect(await routes(event('MESSAGE', { body }))).toEqual({ statusCode: 200 });
      expect(said.every(({ id }) => id === 'c-1')).toBe(true);
      expect(said).toHaveLength(bodies.length);
    },
  );
});

test.each([
  ['an answer that is never taken', 0],
  ['an end that is never confirmed', HOUR_S * 1000],
])('%s is waited for five seconds', async (_, afterMs) => {
  const hangs = (signal: AbortSignal, aborted: () => void) =>
    new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        aborted();
        resolve();
      });
    });
  let aborts = 0;
  const count = () => void aborts++;
  const { routes, clock, rows } = setting({
    post: (_id, _text, signal) => hangs(signal, count).then(() => 'unavailable'),
    end: (_id, signal) => hangs(signal, count),
  });
  await routes(event('CONNECT'));
  await clock.advance(afterMs);
  expect(await clock.runUntil(routes(ping))).toEqual({ statusCode: 200 });
  expect(clock.now()).toBe(NOW + afterMs + 5_000);
  expect(aborts).toBe(1);
  expect(rows.size).toBe(afterMs === 0 ? 1 : 0);
});

test('$disconnect deletes the session, and does so again without harm', async () => {
  const { routes, rows } = setting();
  await routes(event('CONNECT'));
  const gone = event('DISCONNECT', {}, { disconnectStatusCode: 1001, disconnectReason: 'Going away' });
  expect(await routes(gone)).toEqual({ statusCode: 200 });
  expect(await routes(gone)).toEqual({ statusCode: 200 });
  expect(rows.size).toBe(0);
});

test('a profile that cannot be read is noticed by a code, never by what the table says', async () => {
  const failures: unknown[] = [];
  const { routes, rows } = setting({
    languageOf: async () => {
      throw new Error('the item of asha@example.com is too large');
    },
    notice: (_, failure) => failure && failures.push(failure),
  });
  expect(await routes(event('CONNECT'))).toMatchObject({ statusCode: 200 });
  expect(rows.size).toBe(1);
  expect(failures).toEqual([{ code: 'UNEXPECTED_ERROR', type: 'Error' }]);
});
