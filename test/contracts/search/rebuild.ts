/** Rules of the steps of a rebuild: what each does to the indices and aliases, and what it refuses. */

import type { Client } from '@opensearch-project/opensearch';
import { expect, test } from 'vitest';
import { searchProducts } from '../../../shared/search/product-search.ts';
import {
  declareChecked,
  describeIndex,
  dropIndex,
  prepareNext as prepareAt,
  switchToNext,
} from '../../../shared/search/rebuild-index.ts';
import { bulk, type Engine, fill, product, unusedAlias, write } from './engine.ts';
import { market, quantity } from './market.ts';

const AT_MS = Date.UTC(2026, 0, 31, 9, 5, 7);
const prepareNext = (client: Client, alias: string) => prepareAt(client, alias, AT_MS);
const nextName = (alias: string): string => `${alias}-v2-20260131t090507`;

export function rebuildContract(engine: () => Engine): void {
  test('an index goes through a rebuild step by step, and says at each where it is', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const [v1, v2] = [`${alias}-v1`, nextName(alias)];
    expect(await describeIndex(client, alias)).toEqual({ current: v1, unchecked: false });
    const prepared = { current: v1, next: v2, unchecked: false };
    expect(await prepareNext(client, alias)).toEqual(prepared);
    expect(await prepareNext(client, alias)).toEqual(prepared);
    const switched = { current: v2, previous: v1, unchecked: true };
    expect(await switchToNext(client, alias, v2)).toEqual(switched);
    expect(await switchToNext(client, alias, v2)).toEqual(switched);
    const checked = { current: v2, previous: v1, unchecked: false };
    expect(await declareChecked(client, alias, v2)).toEqual(checked);
    expect(await declareChecked(client, alias, v2)).toEqual(checked);
    expect(await dropIndex(client, alias, 'previous')).toEqual({ current: v2, unchecked: false });
    expect((await client.indices.exists({ index: v1 })).body).toBe(false);
    expect(await dropIndex(client, alias, 'previous')).toEqual({ current: v2, unchecked: false });
  });

  test('steps taken by several at the same time are taken once', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const v2 = nextName(alias);
    const three = <T>(step: () => Promise<T>) => Promise.all([step(), step(), step()]);
    for (const { next } of await three(() => prepareNext(client, alias))) expect(next).toBe(v2);
    for (const { current } of await three(() => switchToNext(client, alias, v2))) expect(current).toBe(v2);
    await three(() => declareChecked(client, alias, v2));
    await three(() => dropIndex(client, alias, 'previous'));
    expect(await describeIndex(client, alias)).toEqual({ current: v2, unchecked: false });
  });

  test('a step out of turn is refused, and says what comes first', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const v2 = nextName(alias);
    await expect(prepareNext(client, unusedAlias())).rejects.toMatchObject({ code: 'NO_INDEX' });
    await expect(switchToNext(client, alias, v2)).rejects.toMatchObject({ code: 'NOT_PREPARED' });
    await prepareNext(client, alias);
    await expect(switchToNext(client, alias, `${alias}-v3`)).rejects.toMatchObject({ code: 'NOT_PREPARED' });
    await switchToNext(client, alias, v2);
    await expect(prepareNext(client, alias)).rejects.toMatchObject({ code: 'REBUILD_UNCHECKED' });
    await expect(dropIndex(client, alias, 'previous')).rejects.toMatchObject({ code: 'REBUILD_UNCHECKED' });
    await expect(declareChecked(client, alias, `${alias}-v1`)).rejects.toMatchObject({
      code: 'NOT_PREPARED',
    });
    await declareChecked(client, alias, v2);
    await expect(prepareNext(client, alias)).rejects.toMatchObject({ code: 'PREVIOUS_INDEX_KEPT' });
  });

  test('a rebuild that is given up leaves the index in use as it was', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    await fill(client, alias, [product('kept')]);
    await prepareNext(client, alias);
    expect(await dropIndex(client, alias, 'next')).toEqual({ current: `${alias}-v1`, unchecked: false });
    expect((await searchProducts(client, alias, {})).total).toBe(1);
  });

  test('readers and writers move to the next index at one moment', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    await fill(client, alias, [product('old')]);
    await prepareNext(client, alias);
    expect(await bulk(client, alias, write.index('before', 1))).toMatchObject([{ _index: `${alias}-v1` }]);
    await switchToNext(client, alias, nextName(alias));
    expect(await bulk(client, alias, write.index('new', 1))).toMatchObject([{ _index: nextName(alias) }]);
    await client.indices.refresh({ index: alias });
    expect((await searchProducts(client, alias, {})).products).toEqual([product('new')]);
  });

  test('what is filled has the version of the document in use, and nobody sees it before the switch', async () => {
    const { alias, put, remove, deliver, projection, quantities } = await market(engine());
    const { client } = engine();
    const later = put('later', quantity(9));
    await deliver([put('a', quantity(1)), put('b', quantity(2)), put('a', quantity(3)), put('c')]);
    put('b', quantity(4));
    put('invalid', { quantity_available: { S: 'many' } });
    remove('c');
    await prepareNext(client, alias);
    const keys = ['a', 'b', 'c', 'invalid', 'later', 'a'];
    expect(await projection({ action: 'fill', keys })).toMatchObject({
      outcomes: [
        { key: 'a', kind: 'applied' },
        { key: 'b', kind: 'applied' },
        { key: 'c', kind: 'gone' },
        { key: 'invalid', kind: 'poison', failure: { code: 'CURRENT_ITEM_INVALID' } },
        { key: 'later', kind: 'applied' },
        { key: 'a', kind: 'applied' },
      ],
    });
    expect(await projection({ action: 'fill', keys: ['a'] })).toMatchObject({
      outcomes: [{ kind: 'duplicate' }],
    });
    expect(Object.keys(await quantities())).toEqual(expect.not.arrayContaining(['later']));
    const ids = ['a', 'b'];
    const versions = async (index: string) =>
      (await client.mget({ index, body: { ids } })).body.docs.map((doc) =>
        '_version' in doc ? doc._version : 0,
      );
    expect(await versions(nextName(alias))).toEqual(await versions(`${alias}-v1`));
    await switchToNext(client, alias, nextName(alias));
    expect(await quantities()).toEqual({ a: 3, b: 4, later: 9 });
    await deliver([later]);
    expect(await quantities()).toMatchObject({ later: 9 });
  });

  test('nothing is filled into an index that is in use', async () => {
    const { alias, put, projection, quantities } = await market(engine());
    put('a', quantity(1));
    const fillA = () => projection({ action: 'fill', keys: ['a'] });
    expect(await fillA()).toMatchObject({ outcomes: [{ kind: 'transient' }] });
    await prepareNext(engine().client, alias);
    await switchToNext(engine().client, alias, nextName(alias));
    expect(await fillA()).toMatchObject({ outcomes: [{ kind: 'transient' }] });
    expect(await quantities()).toEqual({});
  });

  test('what is reconciled after the switch is newer than all that the index before took meanwhile', async () => {
    const { alias, put, deliver, projection, quantities } = await market(engine());
    const { client } = engine();
    const first = put('a', quantity(1));
    await deliver([first]);
    await prepareNext(client, alias);
    await projection({ action: 'fill', keys: ['a'] });
    const meanwhile = [put('a', quantity(2)), put('a', quantity(3)), put('a', quantity(4))];
    await deliver(meanwhile);
    put('a', quantity(1));
    await switchToNext(client, alias, nextName(alias));
    await projection({ action: 'reconcile', keys: ['a'] });
    for (const again of meanwhile) await deliver([again]);
    expect(await quantities()).toEqual({ a: 1 });
  });
}
