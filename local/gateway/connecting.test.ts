/** Handshakes that go wrong half-way, routes of the API's own, and limits in AWS's figures: beyond the everyday of `websocket.test.ts`. */
import { connect as connectSocket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { GatewayOptions } from './gateway.ts';
import { LIMITS } from './live-connection.ts';
import { connect, gatewayUnderTest, type ScriptedFunction, UpgradeRefused } from './testing.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
async function start(
  functions?: Readonly<Record<string, ScriptedFunction>>,
  options: Partial<GatewayOptions> = {},
) {
  const under = await gatewayUnderTest(functions, options);
  closing.push(() => under.gateway.close());
  return under;
}
const api = (routes: Readonly<Record<string, string>>) => ({
  webSocketApi: { apiId: 'a', stage: 'dev', region: 'r', accountId: '0', routes },
});
const refusal = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'connected',
    (error: unknown) => (error instanceof UpgradeRefused ? error.status : 'broken off'),
  );

test('the limits are those of API Gateway', () => {
  expect(LIMITS).toEqual({
    messageBytes: 131_072,
    frameBytes: 32_768,
    idleMs: 600_000,
    durationMs: 7_200_000,
  });
});

test('a connection that has spoken ends ten minutes after its last word', async () => {
  const heard = Promise.withResolvers<void>();
  const { gateway, clock } = await start({ message: () => heard.resolve() });
  const { socket, closed } = await connect(gateway.wsUrl);
  await clock.advance(60_000);
  socket.send('x');
  await heard.promise;
  await clock.advance(LIMITS.idleMs - 1);
  expect(gateway.connections()).toHaveLength(1);
  await clock.advance(1);
  expect(await closed).toMatchObject({ code: 1001 });
});

test.each([300, 302, 400, 500])('a $connect that answers %i opens nothing', async (statusCode) => {
  const { gateway } = await start({ connect: () => ({ statusCode }) });
  expect(await refusal(connect(gateway.wsUrl))).toBe(statusCode);
});

test('a client that goes while it is asked about is told to $disconnect, and was never open', async () => {
  const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const told = Promise.withResolvers<unknown>();
  const { gateway } = await start({
    async connect() {
      asked.resolve();
      await answer.promise;
      return { statusCode: 200 };
    },
    disconnect: ({ requestContext }) => told.resolve(requestContext),
  });
  const { port } = new URL(gateway.url);
  const socket = connectSocket(Number(port), '127.0.0.1');
  socket.write(
    `GET /dev HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await asked.promise;
  socket.resetAndDestroy();
  // The gateway hears of it as soon as it reads.
  for (let turns = 0; turns < 50; turns++) await turn();
  expect(gateway.connections()).toEqual([]);
  answer.resolve();
  expect(await told.promise).toMatchObject({ disconnectStatusCode: 1006 });
  expect(gateway.connections()).toEqual([]);
});

test('a client whose $connect cannot be asked is cut off, and the gateway says so and goes on', async () => {
  let isBroken = true;
  const { gateway, warnings } = await start({
    connect: () => {
      if (isBroken) throw new Error('no worker');
      return { statusCode: 200 };
    },
  });
  expect(await refusal(connect(gateway.wsUrl))).toBe('broken off');
  expect(warnings).toEqual([expect.stringContaining('no worker')]);
  isBroken = false;
  expect(await refusal(connect(gateway.wsUrl))).toBe('connected');
});

test('while the gateway closes nobody gets in, and who was half in is told to $disconnect', async () => {
  const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const under = await start({
    async connect() {
      asked.resolve();
      await answer.promise;
      return { statusCode: 200 };
    },
  });
  const { gateway } = under;
  const half = refusal(connect(gateway.wsUrl));
  await asked.promise;
  let isClosed = false;
  const closed = gateway.close().then(() => {
    isClosed = true;
  });
  expect(await refusal(connect(gateway.wsUrl))).toBe(503);
  expect(isClosed).toBe(false);
  answer.resolve();
  expect(await half).toBe('broken off');
  await closed;
  expect(under.asked.map(({ name }) => name)).toEqual(['connect', 'disconnect']);
  closing.length = 0;
});

test('a message goes to the route that it names, or to $default, and to no route of connections', async () => {
  const heard: unknown[] = [];
  let told = Promise.withResolvers<void>();
  const hear =
    (name: string): ScriptedFunction =>
    ({ requestContext }) => {
      heard.push([name, requestContext.routeKey]);
      told.resolve();
    };
  const { gateway } = await start(
    { ping: hear('ping'), message: hear('message') },
    api({ $connect: 'connect', ping: 'ping', $default: 'message', $disconnect: 'disconnect' }),
  );
  const { socket } = await connect(gateway.wsUrl);
  for (const action of ['ping', 'pong', '$connect', '$disconnect']) {
    told = Promise.withResolvers<void>();
    socket.send(JSON.stringify({ action }));
    await told.promise;
  }
  expect(heard).toEqual([
    ['ping', 'ping'],
    ['message', '$default'],
    ['message', '$default'],
    ['message', '$default'],
  ]);
});

test('a message that no route is for is answered so', async () => {
  const { gateway } = await start({}, api({ $connect: 'connect', ping: 'message' }));
  const { socket, next } = await connect(gateway.wsUrl);
  socket.send('{"action":"pong"}');
  expect(JSON.parse(await next())).toMatchObject({ message: 'Forbidden' });
});

test('an event tells when the connection was opened, and when it is', async () => {
  const heard = Promise.withResolvers<unknown>();
  const { gateway, clock } = await start({ message: ({ requestContext }) => heard.resolve(requestContext) });
  const { socket } = await connect(gateway.wsUrl);
  await clock.advance(5_000);
  socket.send('x');
  expect(await heard.promise).toMatchObject({
    connectedAt: 1_700_000_000_000,
    requestTimeEpoch: 1_700_000_005_000,
    requestTime: '14/Nov/2023:22:13:25 +0000',
  });
});

test('headers of the hop are not handed on', async () => {
  const { gateway, asked } = await start();
  await connect(gateway.wsUrl);
  const names = Object.keys(asked[0]?.event.headers ?? {}).map((name) => name.toLowerCase());
  expect(names).toContain('sec-websocket-key');
  expect(names).not.toContain('connection');
  expect(names).not.toContain('upgrade');
});
