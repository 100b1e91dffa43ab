import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { embeddedRedis } from '../../test/support/embedded-redis.ts';
import { GENERATION_KEY, generationBump, SETTLING_KEY } from './generation.ts';
import { queryCache } from './query-cache.ts';
import type { Redis } from './redis.ts';

function world() {
  const clock = new VirtualClock(1_700_000_000_000);
  const redis = embeddedRedis(clock);
  const counted: string[] = [];
  let ids = 0;
  const newId = () => `generation-${ids++}`;
  const bump = generationBump(redis, { newId });
  const metrics = { count: (level: string, lookup: string) => counted.push(`${level} ${lookup}`) };
  const cache = queryCache({ redis, clock, metrics, newId });
  let engine = 'first';
  return {
    clock,
    redis,
    cache,
    counted,
    bump: () => clock.runUntil(bump(new AbortController().signal)),
    read: (key = 'q') => clock.runUntil(cache.read(key, async () => engine)),
    show: (result: string) => {
      engine = result;
    },
  };
}

/** A generation that has settled. */
async function settled() {
  const one = world();
  await one.bump();
  await one.clock.advance(2_000);
  return one;
}

describe('the query cache', () => {
  it('answers the second time without the engine', async () => {
    const { read, counted } = await settled();
    expect([await read(), await read()]).toEqual(['first', 'first']);
    expect(counted).toEqual(['redis miss', 'engine hit', 'redis hit']);
  });

  it('answers each of several readers at once for the query that was asked', async () => {
    const { cache, clock } = await settled();
    const asked = ['one', 'two', 'one'].map((key) => cache.read(key, async () => `of ${key}`));
    expect(await clock.runUntil(Promise.all(asked))).toEqual(['of one', 'of two', 'of one']);
  });

  it('forgets every result when products change', async () => {
    const { read, bump, show } = await settled();
    await read();
    show('second');
    await bump();
    expect(await read()).toBe('second');
  });

  it('keeps nothing within two refresh intervals of a change', async () => {
    const { read, bump, show, clock } = await settled();
    await bump();
    await clock.advance(1_999);
    await read();
    show('second');
    expect(await read()).toBe('second');
    await clock.advance(1);
    await read();
    show('third');
    expect(await read()).toBe('second');
  });

  it('does not keep a result that was asked before a change and answered after it', async () => {
    const { cache, read, bump, show, clock } = await settled();
    const slow = clock.runUntil(
      cache.read('q', async () => {
        await bump();
        return 'before the change';
      }),
    );
    expect(await slow).toBe('before the change');
    show('after');
    await clock.advance(2_000);
    expect(await read()).toBe('after');
  });

  it('keeps no result longer than half a minute, whether or not a change was heard of', async () => {
    const { read, show, clock } = await settled();
    await read();
    show('second');
    await clock.advance(29_999);
    expect(await read()).toBe('first');
    await clock.advance(1);
    expect(await read()).toBe('second');
  });

  it('begins a generation of its own where there is none, and trusts it as little as a fresh one', async () => {
    const { read, show, clock, redis } = world();
    await read();
    expect(redis.ask('GET', 'products:generation')).toBe('generation-0');
    show('second');
    expect(await read()).toBe('second');
    await clock.advance(2_000);
    await read();
    show('third');
    expect(await read()).toBe('second');
  });

  it('never takes a generation that was lost for the one that follows it', async () => {
    const { read, show, redis, clock } = await settled();
    await read();
    const kept = redis.ask('GET', 'q');
    redis.ask('DEL', 'products:generation');
    await read();
    redis.ask('SET', 'q', String(kept));
    await clock.advance(2_000);
    show('second');
    expect(await read()).toBe('second');
  });

  it('lets concurrent readers of one query share its answer', async () => {
    const { cache, clock } = await settled();
    let asked = 0;
    const load = async () => `answer ${asked++}`;
    const both = await clock.runUntil(Promise.all([cache.read('q', load), cache.read('q', load)]));
    expect(both).toEqual(['answer 0', 'answer 0']);
  });

  it('costs time, not the answer, when Redis is away', async () => {
    const { read, redis, counted } = await settled();
    redis.failsWith = 'REDIS_UNREACHABLE';
    expect(await read()).toBe('first');
    expect(counted).toEqual(['redis unavailable', 'engine hit']);
  });

  it('hands on what the engine throws, and keeps nothing of it', async () => {
    const { cache, clock, read } = await settled();
    const failing = async () => {
      throw new Error('engine down');
    };
    await expect(clock.runUntil(cache.read('q', failing))).rejects.toThrow('engine down');
    expect(await read()).toBe('first');
  });
});

it('a bump says first that nothing is to be kept for a while: between its two words nobody keeps the past', async () => {
  const { bump, redis } = world();
  await bump();
  expect(redis.sent.map(([name, key]) => `${name} ${key}`)).toEqual([
    `SET ${SETTLING_KEY}`,
    `SET ${GENERATION_KEY}`,
  ]);
});

it('a bump that the server refuses has not happened', async () => {
  const { clock } = world();
  const full: Redis = { send: async (all) => all.map(() => ({ kind: 'refused', code: 'OOM' })), close() {} };
  const bump = generationBump(full, { newId: () => 'g' });
  await expect(clock.runUntil(bump(new AbortController().signal))).rejects.toMatchObject({
    code: 'REDIS_OOM',
  });
});

it('a cache that never answers costs a second for each question, and not the answer', async () => {
  const { clock } = world();
  const startMs = clock.now();
  const silent: Redis = {
    send: (_, signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    close() {},
  };
  const cache = queryCache({ redis: silent, clock, metrics: { count() {} }, newId: () => 'g' });
  expect(await clock.runUntil(cache.read('q', async () => 'found'))).toBe('found');
  expect(clock.now() - startMs).toBeLessThanOrEqual(2_000);
});
