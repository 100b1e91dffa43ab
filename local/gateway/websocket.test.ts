/** The WebSocket API against a real client: handshakes, events, limits and ends are those of API Gateway. */

import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { fc, test as property } from '../../test/support/property.ts';
import { LIMITS } from './live-connection.ts';
import {
  connect,
  failed,
  type GatewayUnderTest,
  gatewayUnderTest,
  type ScriptedFunction,
  UpgradeRefused,
} from './testing.ts';

const running: GatewayUnderTest[] = [];
afterEach(async () => {
  for (const { gateway, warnings } of running.splice(0)) {
    await gateway.close();
    expect(warnings).toEqual([]);
  }
});
async function start(functions?: Readonly<Record<string, ScriptedFunction>>): Promise<GatewayUnderTest> {
  const under = await gatewayUnderTest(functions);
  running.push(under);
  return under;
}
const statusOf = async (attempt: Promise<unknown>) => {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof UpgradeRefused ? error.status : error;
};
const allow =
  (context: object = {}) =>
  (event: { methodArn?: string }) => ({
    principalId: 'u-1',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }],
    },
    context,
  });

describe('a handshake', () => {
  test('goes to the authorizer and then to $connect, with the headers as written and the query string', async () => {
    const { gateway, asked } = await start({ authorizer: allow({ tokenExpiresAt: 5, admin: false }) });
    await connect(`${gateway.wsUrl}?a=1&a=2`, [], { headers: { 'X-Own': 'Value', 'User-Agent': 'test/1' } });
    expect(asked.map(({ name }) => name)).toEqual(['authorizer', 'connect']);
    const [authorizer, connected] = asked.map(({ event }) => event);
    expect(authorizer).toMatchObject({
      type: 'REQUEST',
      methodArn: 'arn:aws:execute-api:eu-west-1:000000000000:api/dev/$connect',
      requestContext: { routeKey: '$connect', eventType: 'CONNECT' },
    });
    expect(authorizer?.requestContext.authorizer).toBeUndefined();
    expect(connected).toMatchObject({
      headers: { 'X-Own': 'Value', 'User-Agent': 'test/1' },
      multiValueHeaders: { 'X-Own': ['Value'] },
      queryStringParameters: { a: '2' },
      multiValueQueryStringParameters: { a: ['1', '2'] },
      isBase64Encoded: false,
      requestContext: {
        routeKey: '$connect',
        eventType: 'CONNECT',
        messageDirection: 'IN',
        stage: 'dev',
        apiId: 'api',
        connectedAt: 1_700_000_000_000,
        requestTime: '14/Nov/2023:22:13:20 +0000',
        requestTimeEpoch: 1_700_000_000_000,
        identity: { sourceIp: '127.0.0.1', userAgent: 'test/1' },
        authorizer: { principalId: 'u-1', tokenExpiresAt: '5', admin: 'false' },
      },
    });
    expect(connected?.requestContext.connectionId).toMatch(/^[\w-]{15}=$/);
  });

  test.each([
    [
      'denied by the authorizer',
      { authorizer: () => ({ ...allow()({}), policyDocument: { Statement: [] } }) },
      403,
    ],
    ['that the authorizer calls unauthorized', { authorizer: () => failed('Unauthorized') }, 401],
    ['whose authorizer fails', { authorizer: () => failed('out of memory') }, 500],
    ['whose authorizer answers nonsense', { authorizer: () => 'yes' }, 500],
    ['whose context is no plain value', { authorizer: allow({ a: {} }) }, 500],
    ['that $connect refuses', { connect: () => ({ statusCode: 401 }) }, 401],
    ['whose $connect fails', { connect: () => failed('no table') }, 502],
    ['whose $connect answers nonsense', { connect: () => null }, 502],
  ])('%s gets no connection', async (_, functions, status) => {
    const { gateway, asked } = await start(functions as Record<string, ScriptedFunction>);
    expect(await statusOf(connect(gateway.wsUrl))).toBe(status);
    expect(gateway.connections()).toEqual([]);
    expect(asked.map(({ name }) => name)).not.toContain('disconnect');
  });

  test('is refused before any function is asked when it is none, or for another stage', async () => {
    const { gateway, asked } = await start();
    expect(await statusOf(connect(`${gateway.url.replace('http', 'ws')}/prod`))).toBe(403);
    expect(await upgradeStatus(gateway.url, { upgrade: 'websocket' })).toBe(400);
    expect(await upgradeStatus(gateway.url, { upgrade: 'h2c' })).toBe(400);
    expect(asked).toEqual([]);
  });

  test('is answered with the protocol that $connect names', async () => {
    const headers = { 'Sec-WebSocket-Protocol': 'two' };
    const { gateway } = await start({ connect: () => ({ statusCode: 200, headers }) });
    const { socket } = await connect(gateway.wsUrl, ['one', 'two']);
    expect(socket.protocol).toBe('two');
  });

  property.prop([fc.array(fc.string({ unit: 'binary' }).map((text) => encodeURIComponent(text)))], {
    numRuns: 30,
  })('with any query string is served or refused, and the gateway goes on', async (parts) => {
    const under = await gatewayUnderTest();
    const url = `${under.gateway.wsUrl}?${parts.join('&')}`;
    await connect(url).then(
      ({ socket }) => socket.close(),
      () => undefined,
    );
    await connect(under.gateway.wsUrl);
    await under.gateway.close();
    expect(under.warnings).toEqual([]);
  });
});

describe('a message', () => {
  test('goes to $default with its text and what the authorizer said', async () => {
    const heard = Promise.withResolvers<unknown>();
    const { gateway } = await start({
      authorizer: allow({ a: 1 }),
      message: (event) => heard.resolve(event),
    });
    const { socket } = await connect(gateway.wsUrl);
    socket.send('{"action":"ping"}');
    expect(await heard.promise).toMatchObject({
      body: '{"action":"ping"}',
      isBase64Encoded: false,
      requestContext: {
        routeKey: '$default',
        eventType: 'MESSAGE',
        messageId: expect.any(String),
        authorizer: { principalId: 'u-1', a: '1' },
      },
    });
  });

  test.each(['toString', 'constructor', '__proto__'])(
    'whose action is %s goes to $default: a route is only what the API has',
    async (action) => {
      const heard = Promise.withResolvers<unknown>();
      const { gateway } = await start({ message: (event) => heard.resolve(event) });
      const { socket } = await connect(gateway.wsUrl);
      socket.send(JSON.stringify({ action }));
      expect(await heard.promise).toMatchObject({ requestContext: { routeKey: '$default' } });
    },
  );

  test('whose function fails is answered with an internal error', async () => {
    const { gateway } = await start({ message: () => failed('secret') });
    const { socket, next } = await connect(gateway.wsUrl);
    socket.send('x');
    expect(JSON.parse(await next())).toEqual({
      message: 'Internal server error',
      connectionId: gateway.connections()[0]?.facts.connectionId,
      requestId: expect.any(String),
    });
  });

  test('of 128 KB in frames of 32 KB is one message', async () => {
    const heard = Promise.withResolvers<string>();
    const { gateway } = await start({ message: ({ body }) => heard.resolve(body ?? '') });
    const { socket } = await connect(gateway.wsUrl);
    const frame = 'x'.repeat(LIMITS.frameBytes);
    for (const fin of [false, false, false, true]) socket.send(frame, { fin, binary: false });
    expect(await heard.promise).toHaveLength(LIMITS.messageBytes);
  });

  test.each([
    ['a frame over 32 KB', [LIMITS.frameBytes + 1]],
    ['a message over 128 KB', [...Array(4).fill(LIMITS.frameBytes), 1]],
  ])('%s ends the connection with 1009, and no function hears it', async (_, sizes) => {
    const { gateway, asked } = await start();
    const { socket, closed } = await connect(gateway.wsUrl);
    for (const [index, size] of sizes.entries())
      socket.send('x'.repeat(size), { fin: index === sizes.length - 1, binary: false });
    expect(await closed).toMatchObject({ code: 1009 });
    await gateway.close();
    expect(asked.map(({ name }) => name)).toEqual(['connect', 'disconnect']);
    expect(asked[1]?.event.requestContext).toMatchObject({ disconnectStatusCode: 1009 });
  });

  test('of bytes ends the connection with 1003', async () => {
    const { gateway } = await start();
    const { socket, closed } = await connect(gateway.wsUrl);
    socket.send(Buffer.from([1, 2, 3]));
    expect(await closed).toMatchObject({ code: 1003 });
  });
});

describe('a connection', () => {
  test('without a word in either direction ends after 10 minutes', async () => {
    const { gateway, clock, asked } = await start();
    const { closed } = await connect(gateway.wsUrl);
    await clock.advance(LIMITS.idleMs - 1);
    expect(gateway.connections()).toHaveLength(1);
    await clock.advance(1);
    expect(await closed).toEqual({ code: 1001, reason: 'Going away' });
    await gateway.close();
    expect(asked.at(-1)?.event.requestContext).toMatchObject({
      routeKey: '$disconnect',
      eventType: 'DISCONNECT',
      disconnectStatusCode: 1001,
      disconnectReason: 'Going away',
    });
  });

  test('that speaks lasts, but not longer than 2 hours', async () => {
    let heard = Promise.withResolvers<void>();
    const { gateway, clock } = await start({ message: () => heard.resolve() });
    const { socket, closed } = await connect(gateway.wsUrl);
    for (let minutes = 0; minutes < 120; minutes += 8) {
      await clock.advance(8 * 60_000 - 1);
      expect(gateway.connections()).toHaveLength(1);
      heard = Promise.withResolvers<void>();
      socket.send('x');
      await heard.promise;
    }
    await clock.advance(1_000);
    expect(await closed).toMatchObject({ code: 1001 });
  });

  test('that its client ends is told to $disconnect, with what the client said', async () => {
    const told = Promise.withResolvers<unknown>();
    const { gateway } = await start({ disconnect: (event) => told.resolve(event.requestContext) });
    const { socket } = await connect(gateway.wsUrl);
    socket.close(4000, 'enough');
    expect(await told.promise).toMatchObject({ disconnectStatusCode: 4000, disconnectReason: 'enough' });
    expect(gateway.connections()).toEqual([]);
  });

  test('ends with the gateway, and $disconnect is told before the gateway is closed', async () => {
    const { gateway, asked } = await start();
    await Promise.all([connect(gateway.wsUrl), connect(gateway.wsUrl)]);
    await gateway.close();
    expect(asked.filter(({ name }) => name === 'disconnect')).toHaveLength(2);
  });
});

/** What a request to upgrade is answered with when it has nothing of a WebSocket handshake but these headers. */
function upgradeStatus(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request(`${url}/dev`, { headers: { ...headers, connection: 'upgrade' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asking.once('error', reject);
    asking.end();
  });
}
