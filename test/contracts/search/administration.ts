/** Rules of creating, finding and moving the index behind the alias. */
import { expect, test } from 'vitest';
import { optionalParts } from '../../../shared/search/analysis.ts';
import { ensureProductIndex } from '../../../shared/search/index-admin.ts';
import { productIndexBody, productMappings } from '../../../shared/search/product-index.ts';
import { searchProducts } from '../../../shared/search/product-search.ts';
import { bulk, type Engine, fill, product, unusedAlias, write } from './engine.ts';

/** Every engine takes the index without the optional parts of its analyzers. */
const everything = new Set(optionalParts.map(({ name }) => name));

export function administrationContract(engine: () => Engine): void {
  test('the first set-up creates the index, and the second finds it', async () => {
    const { client } = engine();
    const setUp = { alias: unusedAlias(), version: 'v1', replicas: 0 };
    const index = `${setUp.alias}-v1`;
    expect(await ensureProductIndex(client, setUp)).toMatchObject({ index, created: true });
    expect(await ensureProductIndex(client, setUp)).toMatchObject({ index, created: false });
  });

  test('set-ups at the same time agree on one index', async () => {
    const { client } = engine();
    const alias = unusedAlias();
    const versions = ['v1', 'v1', 'v2', 'v2'];
    const results = await Promise.all(
      versions.map((version) => ensureProductIndex(client, { alias, version, replicas: 0 })),
    );
    expect(new Set(results.map(({ index }) => index)).size).toBe(1);
    expect(results.filter(({ created }) => created)).toHaveLength(1);
  });

  test('set-ups of several aliases at the same time all forbid that their names are created by a write', async () => {
    const { client } = engine();
    const aliases = [unusedAlias(), unusedAlias(), unusedAlias()];
    await Promise.all(
      aliases.map((alias) => ensureProductIndex(client, { alias, version: 'v1', replicas: 0 })),
    );
    for (const alias of aliases) {
      await client.indices.deleteAlias({ index: `${alias}-v1`, name: alias });
      expect(await bulk(client, alias, write.delete('p', 1))).toMatchObject([
        { status: 404, error: { type: 'index_not_found_exception' } },
      ]);
    }
  });

  test('an alias has one write index: an index that would be the second is not created', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const second = client.indices.create({
      index: `${alias}-v2`,
      body: { aliases: { [alias]: { is_write_index: true } } },
    });
    await expect(second).rejects.toMatchObject({
      statusCode: 500,
      body: { error: { type: 'illegal_state_exception' } },
    });
    expect((await client.indices.exists({ index: `${alias}-v2` })).body).toBe(false);
  });

  test('an alias keeps its index when a set-up names another version', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const result = await ensureProductIndex(client, { alias, version: 'v2', replicas: 0 });
    expect(result).toMatchObject({ index: `${alias}-v1`, created: false });
  });

  test('an index left without its alias gets it back, with its documents', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    await fill(client, alias, [product('kept')]);
    await client.indices.deleteAlias({ index: `${alias}-v1`, name: alias });
    await ensureProductIndex(client, { alias, version: 'v1', replicas: 0 });
    expect((await searchProducts(client, alias, {})).total).toBe(1);
  });

  test('a field that the mapping has gained is added to the index that is there', async () => {
    const { client } = engine();
    const alias = unusedAlias();
    const { unit: _, ...before } = productMappings.properties;
    await client.indices.create({
      index: `${alias}-v1`,
      body: {
        ...productIndexBody({ replicas: 0, missing: everything }),
        mappings: { ...productMappings, properties: before },
        aliases: { [alias]: {} },
      },
    });
    await ensureProductIndex(client, { alias, version: 'v1', replicas: 0 });
    expect(await bulk(client, alias, write.index('p', 1, product('p', { unit: 'kg' })))).toMatchObject([
      { status: 201 },
    ]);
  });

  test('a mapping that the index cannot follow needs a rebuild, and the set-up says so', async () => {
    const { client } = engine();
    const alias = unusedAlias();
    await client.indices.create({
      index: `${alias}-v1`,
      body: { mappings: { properties: { retailPrice: { type: 'keyword' } } }, aliases: { [alias]: {} } },
    });
    const attempt = ensureProductIndex(client, { alias, version: 'v1', replicas: 0 });
    await expect(attempt).rejects.toMatchObject({ code: 'MAPPING_NEEDS_REBUILD' });
  });

  test('an alias of several indices of which none takes writes is for a person to mend', async () => {
    const { client } = engine();
    const alias = unusedAlias();
    for (const version of ['v1', 'v2']) {
      await client.indices.create({ index: `${alias}-${version}`, body: { aliases: { [alias]: {} } } });
    }
    const attempt = ensureProductIndex(client, { alias, version: 'v1', replicas: 0 });
    await expect(attempt).rejects.toMatchObject({ code: 'AMBIGUOUS_ALIAS' });
  });

  test('a write to a missing alias creates nothing: index and delete both answer 404 with an error', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    await client.indices.deleteAlias({ index: `${alias}-v1`, name: alias });
    const answers = await bulk(client, alias, write.index('a', 1), write.delete('b', 1));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 404, error: { type: 'index_not_found_exception' } });
    }
    expect((await client.indices.exists({ index: alias })).body).toBe(false);
  });

  test('reading from a missing alias is an error, never an empty answer', async () => {
    const { client } = engine();
    const alias = unusedAlias();
    await expect(searchProducts(client, alias, {})).rejects.toMatchObject({ statusCode: 404 });
    const { body } = await client.mget({ index: alias, body: { ids: ['a'] } });
    expect(body.docs).toMatchObject([{ error: { type: 'index_not_found_exception' } }]);
  });
}
