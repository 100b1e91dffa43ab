import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createSearchEngine,
  type Delivery,
  inProcessConnection,
  refused,
  unavailable,
} from '../../local/search-engine/index.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { createSearchClient } from './client.ts';
import { ensureProductIndex } from './index-admin.ts';
import { declareChecked, describeIndex, dropIndex, prepareNext, switchToNext } from './rebuild-index.ts';

const ALIAS = 'products';
const NOW_MS = Date.UTC(2026, 0, 31, 9);

/** With the first index set up; `before` is called before each request, and may give it a fate. */
async function engine() {
  const world = { before: (_path: string): Delivery | undefined => undefined };
  const search = createSearchEngine({ clock: new VirtualClock(NOW_MS) });
  onTestFinished(() => search.close());
  const client = (intercepted: boolean) =>
    createSearchClient({
      endpoint: 'http://embedded',
      signing: 'none',
      Connection: inProcessConnection(search, ({ path }) => (intercepted ? world.before(path) : undefined)),
    });
  const others = client(false);
  await ensureProductIndex(others, { alias: ALIAS, version: 'v1', replicas: 0 });
  return Object.assign(world, { client: client(true), others });
}

/** As `engine`, with the next index prepared. */
async function prepared() {
  const world = await engine();
  const { next = '' } = await prepareNext(world.client, ALIAS, NOW_MS);
  return Object.assign(world, { next });
}

describe('preparing', () => {
  it('creates an empty index of the next version, and leaves the one in use', async () => {
    const { client } = await engine();
    expect(await prepareNext(client, ALIAS, NOW_MS)).toEqual({
      current: 'products-v1',
      next: 'products-v2-20260131t090000',
      unchecked: false,
    });
  });

  it('finds what was prepared before, and adds what the mapping has gained since', async () => {
    const { client, next } = await prepared();
    const paths: string[] = [];
    const again = await prepareNext(client, ALIAS, NOW_MS + 60_000);
    expect(again.next).toBe(next);
    const world = await prepared();
    world.before = (path) => {
      paths.push(path);
      return undefined;
    };
    await prepareNext(world.client, ALIAS, NOW_MS);
    expect(paths).toContain(`/${world.next}/_mapping`);
  });

  it('takes a version above every index there is, with or without an alias', async () => {
    const { client } = await engine();
    await client.indices.create({ index: 'products-v6-left-over' });
    expect((await prepareNext(client, ALIAS, NOW_MS)).next).toMatch(/^products-v7-/);
  });

  it('forbids the engine to create an index under the alias’s name', async () => {
    const { client, others } = await engine();
    await others.cluster.putSettings({ body: { persistent: { 'action.auto_create_index': 'true' } } });
    await prepareNext(client, ALIAS, NOW_MS);
    const { body } = await others.cluster.getSettings({ flat_settings: true });
    expect(JSON.stringify(body)).toContain('-products,-products-v*');
  });
});

describe('the switch', () => {
  it('brings the next index into use, keeps the one before, and ends the filling', async () => {
    const { client, next } = await prepared();
    const after = { current: next, previous: 'products-v1', unchecked: true };
    expect(await switchToNext(client, ALIAS, next)).toEqual(after);
    const { body } = await client.indices.getAlias({ name: ALIAS });
    expect(Object.keys(body)).toEqual([next]);
  });

  it('that was made is made once', async () => {
    const { client, next } = await prepared();
    const after = await switchToNext(client, ALIAS, next);
    expect(await switchToNext(client, ALIAS, next)).toEqual(after);
  });

  it('is made to no other index than the one that is being filled', async () => {
    const { client } = await prepared();
    await expect(switchToNext(client, ALIAS, 'products-v1-other')).rejects.toMatchObject({
      code: 'NOT_PREPARED',
    });
    expect((await describeIndex(client, ALIAS)).current).toBe('products-v1');
  });

  it('that somebody else makes at the same moment is as good', async () => {
    const world = await prepared();
    let waited: Promise<unknown> | undefined;
    const { client, others, next } = world;
    // Theirs lands while ours is on its way.
    world.before = (path) => {
      if (path !== '/_aliases' || waited !== undefined) return undefined;
      waited = switchToNext(others, ALIAS, next);
      return { kind: 'landed', afterMs: 0 };
    };
    expect(await switchToNext(client, ALIAS, next)).toMatchObject({ current: next });
    await waited;
  });

  it('fails where the engine does, and is not made', async () => {
    const world = await prepared();
    world.before = (path) => (path === '/_aliases' ? refused(unavailable()) : undefined);
    await expect(switchToNext(world.client, ALIAS, world.next)).rejects.toMatchObject({ statusCode: 503 });
    expect((await describeIndex(world.others, ALIAS)).current).toBe('products-v1');
  });
});

describe('an index in use that has not been checked', () => {
  async function switched() {
    const world = await prepared();
    await switchToNext(world.client, ALIAS, world.next);
    return world;
  }

  it('is declared checked under its own name only', async () => {
    const { client, next } = await switched();
    await expect(declareChecked(client, ALIAS, 'products-v1')).rejects.toMatchObject({
      code: 'NOT_PREPARED',
    });
    expect((await describeIndex(client, ALIAS)).unchecked).toBe(true);
    expect((await declareChecked(client, ALIAS, next)).unchecked).toBe(false);
    expect((await declareChecked(client, ALIAS, next)).unchecked).toBe(false);
  });

  it('holds up the next rebuild, and the end of the index before it', async () => {
    const { client, next } = await switched();
    const refusal = { code: 'REBUILD_UNCHECKED' };
    await expect(prepareNext(client, ALIAS, NOW_MS)).rejects.toMatchObject(refusal);
    await expect(dropIndex(client, ALIAS, 'previous')).rejects.toMatchObject(refusal);
    await declareChecked(client, ALIAS, next);
    await expect(prepareNext(client, ALIAS, NOW_MS)).rejects.toMatchObject({ code: 'PREVIOUS_INDEX_KEPT' });
    expect(await dropIndex(client, ALIAS, 'previous')).toEqual({ current: next, unchecked: false });
    expect((await prepareNext(client, ALIAS, NOW_MS)).next).toMatch(/^products-v3-/);
  });
});

it('a next index that is given up is gone, and the one in use stays', async () => {
  const { client } = await prepared();
  expect(await dropIndex(client, ALIAS, 'next')).toEqual({ current: 'products-v1', unchecked: false });
  expect(await dropIndex(client, ALIAS, 'next')).toEqual({ current: 'products-v1', unchecked: false });
});
