import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createSearchEngine,
  type SearchEngine,
  type SearchServer,
  serveSearchEngine,
} from '../../local/search-engine/index.ts';
import { systemClock } from '../../shared/time/clock.ts';

let engine: SearchEngine;
let server: SearchServer;
beforeAll(async () => {
  engine = createSearchEngine({ clock: systemClock });
  server = await serveSearchEngine(engine, { port: 0 });
});
afterAll(async () => {
  await server.close();
  engine.close();
});

beforeEach(() => {
  vi.resetModules();
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** A cold start with this environment. */
async function setUp(environment: Record<string, string | undefined>) {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return import('./set-up.ts');
}

async function engineCall(method: string, path: string, body: object) {
  const { status } = await fetch(server.url + path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(status).toBe(200);
}

const invocation = { getRemainingTimeInMillis: () => 60_000 };

test('a deployment creates the index, and the next one finds it', async () => {
  const environment = { SEARCH_ENDPOINT: server.url, SEARCH_ALIAS: 'products', SEARCH_SIGNING: 'none' };
  const first = await setUp(environment);
  expect(await first.handler({}, invocation)).toMatchObject({ index: 'products-v1', created: true });
  const second = await setUp(environment);
  expect(await second.handler({}, invocation)).toMatchObject({ index: 'products-v1', created: false });
});

test('an engine that lost everything is set up again, though a delete came first and made an index of the alias’s name', async () => {
  await fetch(`${server.url}/lost/_doc/p1`, { method: 'DELETE' });
  const environment = { SEARCH_ENDPOINT: server.url, SEARCH_ALIAS: 'lost', SEARCH_SIGNING: 'none' };
  const { handler } = await setUp(environment);
  expect(await handler({}, invocation)).toMatchObject({ index: 'lost-v1', created: true, cleared: true });
  expect(await handler({}, invocation)).toMatchObject({ created: false, cleared: false });
});

test('what the engine lacks is a warning, not a failure', async () => {
  const environment = { SEARCH_ENDPOINT: server.url, SEARCH_ALIAS: 'warned', SEARCH_SIGNING: 'none' };
  const { handler } = await setUp(environment);
  expect(await handler({}, invocation)).toMatchObject({ warnings: [expect.any(String)] });
});

test('a mapping that the index cannot follow does not hold up a deployment: the warning says what to do', async () => {
  await engineCall('PUT', '/behind-v1', {
    mappings: { properties: { retailPrice: { type: 'keyword' } } },
    aliases: { behind: {} },
  });
  const environment = { SEARCH_ENDPOINT: server.url, SEARCH_ALIAS: 'behind', SEARCH_SIGNING: 'none' };
  const { handler } = await setUp(environment);
  expect(await handler({}, invocation)).toMatchObject({
    index: 'behind-v1',
    created: false,
    warnings: [expect.stringContaining('reconcile --processor products --whole')],
  });
});

describe('asked for a step of a rebuild', () => {
  const environment = () => ({ SEARCH_ENDPOINT: server.url, SEARCH_ALIAS: 'steps', SEARCH_SIGNING: 'none' });

  test('it answers with the state of the index after it, or why a person has to decide first', async () => {
    const { handler } = await setUp(environment());
    await handler({}, invocation);
    const step = (index: object) => handler({ index }, invocation);
    const prepared = (await step({ action: 'prepare' })) as { index: { next: string } };
    const { next } = prepared.index;
    expect(next).toMatch(/^steps-v2-\d{8}t\d{6}$/);
    expect(await step({ action: 'switch', to: 'steps-v3' })).toMatchObject({
      refused: { code: 'NOT_PREPARED' },
    });
    expect(await step({ action: 'switch', to: next })).toMatchObject({ index: { unchecked: true } });
    expect(await step({ action: 'checked', index: next })).toMatchObject({
      index: { unchecked: false },
    });
    expect(await step({ action: 'drop', which: 'previous' })).toMatchObject({
      index: { current: next },
    });
    expect(await step({ action: 'describe' })).toEqual({ index: { current: next, unchecked: false } });
  });

  test.each([
    [{}, 'index.action'],
    [{ action: 'delete' }, 'index.action'],
    [{ action: 'drop' }, 'index.which'],
    [{ action: 'drop', which: 'current' }, 'index.which'],
    [{ action: 'switch', to: '../_all' }, 'index.to'],
    [{ action: 'switch', to: 'a,b' }, 'index.to'],
    [{ action: 'checked' }, 'index.index'],
    [{ action: 'describe', index: 'x' }, 'index'],
    ['prepare', 'index'],
  ])('it refuses %j, and names %s', async (index, field) => {
    const { handler } = await setUp(environment());
    await expect(handler({ index }, invocation)).rejects.toThrow(TypeError);
    await expect(handler({ index }, invocation)).rejects.toThrow(`${field}:`);
  });
});

test('every setting that is missing is named in one error', async () => {
  const environment = { SEARCH_ENDPOINT: undefined, SEARCH_ALIAS: undefined, SEARCH_SIGNING: 'maybe' };
  await expect(setUp(environment)).rejects.toThrow(/SEARCH_ENDPOINT[\s\S]*SEARCH_ALIAS[\s\S]*SEARCH_SIGNING/);
});

test('signed requests need what Lambda sets', async () => {
  const environment = {
    SEARCH_ENDPOINT: server.url,
    SEARCH_ALIAS: 'products',
    SEARCH_SIGNING: 'aws',
    AWS_REGION: undefined,
    AWS_ACCESS_KEY_ID: undefined,
  };
  await expect(setUp(environment)).rejects.toThrow(/AWS_REGION[\s\S]*AWS_ACCESS_KEY_ID/);
});
