/** Connections from end to end: a real WebSocket client, the gateway, the functions' own code, and the tables on an embedded DynamoDB. */

import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  createTokenIssuer,
  type Gateway,
  startGateway,
  type TokenIssuer,
} from '../../local/gateway/index.ts';
import { connect, UpgradeRefused } from '../../local/gateway/testing.ts';
import { authorize } from '../../processors/connections/authorize.ts';
import { endConnection } from '../../processors/connections/end-connection.ts';
import { readTokenRules } from '../../processors/connections/environment.ts';
import { inboxReader } from '../../processors/connections/inbox.ts';
import { connectionRoutes, type RouteNotice } from '../../processors/connections/routes.ts';
import { sessionTable } from '../../processors/connections/session-table.ts';
import { offeredProtocols, SUBPROTOCOL } from '../../processors/connections/token-place.ts';
import { tokenVerifier } from '../../processors/connections/verify-token.ts';
import { itemReader } from '../../shared/dynamodb/read-items.ts';
import { postToConnection } from '../../shared/notifications/post.ts';
import { profileLanguage } from '../../shared/notifications/profile-language.ts';
import { dynamodbSessions } from '../../shared/notifications/sessions.ts';
import { systemClock } from '../../shared/time/clock.ts';
import {
  embeddedDynamoDb,
  type MarketTables,
  SESSIONS_TABLE,
  startMarketTables,
  USERS_TABLE,
} from '../support/market-tables.ts';
import { fc } from '../support/property.ts';
import { testPool } from '../support/user-pool.ts';

describe.runIf(embeddedDynamoDb)('connections, from end to end', () => {
  let tables: MarketTables;
  let issuer: TokenIssuer;
  let gateway: Gateway;
  let management: ApiGatewayManagementApiClient;
  const notices: RouteNotice[] = [];
  const warnings: string[] = [];
  let disconnected = Promise.withResolvers<void>();

  beforeAll(async () => {
    tables = await startMarketTables();
    issuer = await createTokenIssuer({ clock: systemClock, newId: () => 'one' });
    const verify = tokenVerifier(readTokenRules(issuer.environment()));
    const functions: Record<string, (event: unknown) => Promise<unknown>> = {
      authorizer: async (event) => (await authorize(event, verify)).authorization,
      connections: (event) => routes(event),
    };
    gateway = await startGateway({
      clock: systemClock,
      issuer,
      webSocketApi: {
        apiId: 'api',
        stage: 'dev',
        region: 'eu-west-1',
        accountId: '000000000000',
        authorizer: 'authorizer',
        routes: { $connect: 'connections', $default: 'connections', $disconnect: 'connections' },
      },
      async invoke(name, payload) {
        const run = functions[name];
        return run && { kind: 'returned', payload: await run(JSON.parse(payload)) };
      },
      warn: (line) => warnings.push(line),
    });
    management = new ApiGatewayManagementApiClient({
      endpoint: gateway.connectionsUrl,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const routes = connectionRoutes({
      clock: systemClock,
      sessions: sessionTable(tables.client, SESSIONS_TABLE),
      languageOf: profileLanguage(itemReader(tables.client, USERS_TABLE)),
      readInbox: inboxReader(tables.client, SESSIONS_TABLE),
      post: postToConnection(management),
      end: endConnection(management),
      notice(notice) {
        notices.push(notice);
        if (notice === 'Disconnected') disconnected.resolve();
      },
    });
  });

  afterEach(() => {
    expect(warnings).toEqual([]);
    notices.length = 0;
    disconnected = Promise.withResolvers<void>();
  });

  afterAll(async () => {
    await gateway?.close();
    management?.destroy();
    await tables?.close();
  });

  const come = (userId: string) => connect(gateway.wsUrl, offeredProtocols(issuer.issue(userId).token));
  const sessionsOf = async (userId: string) => {
    const { find } = dynamodbSessions(tables.client, SESSIONS_TABLE);
    const { signal } = new AbortController();
    const [sessions = []] = await find([userId], Math.floor(systemClock.now() / 1000), signal);
    return sessions;
  };

  test('a user who connects has a session in the language of the profile, found under both forms of the id', async () => {
    await tables.put(USERS_TABLE, { PK: 'USER#asha', SK: 'PROFILE', languages: ['tamil', 'english'] });
    const { socket } = await come('asha');
    expect(socket.protocol).toBe(SUBPROTOCOL);
    for (const form of ['asha', 'USER#asha'])
      expect(await sessionsOf(form)).toMatchObject([
        { connectionId: gateway.connections()[0]?.facts.connectionId, language: 'tamil' },
      ]);
    socket.close();
    await disconnected.promise;
    expect(await sessionsOf('asha')).toEqual([]);
  });

  test('the first message is answered with what waits, newest first, without what has expired', async () => {
    const now = Math.floor(systemClock.now() / 1000);
    const waiting = (ms: number, ttl: number) => ({
      PK: 'NOTIFICATION#ravi',
      SK: `NOTIF#${ms}#bids#e-${ms}#new_bid`,
      user_id: 'ravi',
      notification: { type: 'new_bid', bidId: `b-${ms}` },
      created_at: '2026-01-01T00:00:00.000Z',
      ttl,
    });
    await tables.put(SESSIONS_TABLE, waiting(1, now + 60), waiting(2, now - 60), waiting(3, now + 60));
    const { socket, next } = await come('USER#ravi');
    socket.send('hello');
    const announced = JSON.parse(await next());
    expect(announced).toMatchObject({ type: 'inbox', unread: 2 });
    expect(announced.latest).toEqual([
      {
        id: 'NOTIF#3#bids#e-3#new_bid',
        createdAt: '2026-01-01T00:00:00.000Z',
        notification: { type: 'new_bid', bidId: 'b-3' },
      },
      expect.objectContaining({ id: 'NOTIF#1#bids#e-1#new_bid' }),
    ]);
  });

  test('a session that was deleted under a live connection is back with the next ping', async () => {
    const { socket, next } = await come('meena');
    const [session] = await sessionsOf('meena');
    if (session === undefined) throw new Error('expected a session');
    await sessionTable(tables.client, SESSIONS_TABLE).remove({ id: session.connectionId, userId: 'meena' });
    socket.send('{"action":"ping"}');
    await next();
    expect(await sessionsOf('meena')).toMatchObject([{ connectionId: session.connectionId }]);
    expect(notices).toContain('Restored');
  });

  test("a token of another pool, or made with another key for this pool's name, opens nothing", async () => {
    const impostor = testPool(issuer.userPoolId);
    for (const token of [
      testPool('eu-west-1_Other').token(),
      impostor.token({ header: { kid: 'one' }, claims: { client_id: issuer.clientId } }),
    ]) {
      const attempt = connect(gateway.wsUrl, offeredProtocols(token));
      await expect(attempt).rejects.toEqual(new UpgradeRefused(403));
    }
    expect(notices).toEqual([]);
  });

  test('no offered protocols but a verified token open a connection, and the gateway goes on', async () => {
    const name = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,40}$/);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { maxLength: 4 }), async (names) => {
        await expect(connect(gateway.wsUrl, names)).rejects.toBeInstanceOf(UpgradeRefused);
      }),
      { numRuns: 50 },
    );
    const { socket } = await come('asha');
    socket.close();
    await disconnected.promise;
  });

  test('frames of any content and form harm no session but their own', async () => {
    const { socket: bystander, next } = await come('bystander');
    const frame = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 5 }), async (frames) => {
        const { socket, closed } = await come('attacker');
        for (const one of frames) socket.send(one);
        socket.close();
        await closed;
      }),
      { numRuns: 30 },
    );
    bystander.send('{"action":"ping"}');
    expect(JSON.parse(await next())).toMatchObject({ type: 'inbox' });
    expect(await sessionsOf('bystander')).toHaveLength(1);
  });
});
