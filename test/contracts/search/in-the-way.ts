/** Rules of an index that stands where the alias has to be: what an engine makes of a delete after it lost everything goes, all else stays. */
import type { API, Client } from '@opensearch-project/opensearch';
import { expect, test } from 'vitest';
import { ensureProductIndex } from '../../../shared/search/index-admin.ts';
import { inTheWayAlias } from '../../../shared/search/index-aliases.ts';
import { bulk, type Engine, fill, product, unusedAlias, write } from './engine.ts';

const setUp = (client: Client, alias: string) =>
  ensureProductIndex(client, { alias, version: 'v1', replicas: 0 });

/** An alias in whose place a delete has made an index: nothing forbids that before the first set-up. */
async function madeByDelete(client: Client): Promise<string> {
  const alias = unusedAlias();
  expect(await bulk(client, alias, write.delete('p', 1))).toMatchObject([{ status: 404, _index: alias }]);
  return alias;
}

async function indexCalled(client: Client, name: string) {
  const { body } = await client.indices.get({ index: name });
  return (body as Readonly<Record<string, object>>)[name];
}

async function expectRefused(client: Client, alias: string): Promise<void> {
  const before = await indexCalled(client, alias);
  expect(before).toBeDefined();
  await expect(setUp(client, alias)).rejects.toMatchObject({ code: 'INDEX_BEARS_ALIAS_NAME' });
  expect(await indexCalled(client, alias)).toEqual(before);
}

export function inTheWayContract(engine: () => Engine): void {
  test('an index that a delete made in the alias’s place is removed, and the set-up goes on', async () => {
    const { client } = engine();
    const alias = await madeByDelete(client);
    const index = `${alias}-v1`;
    expect(await setUp(client, alias)).toMatchObject({ index, created: true, cleared: true });
    await fill(client, alias, [product('p')]);
    expect(await setUp(client, alias)).toMatchObject({ index, created: false, cleared: false });
  });

  test('set-ups at the same time remove it once, and leave the alias’s index open to writes', async () => {
    const { client } = engine();
    const alias = await madeByDelete(client);
    const results = await Promise.all([setUp(client, alias), setUp(client, alias)]);
    expect(new Set(results.map(({ index }) => index))).toEqual(new Set([`${alias}-v1`]));
    await fill(client, alias, [product('p')]);
  });

  test('what a set-up left half-way, blocked and marked, is removed by the next', async () => {
    const { client } = engine();
    const alias = await madeByDelete(client);
    await client.indices.putAlias({ index: alias, name: inTheWayAlias(alias) });
    await client.indices.addBlock({ index: alias, block: 'write' });
    expect(await setUp(client, alias)).toMatchObject({ created: true, cleared: true });
    await fill(client, alias, [product('p')]);
  });

  test('an index in the alias’s place that holds a document is refused, and takes further ones', async () => {
    const { client } = engine();
    const alias = unusedAlias();
    const put = (id: string) => client.index({ index: alias, id, body: {} });
    await put('without-a-field');
    await expectRefused(client, alias);
    await put('another');
    await client.indices.refresh({ index: alias });
    expect((await client.count({ index: alias })).body.count).toBe(2);
  });

  test('an empty index in the alias’s place that somebody meant for something is refused', async () => {
    const { client } = engine();
    const meant: readonly API.Indices_Create_RequestBody[] = [
      { mappings: { properties: { name: { type: 'keyword' } } } },
      { aliases: { [`readers-of-${unusedAlias()}`]: {} } },
      { settings: { 'index.blocks.write': true } },
    ];
    for (const body of meant) {
      const alias = unusedAlias();
      await client.indices.create({ index: alias, body });
      await expectRefused(client, alias);
    }
  });

  test('a name is never taken for that of an index while it is the alias’s: neither to give an alias nor to delete', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const refusal = { statusCode: 400, body: { error: { type: 'illegal_argument_exception' } } };
    const marked = client.indices.putAlias({ index: alias, name: inTheWayAlias(alias) });
    await expect(marked).rejects.toMatchObject(refusal);
    await expect(client.indices.delete({ index: alias })).rejects.toMatchObject(refusal);
  });

  test('a block is told of as new once', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const blocks = [];
    for (const block of ['write', 'write', 'read'] as const)
      blocks.push((await client.indices.addBlock({ index: alias, block })).body);
    const told = { shards_acknowledged: true, indices: [{ name: `${alias}-v1`, blocked: true }] };
    expect(blocks).toMatchObject([told, { shards_acknowledged: false, indices: [] }, told]);
    const refusal = { statusCode: 403, body: { error: { type: 'cluster_block_exception' } } };
    await expect(client.count({ index: alias })).rejects.toMatchObject(refusal);
    const body = { 'index.blocks.read': null };
    await client.indices.putSettings({ index: alias, body });
    expect((await client.count({ index: alias })).body.count).toBe(0);
    expect(await bulk(client, alias, write.index('p', 1))).toMatchObject([{ status: 403 }]);
  });
}
