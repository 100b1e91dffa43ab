import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createSearchClient, type SearchClientOptions } from './client.ts';

let server: Server;
let endpoint = '';
let status = 200;
let requests: IncomingMessage[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request);
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  status = 200;
  requests = [];
});

test.each([429, 502, 503, 504])(
  'a request answered %i is sent once: waiting is the caller’s',
  async (refusal) => {
    status = refusal;
    const client = createSearchClient({ endpoint, signing: 'none' });
    await expect(client.search({ index: 'products' })).rejects.toMatchObject({ statusCode: refusal });
    expect(requests).toHaveLength(1);
    await client.close();
  },
);

test('after a failure the next request goes to the engine at once', async () => {
  const client = createSearchClient({ endpoint, signing: 'none' });
  status = 503;
  await expect(client.search({ index: 'products' })).rejects.toThrow();
  status = 200;
  await client.search({ index: 'products' });
  expect(requests.map(({ url }) => url)).toEqual(['/products/_search', '/products/_search']);
  await client.close();
});

test('requests are signed for the service es of the region, with the credentials of the moment', async () => {
  let calls = 0;
  const client = createSearchClient({
    endpoint,
    signing: 'aws',
    region: 'ap-south-1',
    credentials: async () => {
      calls += 1;
      // The first ones are about to expire, so they serve one request only.
      const expiration = new Date(calls === 1 ? 0 : 8.64e15);
      return { accessKeyId: `KEY${calls}`, secretAccessKey: 'x', sessionToken: 'token', expiration };
    },
  });
  for (let request = 0; request < 3; request++) await client.search({ index: 'products' });
  const keys = requests.map(
    ({ headers }) => /^AWS4-HMAC-SHA256 Credential=(\w+)/.exec(headers.authorization ?? '')?.[1],
  );
  expect(keys).toEqual(['KEY1', 'KEY2', 'KEY2']);
  expect(requests[0]?.headers.authorization).toContain('/ap-south-1/es/aws4_request');
  expect(requests[0]?.headers['x-amz-security-token']).toBe('token');
  await client.close();
});

test('unsigned requests carry no authorization', async () => {
  const client = createSearchClient({ endpoint, signing: 'none' });
  await client.search({ index: 'products' });
  expect(requests[0]?.headers).not.toHaveProperty('authorization');
  await client.close();
});

test.each<[string, Partial<SearchClientOptions>]>([
  ['no URL', { endpoint: 'search.example.com' }],
  ['a URL with a password', { endpoint: 'https://user:secret@search.example.com' }],
  ['another protocol', { endpoint: 'ftp://search.example.com' }],
  ['a time-out that reaches the limit of the versions', { requestTimeoutMs: 30_000 }],
  ['a time-out that is no number', { requestTimeoutMs: Number.NaN }],
])('%s is refused with the name of the option', (_, wrong) => {
  const options = { endpoint, signing: 'none', ...wrong } as SearchClientOptions;
  expect(() => createSearchClient(options)).toThrow(TypeError);
  expect(() => createSearchClient(options)).toThrow(/^(endpoint|requestTimeoutMs): /);
  expect(() => createSearchClient(options)).not.toThrow(/secret/);
});
