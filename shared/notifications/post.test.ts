/** What the WebSocket API answers, and what it means. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Post, postToConnection } from './post.ts';

describe('postToConnection', () => {
  let server: Server;
  let post: Post;
  let status = 200;
  const heard: { path: string | undefined; body: string }[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        heard.push({ path: request.url, body: Buffer.concat(chunks).toString() });
        if (status === 0) request.socket.destroy();
        else response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    post = postToConnection(
      new ApiGatewayManagementApiClient({
        endpoint: `http://127.0.0.1:${port}/dev`,
        region: 'us-east-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        maxAttempts: 1,
      }),
    );
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const { signal } = new AbortController();

  it('posts text as it is to the one connection', async () => {
    status = 200;
    expect(await post('L0SM9cOFIAMCIdw=', '{"text":"நலம்"}', signal)).toBe('delivered');
    expect(heard.at(-1)).toEqual({ path: '/dev/@connections/L0SM9cOFIAMCIdw%3D', body: '{"text":"நலம்"}' });
  });

  it.each([
    [400, 'refused'],
    [403, 'refused'],
    [404, 'unavailable'],
    [410, 'gone'],
    [413, 'too-large'],
    [429, 'throttled'],
    [500, 'unavailable'],
    [503, 'unavailable'],
    [0, 'unavailable'],
  ])('takes status %i for %s, and asks once', async (answered, result) => {
    status = answered;
    const before = heard.length;
    expect(await post('c1', '{}', signal)).toBe(result);
    expect(heard.length - before).toBe(1);
  });

  it('gives up at an abort', async () => {
    expect(await post('c1', '{}', AbortSignal.abort())).toBe('unavailable');
  });
});
