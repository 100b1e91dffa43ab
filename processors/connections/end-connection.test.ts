/** Ending a connection that has ended is done; one that may not be ended is not. */
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach, expect, test } from 'vitest';
import { connect, gatewayUnderTest } from '../../local/gateway/testing.ts';
import { endConnection } from './end-connection.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: Parameters<typeof gatewayUnderTest>[1] = {}) {
  const told = Promise.withResolvers<void>();
  const { gateway } = await gatewayUnderTest({ disconnect: () => told.resolve() }, options);
  const client = new ApiGatewayManagementApiClient({
    endpoint: gateway.connectionsUrl,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  closing.push(
    () => gateway.close(),
    () => client.destroy(),
  );
  const { closed } = await connect(gateway.wsUrl);
  const id = gateway.connections()[0]?.facts.connectionId ?? '';
  const end = endConnection(client);
  return { closed, disconnected: told.promise, end: () => end(id, new AbortController().signal) };
}

test('a connection is ended, and ended again without harm', async () => {
  const { end, closed, disconnected } = await start();
  await end();
  expect(await closed).toMatchObject({ code: 1000 });
  await disconnected;
  await expect(end()).resolves.toBeUndefined();
});

test('a connection that may not be ended is not taken for one that has', async () => {
  const { end } = await start({ faults: { connections: () => 'forbidden' } });
  await expect(end()).rejects.toMatchObject({ name: 'ForbiddenException' });
});
