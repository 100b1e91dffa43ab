/** What is done for many items at once is done for each as if it were alone. */
import { expect, it } from 'vitest';
import { analysisImage, analysisRecord } from '../../../test/support/analysis.ts';
import { batchContext } from '../../../test/support/batch-context.ts';
import { serveProjection } from '../../stream/projection-door.ts';
import { DAY_S, world } from './testing.ts';

/** A table whose items have ids of their own. */
function items() {
  const one = world();
  const put = (id: string, seq: string, arr: string) => {
    const newImage = analysisImage(id, arr, one.nowS() + DAY_S);
    one.table.set(id, newImage);
    return analysisRecord(id, { eventName: 'MODIFY', seq, at: one.nowS(), newImage });
  };
  const compare = async (keys: readonly string[]) => {
    const answer = await serveProjection(
      one.processor,
      { id: 'night', action: 'compare', keys },
      batchContext({ clock: one.clock }),
    );
    if (!('comparisons' in answer)) throw new Error('not compared');
    return answer.comparisons.map((found) =>
      [found.kind, ...('fields' in found ? found.fields : [])].join(' '),
    );
  };
  return { ...one, put, compare };
}

it('each of many keys is compared by its own value, version, life and item', async () => {
  const { put, run, compare, redis, table } = items();
  const ids = Array.from({ length: 120 }, (_, at) => `a${at}`);
  await run(ids.map((id, at) => put(id, String(at + 1), `$${at}`)));
  const become: Readonly<Record<string, (id: string) => unknown>> = {
    equal: () => undefined,
    missing: (id) => redis.ask('DEL', `analysis:${id}`),
    extra: (id) => table.delete(id),
    'different analysisData': (id) => put(id, '999', 'another'),
    'different version': (id) => redis.ask('DEL', `version:analysis:${id}`),
    'different expiry': (id) => redis.ask('PERSIST', `analysis:${id}`),
  };
  const kinds = Object.keys(become);
  const expected = ids.map((id, at) => {
    const kind = kinds[at % kinds.length] ?? '';
    become[kind]?.(id);
    return kind;
  });
  expect(await compare(ids)).toEqual(expected);
});

it('each of many redriven records ends by its own item, which is read once', async () => {
  const { put, run, plan, table, redis, reads } = items();
  const records = ['gone', 'newer', 'same'].map((id) => put(id, '1', '$1'));
  await run([put('gone', '2', '$2'), put('newer', '3', '$2'), put('same', '4', '$2')]);
  put('same', '5', '$1');
  table.delete('gone');
  const before = reads();
  expect(await run(records, true)).toEqual(['gone', 'superseded', 'applied']);
  expect(reads() - before).toBe(3);
  expect(['gone', 'newer', 'same'].map((id) => redis.ask('EXISTS', `analysis:${id}`))).toEqual([0, 1, 1]);
  expect(await plan(...records)).toEqual(['gone', 'superseded', 'already-applied']);
});

it('what is settled stays settled when the rest of its batch fails, and is not carried out again', async () => {
  const { put, run, whileReading } = items();
  const [settled, late] = [put('settled', '1', '$1'), put('late', '1', '$1')];
  const nameless = { ...late, dynamodb: { ...late.dynamodb, SequenceNumber: undefined } };
  let times = 0;
  whileReading(() => {
    if (times++ === 0) throw new Error('throttled');
  });
  expect(await run([settled, nameless])).toEqual(['applied', 'applied']);
  expect(times).toBe(2);
});
