/** How far the projection goes: when a record is too old for the fast path, how often an item is tried, what counts as the same. */
import { expect, it } from 'vitest';
import { batchContext } from '../../../test/support/batch-context.ts';
import { world } from './testing.ts';

it('a record of which nothing is stored goes by itself for thirty seconds, then by its item', async () => {
  const { run, put, redis, reads, clock } = world();
  const record = put('1', '$1');
  await clock.advance(30_000);
  expect(await run([record])).toEqual(['applied']);
  expect(reads()).toBe(0);
  redis.ask('FLUSHALL');
  await clock.advance(1);
  expect(await run([record])).toEqual(['applied']);
  expect(reads()).toBe(1);
});

it('an item that keeps changing is read three times; then its record is unsettled, and says so', async () => {
  const { run, put, redis, whileReading, reads } = world({ deadlineMs: 10 });
  const first = put('1', '$1');
  let edition = 10;
  whileReading(() =>
    redis.ask('SET', 'version:analysis:a1', `${'0'.repeat(59)}1.${'9'.repeat(13)}.${edition++}`),
  );
  expect(await run([first], true)).toEqual(['RECONCILE_CONTENDED']);
  expect(reads()).toBe(3);
});

it('what follows a redriven record goes by itself: the position that it was stored at is known', async () => {
  const { run, put, reads, cached } = world();
  await run([put('1', '$1')], true);
  const before = reads();
  expect(await run([put('2', '$2')])).toEqual(['applied']);
  expect([cached(), reads() - before]).toEqual(['$2', 0]);
});

it('the cache is looked at before the item: what it loses afterwards does not count', async () => {
  const { run, put, plan, redis, whileReading } = world();
  const record = put('1', '$1');
  await run([record]);
  whileReading(() => redis.ask('FLUSHALL'));
  expect(await plan(record)).toEqual(['already-applied']);
});

it('what lapsed before it was stored is superseded by what lives', async () => {
  const { run, put, plan, nowS } = world();
  const records = [put('1', '$1', nowS() - 1), put('2', '$2')];
  await run(records);
  expect(await plan(...records)).toEqual(['superseded', 'already-applied']);
});

it('a value that has an attribute too many, or is no object, differs', async () => {
  const { run, put, plan, table, redis } = world();
  const record = put('1', '$1');
  await run([record]);
  const { createdAt: _, ...rest } = table.get('a1') as Readonly<Record<string, object>>;
  table.set('a1', rest);
  expect(await plan(record)).toEqual(['apply']);
  put('1', '$1');
  expect(await plan(record)).toEqual(['already-applied']);
  for (const json of ['null', '7', '"text"']) {
    redis.ask('SET', 'analysis:a1', json, 'KEEPTTL');
    expect(await plan(record)).toEqual(['apply']);
  }
});

it('a time to live after the last that the cache takes is as right as that', async () => {
  const { run, put, plan } = world();
  const record = put('1', '$1', 20_000_000_000);
  await run([record]);
  expect(await plan(record)).toEqual(['already-applied']);
});

it('a page of the list is as long as it was asked for, and ends with the deadline where nothing of ours turns up', async () => {
  const { processor, redis, clock } = world();
  for (let at = 0; at < 25; at++) redis.ask('SET', `version:analysis:a${at}`, 'v');
  const list = (limit: number, deadlineMs: number, after?: string) =>
    processor.projection?.list(
      { limit, ...(after === undefined ? {} : { after }) },
      batchContext({ clock, deadlineMs }),
    );
  const send = redis.send.bind(redis);
  redis.send = async (commands, signal) => {
    const replies = await send(commands, signal);
    await clock.advance(1_000);
    return replies;
  };
  expect(await list(10, 500)).toMatchObject({ keys: [], after: expect.stringMatching(/^\d+$/) });
  for (let at = 0; at < 25; at++) redis.ask('SET', `analysis:a${at}`, '{}');
  const page = await list(100, 50_000);
  expect([page?.keys.length, page?.after]).toEqual([25, undefined]);
  await expect(list(10, 50_000, '5 or so')).rejects.toThrow('projection.after');
});
