import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
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

const invocation = { getRemainingTimeInMillis: () => 60_000 };

test('a deployment creates the index, and the next one finds it', async () => {
  const environment = { SEARCH_ENDPOINT: server.url, SEARCH_ALIAS: 'products', SEARCH_SIGNING: 'none' };
  const first = await setUp(environment);
  expect(await first.handler({}, invocation)).toMatchObject({ index: 'products-v1', created: true });
  const second = await setUp(environment);
  expect(await second.handler({}, invocation)).toMatchObject({ index: 'products-v1', created: false });
});

test('what the engine lacks is a warning, not a failure', async () => {
  const environment = { SEARCH_ENDPOINT: server.url, SEARCH_ALIAS: 'warned', SEARCH_SIGNING: 'none' };
  const { handler } = await setUp(environment);
  const { warnings } = await handler({}, invocation);
  expect(warnings).toHaveLength(1);
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
