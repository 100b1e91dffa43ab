/** The `@connections` API as the AWS SDK's own client sees it. */

import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach, describe, expect, test } from 'vitest';
import { fc, test as property } from '../../test/support/property.ts';
import { LIMITS } from './live-connection.ts';
import { connect, type GatewayUnderTest, gatewayUnderTest } from './testing.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function clientOf({ gateway }: GatewayUnderTest): ApiGatewayManagementApiClient {
  const client = new ApiGatewayManagementApiClient({
    endpoint: gateway.connectionsUrl,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  closing.push(() => client.destroy());
  return client;
}

async function start(...options: Parameters<typeof gatewayUnderTest>) {
  const under = await gatewayUnderTest(...options);
  closing.push(() => under.gateway.close());
  return { ...under, client: clientOf(under) };
}

const idOf = ({ gateway }: GatewayUnderTest) => gateway.connections()[0]?.facts.connectionId ?? '';
const errorOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason as { name: string; $metadata: { httpStatusCode?: number } },
  );
  return { name: error?.name, status: error?.$metadata.httpStatusCode };
};
const post = (ConnectionId: string, Data: string | Buffer) =>
  new PostToConnectionCommand({ ConnectionId, Data });
const GONE = { name: 'GoneException', status: 410 };

describe('PostToConnection', () => {
  test('reaches the client, and no other', async () => {
    const under = await start();
    const [one, other] = [await connect(under.gateway.wsUrl), await connect(under.gateway.wsUrl)];
    const [first = '', second = ''] = under.gateway.connections().map(({ facts }) => facts.connectionId);
    await under.client.send(post(first, 'for one'));
    await under.client.send(post(second, 'for the other'));
    expect([await one.next(), await other.next()]).toEqual(['for one', 'for the other']);
  });

  test('takes 128 KB, sent in frames of 32 KB, and not a byte more', async () => {
    const under = await start();
    const { next } = await connect(under.gateway.wsUrl);
    await under.client.send(post(idOf(under), 'ü'.repeat(LIMITS.messageBytes / 2)));
    expect(await next()).toHaveLength(LIMITS.messageBytes / 2);
    expect(await errorOf(under.client.send(post(idOf(under), 'x'.repeat(LIMITS.messageBytes + 1))))).toEqual({
      name: 'PayloadTooLargeException',
      status: 413,
    });
  });

  test('to a connection that has ended is 410', async () => {
    const told = Promise.withResolvers<void>();
    const under = await start({ disconnect: () => told.resolve() });
    const { socket } = await connect(under.gateway.wsUrl);
    const id = idOf(under);
    socket.close();
    await told.promise;
    expect(await errorOf(under.client.send(post(id, 'x')))).toEqual(GONE);
  });

  test('to a connection whose $connect has not returned is 410, and reaches it afterwards', async () => {
    const early = Promise.withResolvers<unknown>();
    const under: Awaited<ReturnType<typeof start>> = await start({
      async connect({ requestContext }) {
        early.resolve(await errorOf(under.client.send(post(requestContext.connectionId, 'too early'))));
        return { statusCode: 200 };
      },
    });
    const { next } = await connect(under.gateway.wsUrl);
    expect(await early.promise).toEqual(GONE);
    await under.client.send(post(idOf(under), 'in time'));
    expect(await next()).toBe('in time');
  });

  test('counts as activity of the connection', async () => {
    const under = await start();
    await connect(under.gateway.wsUrl);
    await under.clock.advance(LIMITS.idleMs - 1);
    await under.client.send(post(idOf(under), 'x'));
    await under.clock.advance(LIMITS.idleMs - 1);
    expect(under.gateway.connections()).toHaveLength(1);
  });

  test('can be throttled, and to an id of another form is a bad request', async () => {
    let throttled = true;
    const under = await start({}, { faults: { connections: () => (throttled ? 'throttled' : undefined) } });
    const { next } = await connect(under.gateway.wsUrl);
    expect(await errorOf(under.client.send(post(idOf(under), 'x')))).toEqual({
      name: 'LimitExceededException',
      status: 429,
    });
    throttled = false;
    await under.client.send(post(idOf(under), 'y'));
    expect(await next()).toBe('y');
    expect(await errorOf(under.client.send(post('SESSION#1', 'x')))).toMatchObject({ status: 400 });
  });

  test.each([
    ['throttled', 429, 'LimitExceededException'],
    ['forbidden', 403, 'ForbiddenException'],
    ['unavailable', 503, 'ServiceUnavailableException'],
  ] as const)('can be %s, and nobody hears what was refused', async (fault, status, name) => {
    const refusals = [fault];
    const under = await start({}, { faults: { connections: () => refusals.shift() } });
    const { next } = await connect(under.gateway.wsUrl);
    expect(await errorOf(under.client.send(post(idOf(under), 'x')))).toEqual({ name, status });
    await under.client.send(post(idOf(under), 'y'));
    expect(await next()).toBe('y');
  });

  test('counts bytes, not characters, and a message of none is a message', async () => {
    const under = await start();
    const { next } = await connect(under.gateway.wsUrl);
    const tooLong = 'ü'.repeat(LIMITS.messageBytes / 2 + 1);
    expect(await errorOf(under.client.send(post(idOf(under), tooLong)))).toMatchObject({ status: 413 });
    await under.client.send(post(idOf(under), ''));
    expect(await next()).toBe('');
  });

  property.prop([fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ minLength: 11 }))], {
    numRuns: 50,
  })('to any id that is not open is refused, never served', async (id) => {
    const under = await gatewayUnderTest();
    const client = clientOf(under);
    const { status } = await errorOf(client.send(post(id, 'x')));
    expect(status === undefined || status >= 400).toBe(true);
    await under.gateway.close();
  });
});

test('GetConnection says since when it is connected, when it was last active, and from where', async () => {
  const under = await start();
  await connect(under.gateway.wsUrl, [], { headers: { 'User-Agent': 'test/1' } });
  await under.clock.advance(5_000);
  await under.client.send(post(idOf(under), 'x'));
  const { ConnectedAt, LastActiveAt, Identity } = await under.client.send(
    new GetConnectionCommand({ ConnectionId: idOf(under) }),
  );
  expect(Identity).toEqual({ SourceIp: '127.0.0.1', UserAgent: 'test/1' });
  expect(Number(LastActiveAt) - Number(ConnectedAt)).toBe(5_000);
});

test('DeleteConnection ends it, once', async () => {
  const told = Promise.withResolvers<void>();
  const under = await start({ disconnect: () => told.resolve() });
  const { closed } = await connect(under.gateway.wsUrl);
  const end = new DeleteConnectionCommand({ ConnectionId: idOf(under) });
  await under.client.send(end);
  expect(await closed).toMatchObject({ code: 1000 });
  await told.promise;
  expect(await errorOf(under.client.send(end))).toEqual(GONE);
});

test('connections of a stage are those of no other', async () => {
  const under = await start();
  await connect(under.gateway.wsUrl);
  const url = `${under.gateway.url}/prod/@connections/${idOf(under)}`;
  const signed = { authorization: 'AWS4-HMAC-SHA256 Credential=local' };
  expect((await fetch(url, { headers: signed })).status).toBe(404);
  expect((await fetch(url.replace('/prod/', '/dev/'), { headers: signed })).status).toBe(200);
});

test('a request that is not signed is refused', async () => {
  const under = await start();
  await connect(under.gateway.wsUrl);
  const url = `${under.gateway.connectionsUrl}/@connections/${idOf(under)}`;
  expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(403);
});
