/** Rules of what is refused for a while, or as a whole. */
import { expect, test } from 'vitest';
import { bulk, type Engine, write } from './engine.ts';

export function refusalContract(engine: () => Engine): void {
  test('under a write block every operation answers 403, and is taken when the block is gone', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const block = (value: boolean | null) =>
      client.indices.putSettings({ index: alias, body: { 'index.blocks.write': value } as object });
    await block(true);
    for (const answer of await bulk(client, alias, write.index('p', 1), write.delete('q', 1))) {
      expect(answer).toMatchObject({ status: 403, error: { type: 'cluster_block_exception' } });
    }
    await block(null);
    expect(await bulk(client, alias, write.index('p', 1))).toMatchObject([{ status: 201 }]);
  });

  test('an id of 512 bytes is taken, and a longer one fails the whole request', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const longest = `${'அ'.repeat(170)}ab`;
    expect(await bulk(client, alias, write.index(longest, 1))).toMatchObject([{ status: 201 }]);
    const attempt = bulk(client, alias, write.index('neighbour', 1), write.index(`${longest}c`, 1));
    await expect(attempt).rejects.toMatchObject({ statusCode: 400 });
    expect((await client.exists({ index: alias, id: 'neighbour' })).body).toBe(false);
  });

  test('a write to an index by its own name is refused where an alias is required', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const [answer] = await bulk(client, `${alias}-v1`, write.index('p', 1));
    expect(answer).toMatchObject({ status: 404, error: { type: 'index_not_found_exception' } });
  });

  test('a delete ignores that an alias is required', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    await bulk(client, alias, write.index('p', 1));
    const [answer] = await bulk(client, `${alias}-v1`, write.delete('p', 2));
    expect(answer).toMatchObject({ status: 200, result: 'deleted' });
  });
}
