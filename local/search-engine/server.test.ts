import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { faultSwitch, resetAfterLanding, times } from './faults.ts';
import { serveSearchEngine } from './server.ts';
import { ndjson, testEngine } from './test-engine.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serving() {
  const faults = faultSwitch();
  const { engine, call } = testEngine();
  const server = await serveSearchEngine(engine, { port: 0, intercept: faults.intercept });
  closing.push(server.close);
  return { faults, call, url: server.url, port: Number(new URL(server.url).port), engine };
}

test('HTTP carries requests and answers, compressed ones too', async () => {
  const { url } = await serving();
  const body = gzipSync(ndjson({ index: { _id: 'ఒకటి/1' } }, { title: { english: 'tomato' } }));
  const bulk = await fetch(`${url}/things/_bulk`, {
    method: 'POST',
    body,
    headers: { 'content-encoding': 'gzip' },
  });
  expect(bulk.status).toBe(200);
  const got = await fetch(`${url}/things/_doc/${encodeURIComponent('ఒకటి/1')}`);
  expect(await got.json()).toMatchObject({ _id: 'ఒకటి/1', _source: { title: { english: 'tomato' } } });
  expect((await fetch(`${url}/none`, { method: 'HEAD' })).status).toBe(404);
});

test('a path that is no percent-encoded UTF-8 is a bad request', async () => {
  const { call } = await serving();
  expect(call('GET', '/things/_doc/%zz').status).toBe(400);
});

test('an index that a refused request would have made is not there afterwards', async () => {
  const { call } = await serving();
  expect(call('PUT', '/made/_doc/1', '{"a":1}\n{"b":2}').status).toBeGreaterThanOrEqual(400);
  expect(call('HEAD', '/made').status).toBe(404);
  expect(call('GET', '/things/_count').status).toBe(200);
});

test('a body that unzips to more than OpenSearch takes breaks its connection, and nothing else', async () => {
  const { url } = await serving();
  const body = gzipSync(Buffer.alloc(101 * 1024 * 1024, 0x0a));
  const bulk = fetch(`${url}/_bulk`, { method: 'POST', body, headers: { 'content-encoding': 'gzip' } });
  await expect(bulk).rejects.toThrow();
  expect((await fetch(`${url}/things`)).status).toBe(200);
});

test('faults set while it runs reach the socket', async () => {
  const { call, faults, url } = await serving();
  faults.set(times(1, resetAfterLanding));
  await expect(fetch(`${url}/things/_doc/a`, { method: 'PUT', body: '{}' })).rejects.toThrow();
  expect(call('HEAD', '/things/_doc/a').status).toBe(200);
  faults.set(undefined);
  expect((await fetch(`${url}/things/_doc/a`)).status).toBe(200);
});

test('a port that is taken is an error of the start', async () => {
  const { engine, port } = await serving();
  await expect(serveSearchEngine(engine, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
