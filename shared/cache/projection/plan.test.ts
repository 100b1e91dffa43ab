import { describe, expect, it } from 'vitest';
import { analysisRecord } from '../../../test/support/analysis.ts';
import { DAY_S, world } from './testing.ts';

const VERSION = 'version:analysis:a1';

describe('a plan for the cache', () => {
  it('says of each record whether its state, a newer one, or neither is in place', async () => {
    const { put, run, plan, redis } = world();
    const records = [put('1', '$1'), put('2', '$2')];
    expect(await plan(...records)).toEqual(['apply', 'apply']);
    await run(records);
    expect(await plan(...records)).toEqual(['superseded', 'already-applied']);
    redis.ask('SET', 'analysis:a1', '{"id":"a1"}', 'KEEPTTL');
    expect(await plan(...records)).toEqual(['apply', 'apply']);
  });

  it('reads each key once, the cache before the table, and writes nothing', async () => {
    const { put, run, plan, redis, reads } = world();
    const records = [put('1', '$1'), put('2', '$2')];
    await run(records);
    redis.sent.length = 0;
    await plan(...records);
    expect(redis.sent.map(([name]) => name)).toEqual(['MGET', 'PTTL']);
    expect(reads()).toBe(1);
  });

  it('says of a removal that it is applied, of a state before it that its item is gone', async () => {
    const { put, remove, run, plan, redis } = world();
    const [first, last] = [put('1', '$1'), remove('2')];
    expect(await plan(first, last)).toEqual(['gone', 'already-applied']);
    await run([first]);
    expect(await plan(first, last)).toEqual(['apply', 'apply']);
    await run([last]);
    redis.ask('FLUSHALL');
    expect(await plan(first, last)).toEqual(['gone', 'already-applied']);
  });

  it('says that a removal is superseded where the item was made again', async () => {
    const { put, remove, run, plan } = world();
    const records = [put('1', '$1'), remove('2'), put('3', '$3')];
    await run(records);
    expect(await plan(...records)).toEqual(['superseded', 'superseded', 'already-applied']);
  });

  it('says of what has lapsed that it is applied, whether the table still has the item or not', async () => {
    const { put, run, plan, clock, nowS, table } = world();
    const lapsing = put('1', '$1', nowS() + 60);
    await run([lapsing]);
    await clock.advance(60_000);
    expect(await plan(lapsing)).toEqual(['already-applied']);
    table.delete('a1');
    expect(await plan(lapsing)).toEqual(['already-applied']);
  });

  it('takes either for right in the second in which an item lapses, but not a stale value that stays', async () => {
    const { put, run, plan, clock, nowS, redis } = world();
    const [stale, lapsing] = [put('1', '$1'), put('2', '$2', nowS() + 60)];
    await run([stale]);
    await clock.advance(59_500);
    expect(await plan(lapsing)).toEqual(['apply']);
    await run([lapsing], true);
    expect(await plan(lapsing)).toEqual(['already-applied']);
    redis.ask('DEL', 'analysis:a1');
    expect(await plan(stale, lapsing)).toEqual(['superseded', 'already-applied']);
  });

  it('says of a state that would still live that a lapsed one superseded it', async () => {
    const { put, run, plan, nowS } = world();
    const records = [put('1', '$1'), put('2', '$2', nowS() - 1)];
    await run(records);
    expect(await plan(...records)).toEqual(['superseded', 'already-applied']);
  });

  it('counts an evicted value as missing, and a redrive brings it back', async () => {
    const { put, run, plan, redis, cached } = world();
    const record = put('1', '$1');
    await run([record]);
    redis.ask('DEL', 'analysis:a1');
    expect(await plan(record)).toEqual(['apply']);
    expect(await run([record], true)).toEqual(['applied']);
    expect(cached()).toBe('$1');
  });

  it('counts a value whose version is lost as missing: a late record would be taken for news', async () => {
    const { put, run, plan, redis } = world();
    const record = put('1', '$1');
    await run([record]);
    redis.ask('DEL', VERSION);
    expect(await plan(record)).toEqual(['apply']);
    expect(await run([record], true)).toEqual(['applied']);
    expect(await plan(record)).toEqual(['already-applied']);
  });

  it.each([
    ['a second and more early', ['PEXPIREAT', -1_001], 'apply'],
    ['within a second', ['PEXPIREAT', 1_000], 'already-applied'],
    ['never', ['PERSIST'], 'apply'],
  ] as const)('an expiry that comes %s: %s %s', async (_, [command, offMs], verdict) => {
    const { put, run, plan, redis, nowS } = world();
    const record = put('1', '$1');
    await run([record]);
    const at = offMs === undefined ? [] : [String((nowS() + DAY_S) * 1_000 + offMs)];
    redis.ask(command, 'analysis:a1', ...at);
    expect(await plan(record)).toEqual([verdict]);
  });

  it('takes any part of a whole life for the right expiry of what has no time to live', async () => {
    const { put, run, plan, clock, redis } = world();
    const record = put('1', '$1', null);
    await run([record]);
    await clock.advance(3 * DAY_S * 1_000);
    expect(await plan(record)).toEqual(['already-applied']);
    redis.ask('PEXPIRE', 'analysis:a1', String(8 * DAY_S * 1_000));
    expect(await plan(record)).toEqual(['apply']);
  });

  it('knows a state again whose attributes come in another order', async () => {
    const { put, run, plan, table, cached } = world();
    const record = put('1', '$1');
    await run([record]);
    table.set('a1', Object.fromEntries(Object.entries(table.get('a1') ?? {}).toReversed()));
    expect(await plan(record)).toEqual(['already-applied']);
    expect(cached()).toBe('$1');
  });

  it('tells numbers apart that one double would stand for', async () => {
    const { run, plan, table, put } = world();
    const digits = (n: string) => ({ ...table.get('a1'), n: { N: n } });
    put('1', '$1');
    const newImage = digits('9007199254740993');
    await run([analysisRecord('a1', { seq: '1', newImage })]);
    table.set('a1', digits('9007199254740992'));
    expect(await plan(analysisRecord('a1', { seq: '1', newImage }))).toEqual(['apply']);
  });

  it('leaves unresolved what the item cannot be cached for, and passing what could not be looked at', async () => {
    const { put, spoil, run, plan, redis } = world();
    const [first, spoilt] = [put('1', '$1'), spoil('2')];
    await run([first]);
    expect(await plan(first, spoilt)).toEqual(['INVALID_ANALYSIS', 'INVALID_ANALYSIS']);
    redis.failsWith = 'REDIS_TIMEOUT';
    expect(await plan(first)).toEqual(['REDIS_TIMEOUT, passing']);
  });
});

describe('a poison record that is redriven stands for its item as it is now', () => {
  it('and is poison still while the item is: nothing stale stays in the cache meanwhile', async () => {
    const { put, spoil, run, cached } = world();
    const [first, spoilt] = [put('1', '$1'), spoil('2')];
    await run([first]);
    expect(await run([spoilt], true)).toEqual(['INVALID_ANALYSIS']);
    expect(cached()).toBeNull();
  });

  it('and is applied when the item was mended, however often it was tried before', async () => {
    const { spoil, put, run, plan, cached } = world();
    const spoilt = spoil('1');
    await run([spoilt], true);
    put('2', '$2');
    expect(await plan(spoilt)).toEqual(['apply']);
    expect(await run([spoilt], true)).toEqual(['applied']);
    expect(cached()).toBe('$2');
    expect(await plan(spoilt)).toEqual(['superseded']);
  });

  it('and is gone when the item is', async () => {
    const { spoil, remove, run, plan, cached } = world();
    const spoilt = spoil('1');
    remove('2');
    expect(await plan(spoilt)).toEqual(['gone']);
    expect(await run([spoilt], true)).toEqual(['gone']);
    expect(cached()).toBeNull();
  });

  it('and is poison as ever when it comes from the mapping', async () => {
    const { spoil, put, run, cached } = world();
    const spoilt = spoil('1');
    put('2', '$2');
    expect(await run([spoilt])).toEqual(['INVALID_ANALYSIS']);
    expect(cached()).toBeNull();
  });
});
