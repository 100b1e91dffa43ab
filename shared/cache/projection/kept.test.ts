import { describe, expect, it } from 'vitest';
import { batchContext } from '../../../test/support/batch-context.ts';
import { serveProjection } from '../../stream/projection-door.ts';
import { world } from './testing.ts';

/** What the door answers for the one analysis, `a1`. */
function operated() {
  const one = world();
  const context = () => batchContext({ clock: one.clock });
  const ask = (action: 'compare' | 'reconcile', ...keys: string[]) =>
    one.clock.runUntil(serveProjection(one.processor, { id: 'night', action, keys }, context()));
  const compare = async () => {
    const answer = await ask('compare', 'a1');
    if (!('comparisons' in answer)) throw new Error('not compared');
    const [{ key: _, ...comparison } = { key: '' }] = answer.comparisons;
    return comparison;
  };
  const reconcile = async () => {
    const answer = await ask('reconcile', 'a1');
    if (!('outcomes' in answer)) throw new Error('not reconciled');
    return answer.outcomes.map((outcome) => ('failure' in outcome ? outcome.failure.code : outcome.kind));
  };
  return { ...one, ask, compare, reconcile, context };
}

describe('the cache held against its table', () => {
  it('is equal where both say the same, or neither says anything', async () => {
    const { put, remove, run, compare } = operated();
    expect(await compare()).toEqual({ kind: 'equal' });
    await run([put('1', '$1')]);
    expect(await compare()).toEqual({ kind: 'equal' });
    await run([remove('2')]);
    expect(await compare()).toEqual({ kind: 'equal' });
  });

  it('lacks what was never stored, and holds too much of what is gone or lapsed', async () => {
    const { put, remove, run, compare, table } = operated();
    const record = put('1', '$1');
    expect(await compare()).toEqual({ kind: 'missing' });
    await run([record]);
    const image = table.get('a1') ?? {};
    table.set('a1', { ...image, ttl: { N: '1600000000' } });
    expect(await compare()).toEqual({ kind: 'extra' });
    remove('2');
    expect(await compare()).toEqual({ kind: 'extra' });
  });

  it('differs by the names of attributes, by its expiry, by its version; never by a value', async () => {
    const { put, run, compare, redis } = operated();
    const first = put('1', '$1');
    await run([first]);
    put('2', '$2');
    redis.ask('PERSIST', 'analysis:a1');
    redis.ask('DEL', 'version:analysis:a1');
    expect(await compare()).toEqual({ kind: 'different', fields: ['analysisData', 'expiry', 'version'] });
    redis.ask('SET', 'analysis:a1', 'no JSON', 'KEEPTTL');
    const { fields } = (await compare()) as { fields: readonly string[] };
    expect(fields).toEqual(['analysisData', 'createdAt', 'id', 'ttl', 'expiry', 'version']);
  });

  it('cannot hold what is no analysis', async () => {
    const { spoil, compare, reconcile } = operated();
    spoil('1');
    expect(await compare()).toMatchObject({ kind: 'unprojectable', failure: { code: 'INVALID_ANALYSIS' } });
    expect(await reconcile()).toEqual(['INVALID_ANALYSIS']);
  });

  it('is not read when it cannot be asked', async () => {
    const { compare, redis } = operated();
    redis.failsWith = 'REDIS_TIMEOUT';
    expect(await compare()).toMatchObject({ kind: 'unread', failure: { code: 'REDIS_TIMEOUT' } });
  });

  it('is compared by reading alone, each key once', async () => {
    const { ask, redis, reads } = operated();
    const answer = await ask('compare', 'a1', 'a2', 'a1');
    expect(answer).toMatchObject({ comparisons: [{ key: 'a1' }, { key: 'a2' }, { key: 'a1' }] });
    expect(redis.sent.map(([name]) => name)).toEqual(['MGET', 'PTTL', 'PTTL']);
    expect(reads()).toBe(2);
  });
});

describe('the cache, mended', () => {
  it('is as the item is now, whatever was there', async () => {
    const { put, remove, run, compare, reconcile, cached, redis } = operated();
    await run([put('1', '$1')]);
    put('2', '$2');
    expect(await reconcile()).toEqual(['applied']);
    expect([cached(), await compare()]).toEqual(['$2', { kind: 'equal' }]);
    redis.ask('FLUSHALL');
    expect(await reconcile()).toEqual(['applied']);
    expect(cached()).toBe('$2');
    remove('3');
    expect(await reconcile()).toEqual(['gone']);
    expect(cached()).toBeNull();
  });

  it('lets later records in, and earlier ones not', async () => {
    const { put, run, reconcile, cached } = operated();
    const [first, second] = [put('1', '$1'), put('2', '$2')];
    expect(await reconcile()).toEqual(['applied']);
    expect(await run([first])).toEqual(['superseded']);
    expect(cached()).toBe('$2');
    expect(await run([second])).toEqual(['applied']);
    expect(await run([put('3', '$3')])).toEqual(['applied']);
    expect(cached()).toBe('$3');
  });

  it('reads the item again where a live record was written meanwhile', async () => {
    const { put, run, reconcile, whileReading, redis, cached } = operated();
    await run([put('1', '$1')]);
    let times = 0;
    whileReading(() => {
      if (times++ > 0) return;
      put('2', '$2');
      const version = String(redis.ask('GET', 'version:analysis:a1'));
      redis.ask('SET', 'version:analysis:a1', version.replace(/\d+$/, '7'));
    });
    expect(await reconcile()).toEqual(['applied']);
    expect([times, cached()]).toEqual([2, '$2']);
  });
});

describe('the list of what the cache holds', () => {
  it('goes on where the page before ended, and refuses to begin elsewhere', async () => {
    const { processor, redis, context } = operated();
    for (let index = 0; index < 25; index++) redis.ask('SET', `analysis:a${index}`, '{}');
    redis.ask('SET', 'products:generation', 'g');
    const list = (after?: string) =>
      serveProjection(
        processor,
        { id: 'night', action: 'list', limit: 10, ...(after === undefined ? {} : { after }) },
        context(),
      ) as Promise<{ keys: readonly string[]; after?: string }>;
    const pages = [await list()];
    for (let last = pages[0]; last?.after !== undefined; last = pages.at(-1))
      pages.push(await list(last.after));
    expect(pages.map(({ keys }) => keys.length)).toEqual([10, 10, 5]);
    expect(pages.flatMap(({ keys }) => keys)).toEqual(Array.from({ length: 25 }, (_, index) => `a${index}`));
    await expect(list('provider:1')).rejects.toThrow('projection.after');
  });

  it('looks on where a page holds nothing of ours', async () => {
    const { processor, redis, context } = operated();
    for (let index = 0; index < 50; index++) redis.ask('SET', `version:analysis:a${index}`, 'v');
    redis.ask('SET', 'analysis:last', '{}');
    const page = await serveProjection(processor, { id: 'night', action: 'list', limit: 10 }, context());
    expect(page).toMatchObject({ keys: ['last'] });
  });
});
