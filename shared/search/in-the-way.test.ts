import { expect, it, onTestFinished } from 'vitest';
import {
  createSearchEngine,
  type Delivery,
  inProcessConnection,
  refused,
  unavailable,
} from '../../local/search-engine/index.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { optionalParts } from './analysis.ts';
import { createSearchClient } from './client.ts';
import { ensureProductIndex } from './index-admin.ts';
import { productIndexBody } from './product-index.ts';

const ALIAS = 'products';
/** Without what the embedded engine lacks. */
const INDEX = productIndexBody({ replicas: 0, missing: new Set(optionalParts.map(({ name }) => name)) });
const MARK = 'products-in-the-way';

/**
 * An engine where a delete has made an index called like the alias. `before` is called before each request of the set-up, as "METHOD
 * path", and may give it a fate.
 */
async function engine() {
  const world = { before: (_request: string): Delivery | undefined => undefined, sent: [] as string[] };
  const search = createSearchEngine({ clock: new VirtualClock() });
  onTestFinished(() => search.close());
  const connect = (intercept: Parameters<typeof inProcessConnection>[1]) =>
    createSearchClient({
      endpoint: 'http://embedded',
      signing: 'none',
      Connection: inProcessConnection(search, intercept),
    });
  const client = connect(({ method, path }) => {
    world.sent.push(`${method} ${path}`);
    return world.before(`${method} ${path}`);
  });
  const call = (method: string, path: string, body: object = {}) =>
    search.handle({ method, path, query: {}, body: JSON.stringify(body) });
  const setUp = () => ensureProductIndex(client, { alias: ALIAS, version: 'v1', replicas: 0 });
  const others = connect(() => undefined);
  const index = async () => {
    const { body } = await others.indices.get({ index: ALIAS });
    return (
      body as Readonly<Record<string, { settings?: { index?: { blocks?: object } }; aliases?: object }>>
    )[ALIAS];
  };
  call('DELETE', `/${ALIAS}/_doc/p`);
  expect(await index()).toBeDefined();
  return Object.assign(world, { call, setUp, others, index });
}

/** Does it before the first request that is this. */
function once(request: string, work: () => Delivery | undefined) {
  let times = 0;
  return (sent: string) => (sent === request && times++ === 0 ? work() : undefined);
}

const CREATE_MARK = 'POST /_aliases';
const BLOCK = `PUT /${MARK}/_block/write`;
const REFRESH = `GET /${MARK}/_refresh`;
const COUNT = `GET /${MARK}/_count`;
const DELETE = `DELETE /${ALIAS}`;

it('a document that lands before writes are blocked keeps its index, which is open to writes again and bears no mark', async () => {
  const world = await engine();
  world.before = once(BLOCK, () => {
    world.call('PUT', `/${ALIAS}/_doc/late`);
    return undefined;
  });
  await expect(world.setUp()).rejects.toMatchObject({ code: 'INDEX_BEARS_ALIAS_NAME' });
  const kept = await world.index();
  expect([kept?.aliases, kept?.settings?.index?.blocks]).toEqual([{}, undefined]);
  expect(world.call('PUT', `/${ALIAS}/_doc/later`).status).toBe(201);
});

it('no document lands between the count and the deletion: who writes it is told', async () => {
  const world = await engine();
  const statuses: number[] = [];
  world.before = once(DELETE, () => {
    statuses.push(world.call('PUT', `/${ALIAS}/_doc/late`).status);
    return undefined;
  });
  expect(await world.setUp()).toMatchObject({ created: true, cleared: true });
  expect(statuses).toEqual([403]);
});

it.each([CREATE_MARK, BLOCK, COUNT, DELETE])(
  'a set-up that is done when another comes to %s is not undone, and its index not blocked',
  async (request) => {
    const world = await engine();
    world.before = once(request, () => {
      world.call('DELETE', `/${ALIAS}`);
      world.call('PUT', `/${ALIAS}-v1`, { ...INDEX, aliases: { [ALIAS]: { is_write_index: true } } });
      return undefined;
    });
    expect(await world.setUp()).toMatchObject({ index: 'products-v1' });
    expect(world.sent).toContain(request);
    expect(world.call('PUT', `/${ALIAS}/_doc/p`, { productId: 'p', status: 'active' }).status).toBe(201);
  },
);

it.each([CREATE_MARK, BLOCK, REFRESH, COUNT, DELETE])(
  'a set-up that fails at %s is taken up by the next',
  async (request) => {
    const world = await engine();
    world.before = once(request, () => refused(unavailable()));
    await expect(world.setUp()).rejects.toMatchObject({ statusCode: 503 });
    expect(await world.setUp()).toMatchObject({ created: true, cleared: true });
    expect(world.call('PUT', `/${ALIAS}/_doc/p`, { productId: 'p', status: 'active' }).status).toBe(201);
  },
);

it.each([
  [
    'a block that not all shards heed',
    BLOCK,
    { acknowledged: true, shards_acknowledged: false, indices: [{}] },
  ],
  ['a refresh that a shard failed at', REFRESH, { _shards: { total: 2, successful: 1, failed: 1 } }],
  ['a count without one of its shards', COUNT, { count: 0, _shards: { total: 2, successful: 1, failed: 0 } }],
])('%s proves nothing: the index stays until it can be asked', async (_, request, body) => {
  const world = await engine();
  world.before = (sent) =>
    sent === request ? { kind: 'refused', answer: { status: 200, body } } : undefined;
  await expect(world.setUp()).rejects.toMatchObject({ code: 'INDEX_CONTENDED', retryable: true });
  expect(await world.index()).toBeDefined();
});

it('while another set-up blocks reads nothing can be counted: it is looked at again', async () => {
  const world = await engine();
  world.before = once(COUNT, () => {
    world.call('PUT', `/${MARK}/_block/read`);
    return undefined;
  });
  expect(await world.setUp()).toMatchObject({ created: true, cleared: true });
});

it('an index that somebody closed is refused', async () => {
  const world = await engine();
  const error = { type: 'index_closed_exception', reason: 'closed' };
  world.before = once(BLOCK, () => ({
    kind: 'refused',
    answer: { status: 400, body: { error, status: 400 } },
  }));
  await expect(world.setUp()).rejects.toMatchObject({ code: 'INDEX_BEARS_ALIAS_NAME' });
  expect((await world.index())?.aliases).toEqual({});
});

it('where the engine goes on creating indices by itself none is removed: it could be the next that is', async () => {
  const world = await engine();
  world.before = (sent) =>
    sent === 'PUT /_cluster/settings' ? { kind: 'refused', answer: { status: 403, body: {} } } : undefined;
  await expect(world.setUp()).rejects.toMatchObject({ code: 'INDEX_BEARS_ALIAS_NAME' });
  expect((await world.index())?.aliases).toEqual({});
});
