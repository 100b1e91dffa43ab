/** Rules of external versions: stale never wins, over documents and over tombstones. */
import { expect, test } from 'vitest';
import { bulk, type Engine, write } from './engine.ts';

const conflict = (current: number) => ({
  status: 409,
  error: {
    type: 'version_conflict_engine_exception',
    reason: expect.stringContaining(`current version [${current}]`),
  },
});

export function versionContract(engine: () => Engine): void {
  test('a newer write replaces, an older or equal one conflicts and names the current version', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const answers = await bulk(
      client,
      alias,
      write.index('p', 5),
      write.index('p', 4),
      write.index('p', 5),
      write.index('p', 6),
    );
    expect(answers).toMatchObject([
      { status: 201, result: 'created', _version: 5 },
      conflict(5),
      conflict(5),
      { status: 200, result: 'updated', _version: 6 },
    ]);
  });

  test('an older delete conflicts, a newer one deletes', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const answers = await bulk(
      client,
      alias,
      write.index('p', 5),
      write.delete('p', 4),
      write.delete('p', 5),
      write.delete('p', 6),
    );
    const deleted = { status: 200, result: 'deleted', _version: 6 };
    expect(answers).toMatchObject([{ status: 201 }, conflict(5), conflict(5), deleted]);
    expect((await client.exists({ index: alias, id: 'p' })).body).toBe(false);
  });

  test('a tombstone refuses what is older, and names its version only in the text of the conflict', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    await bulk(client, alias, write.index('p', 1), write.delete('p', 7));
    const answers = await bulk(client, alias, write.index('p', 6), write.delete('p', 7), write.index('p', 8));
    expect(answers).toMatchObject([conflict(7), conflict(7), { status: 201, _version: 8 }]);
    const { body } = await client.mget({ index: alias, body: { ids: ['p', 'never'] } });
    expect(body.docs).toMatchObject([{ found: true, _version: 8 }, { found: false }]);
  });

  test('a delete of what never was answers not_found without an error, from the index behind the alias', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const [answer] = await bulk(client, alias, write.delete('never', 3));
    expect(answer).toMatchObject({ status: 404, result: 'not_found', _index: `${alias}-v1` });
    expect(answer).not.toHaveProperty('error');
  });

  test('a delete of what never was leaves a tombstone too', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const answers = await bulk(client, alias, write.delete('never', 3), write.index('never', 2));
    expect(answers[1]).toMatchObject(conflict(3));
  });

  test('a tombstone older than gc_deletes is gone, and an old write is taken as new', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    await client.indices.putSettings({ index: alias, body: { 'index.gc_deletes': '0ms' } as object });
    await bulk(client, alias, write.index('p', 1), write.delete('p', 7));
    // The engine's own clock has to tick once, and a refresh to come by.
    const attempt = async () => {
      await client.indices.refresh({ index: alias });
      const [answer] = await bulk(client, alias, write.index('p', 2));
      return answer?.status;
    };
    await expect.poll(attempt, { timeout: 30_000, interval: 50 }).toBe(201);
  });

  test('a version may be as large as JavaScript counts exactly', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const answers = await bulk(
      client,
      alias,
      write.index('p', Number.MAX_SAFE_INTEGER - 1),
      write.index('p', Number.MAX_SAFE_INTEGER),
      write.index('p', Number.MAX_SAFE_INTEGER - 1),
    );
    expect(answers).toMatchObject([{ status: 201 }, { status: 200 }, conflict(Number.MAX_SAFE_INTEGER)]);
  });

  test('a refused document takes no version', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const answers = await bulk(client, alias, write.index('p', 9, { colour: 'red' }), write.index('p', 1));
    expect(answers.map(({ status }) => status)).toEqual([400, 201]);
  });

  test('a document that is read by id is the one last written, before any refresh', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    await bulk(client, alias, write.index('p', 1), write.index('p', 2));
    expect((await client.get({ index: alias, id: 'p' })).body._version).toBe(2);
  });
}
