/** The products processor on the engine: records in, and the index shows what the table holds. */
import { expect, test } from 'vitest';
import type { streamRecord } from '../../support/record.ts';
import type { Engine } from './engine.ts';
import { market, quantity } from './market.ts';

const settled = { batchItemFailures: [] };

export function projectionContract(engine: () => Engine): void {
  test('the last state of each product is in the index, and what was deleted is not', async () => {
    const { put, remove, deliver, quantities } = await market(engine());
    const records = [
      put('a', quantity(1)),
      put('b', quantity(2)),
      put('a', quantity(3)),
      put('c', quantity(4)),
      remove('b'),
      put('c', { status: { S: 'deleted' } }),
      put('d', quantity(5)),
    ];
    expect(await deliver(records)).toEqual(settled);
    expect(await quantities()).toEqual({ a: 3, d: 5 });
  });

  test('a batch that comes again, whole or in part, changes nothing', async () => {
    const { put, remove, deliver, quantities } = await market(engine());
    const records = [put('a', quantity(1)), put('b', quantity(2)), remove('b'), put('a', quantity(3))];
    for (const again of [records, records, records.slice(0, 2), records.slice(1)]) {
      expect(await deliver(again)).toEqual(settled);
      expect(await quantities()).toEqual({ a: 3 });
    }
  });

  test('an older change that comes late does not undo the newer one', async () => {
    const { put, remove, deliver, quantities } = await market(engine());
    const [older, newer] = [put('a', quantity(1)), put('a', quantity(2))];
    const [written, removed] = [put('b', quantity(3)), remove('b')];
    await deliver([newer, removed]);
    expect(await deliver([older, written])).toEqual(settled);
    expect(await quantities()).toEqual({ a: 2 });
  });

  test('an old record of a product without a document goes by the table', async () => {
    const { put, remove, deliver, quantities } = await market(engine());
    const old = (record: ReturnType<typeof streamRecord>) => ({
      ...record,
      dynamodb: { ...record.dynamodb, ApproximateCreationDateTime: 1_700_000_000 },
    });
    const gone = put('gone', quantity(1));
    remove('gone');
    expect(await deliver([old(gone), old(put('there', quantity(2)))])).toEqual(settled);
    expect(await quantities()).toEqual({ there: 2 });
  });

  test('a redriven record brings the item as it is now, and says how it ended', async () => {
    const { put, deliver, quantities } = await market(engine());
    const first = put('a', quantity(1));
    await deliver([put('a', quantity(2))]);
    const answer = await deliver([first, put('b', quantity(3))], { id: 'r1' });
    expect(answer).toMatchObject({ redrive: { id: 'r1' } });
    expect(await quantities()).toEqual({ a: 2, b: 3 });
  });

  test('a document that the mapping refuses is a dead letter, and its neighbours are applied', async () => {
    const { put, deliver, quantities, letters } = await market(engine());
    const records = [put('a', quantity(1)), put('b', { harvest_date: { S: 'soon' } }), put('c', quantity(3))];
    expect(await deliver(records)).toEqual(settled);
    expect(letters).toMatchObject([{ error: { type: 'mapper_parsing_exception' }, record: records[1] }]);
    expect(await quantities()).toEqual({ a: 1, c: 3 });
  });

  test('a large batch arrives whole', async () => {
    const { put, deliver, quantities } = await market(engine());
    const records = Array.from({ length: 1000 }, (_, index) => put(`p${index % 700}`, quantity(index)));
    expect(await deliver(records)).toEqual(settled);
    const expected = Array.from({ length: 700 }, (_, id) => [`p${id}`, id < 300 ? id + 700 : id]);
    expect(await quantities()).toEqual(Object.fromEntries(expected));
  });
}
