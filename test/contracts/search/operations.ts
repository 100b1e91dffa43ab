/** Rules of plans, comparisons, mending and listing: what operators are told about an index, and how they make it right. */
import { expect, test } from 'vitest';
import { exactNumber } from '../../../shared/stream/exact-number.ts';
import { bulk, type Engine, fill, product, write } from './engine.ts';
import { market, quantity } from './market.ts';

const invalid = { quantity_available: { S: 'many' } };
const long = (digits: string) => ({ quantity_available: { N: digits } });

export function operationsContract(engine: () => Engine): void {
  test('a plan says what is in place, what is missing, and what is newer or gone', async () => {
    const { put, remove, deliver, plan } = await market(engine());
    const [first, second] = [put('a', quantity(1)), put('a', quantity(2))];
    const [came, went] = [put('b', quantity(3)), remove('b')];
    const lost = put('c', quantity(4));
    await deliver([first, second, came, went]);
    expect(await plan(first, second, came, went, lost)).toEqual([
      'superseded',
      'already-applied',
      'gone',
      'already-applied',
      'apply',
    ]);
  });

  test('a plan changes nothing, and what it says happens', async () => {
    const { put, remove, deliver, plan, quantities } = await market(engine());
    const lost = [put('a', quantity(1)), put('b', quantity(2)), remove('b'), put('c', quantity(3))];
    expect(await plan(...lost)).toEqual(['apply', 'gone', 'already-applied', 'apply']);
    expect(await quantities()).toEqual({});
    await deliver(lost, { id: 'r1' });
    expect(await plan(...lost)).toEqual(['already-applied', 'gone', 'already-applied', 'already-applied']);
    expect(await quantities()).toEqual({ a: 1, c: 3 });
  });

  test('a record that is poison as it is goes by its item: mended, gone, or still invalid', async () => {
    const { put, remove, deliver, plan, quantities } = await market(engine());
    const poison = ['mended', 'gone', 'invalid', 'spoiled'].map((id) => put(id, invalid));
    const before = put('spoiled', quantity(1));
    await deliver([before]);
    const spoiled = put('spoiled', invalid);
    put('mended', quantity(2));
    remove('gone');
    expect(await plan(...poison, spoiled)).toEqual([
      'apply',
      'gone',
      'CURRENT_ITEM_INVALID',
      'CURRENT_ITEM_INVALID',
      'CURRENT_ITEM_INVALID',
    ]);
    expect(await deliver([...poison, spoiled], { id: 'r1' })).toMatchObject({
      outcomes: [
        { outcome: 'superseded', settled: true },
        { outcome: 'gone', settled: true },
        { outcome: 'poison', failure: { code: 'CURRENT_ITEM_INVALID' } },
        { outcome: 'poison', failure: { code: 'CURRENT_ITEM_INVALID' } },
        { outcome: 'poison', failure: { code: 'CURRENT_ITEM_INVALID' } },
      ],
    });
    expect(await quantities()).toEqual({ spoiled: 1, mended: 2 });
  });

  test('while an item is invalid, a good record counts if the index holds nothing newer', async () => {
    const { put, deliver, plan, quantities } = await market(engine());
    const [first, second] = [put('a', quantity(1)), put('a', quantity(2))];
    await deliver([first]);
    put('a', invalid);
    expect(await plan(first, second)).toEqual(['already-applied', 'apply']);
    await deliver([second], { id: 'r1' });
    expect(await quantities()).toEqual({ a: 2 });
    expect(await plan(first, second)).toEqual(['superseded', 'already-applied']);
  });

  test('a comparison names the fields that differ, and tells what is missing or too much', async () => {
    const { alias, put, deliver, projection } = await market(engine());
    const { client } = engine();
    await deliver([put('same', quantity(1)), put('other', quantity(2))]);
    put('other', { ...quantity(3), title: { M: { hindi: { S: 'टमाटर' }, marathi: { S: 'टोमॅटो' } } } });
    put('missing', quantity(4));
    put('invalid', invalid);
    await fill(client, alias, [product('extra')]);
    const keys = ['same', 'other', 'missing', 'invalid', 'extra', 'neither', 'same'];
    expect(await projection({ action: 'compare', keys })).toMatchObject({
      comparisons: [
        { key: 'same', kind: 'equal' },
        { key: 'other', kind: 'different', fields: ['quantity', 'title.english', 'title.other'] },
        { key: 'missing', kind: 'missing' },
        { key: 'invalid', kind: 'unprojectable', failure: { code: 'INVALID_PRODUCT' } },
        { key: 'extra', kind: 'extra' },
        { key: 'neither', kind: 'equal' },
        { key: 'same', kind: 'equal' },
      ],
    });
  });

  test('numbers are compared to their last digit', async () => {
    const { alias, put, deliver, projection } = await market(engine());
    const digits = ['12345678901234567890123.5', '0.12345678901234567891', '1e100', '7.50'];
    await deliver(digits.map((text, index) => put(`n${index}`, long(text))));
    const keys = digits.map((_, index) => `n${index}`);
    const compare = () => projection({ action: 'compare', keys });
    expect(await compare()).toMatchObject({ comparisons: keys.map((key) => ({ key, kind: 'equal' })) });
    const nearly = exactNumber('12345678901234567890123.6');
    const version = 10 ** 9;
    await bulk(engine().client, alias, write.index('n0', version, product('n0', { quantity: nearly })));
    expect(await compare()).toMatchObject({
      comparisons: keys.map((key) =>
        key === 'n0' ? { key, fields: expect.arrayContaining(['quantity']) } : { key, kind: 'equal' },
      ),
    });
  });

  test('what is reconciled is as its item is now, whatever was there', async () => {
    const { alias, put, deliver, projection, quantities } = await market(engine());
    await deliver([put('stale', quantity(1))]);
    put('stale', quantity(2));
    put('missing', quantity(3));
    put('invalid', invalid);
    put('refused', { harvest_date: { S: 'soon' } });
    await fill(engine().client, alias, [product('extra')]);
    const keys = ['stale', 'missing', 'invalid', 'refused', 'extra', 'stale'];
    expect(await projection({ action: 'reconcile', keys })).toMatchObject({
      outcomes: [
        { key: 'stale', kind: 'superseded' },
        { key: 'missing', kind: 'superseded' },
        { key: 'invalid', kind: 'poison', failure: { code: 'CURRENT_ITEM_INVALID' } },
        { key: 'refused', kind: 'poison', failure: { type: 'mapper_parsing_exception' } },
        { key: 'extra', kind: 'gone' },
        { key: 'stale', kind: 'superseded' },
      ],
    });
    expect(await quantities()).toEqual({ stale: 2, missing: 3 });
  });

  test('a product whose id no index takes is told apart, and holds up nobody', async () => {
    const { put, projection, quantities } = await market(engine());
    const long = 'x'.repeat(513);
    put(long);
    put('a', quantity(1));
    expect(await projection({ action: 'reconcile', keys: [long, 'a', `${long}y`] })).toMatchObject({
      outcomes: [{ kind: 'poison' }, { kind: 'superseded' }, { kind: 'gone' }],
    });
    expect(await quantities()).toEqual({ a: 1 });
  });

  test('all documents are listed, page by page, each of them once', async () => {
    const { alias, projection } = await market(engine());
    const ids = Array.from({ length: 25 }, (_, index) => `p${index}`);
    await bulk(engine().client, alias, ...ids.map((id) => write.index(id, 1)));
    const listed: string[] = [];
    for (let after: string | undefined, page = 0; page < 10; page++) {
      const request = { action: 'list', limit: 10, ...(after !== undefined && { after }) };
      const answer = await projection(request);
      if (!('keys' in answer)) throw new Error('no keys were answered');
      listed.push(...answer.keys);
      after = answer.after;
      if (after === undefined) break;
    }
    expect(listed).toEqual(ids.toSorted());
  });
}
