import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { analysisImage } from '../../test/support/analysis.ts';
import { embeddedRedis } from '../../test/support/embedded-redis.ts';
import type { ReadItems } from '../dynamodb/read-items.ts';
import { decodeImage } from '../stream/attribute-value.ts';
import { analysisReader } from './read-analysis.ts';
import { compareAndSet } from './run-script.ts';

const START_MS = 1_700_000_000_000;
const HOUR_S = 3_600;

function world(options: { memoryCharacters?: number } = {}) {
  const clock = new VirtualClock(START_MS);
  const redis = embeddedRedis(clock);
  const table = new Map<string, object>();
  const counted: string[] = [];
  let tableReads = 0;
  let whileReading = () => {};
  const readItems: ReadItems = async (keys) => {
    tableReads++;
    const items = keys.map(({ id }) => table.get(id ?? '')).map((item) => item && decodeImage(item));
    whileReading();
    return items;
  };
  const metrics = { count: (level: string, lookup: string) => counted.push(`${level} ${lookup}`) };
  const read = analysisReader({ redis, readItems, clock, metrics }, options);
  return {
    clock,
    redis,
    read,
    arr: async (id: string) => {
      const analysis = await clock.runUntil(read(id));
      return (analysis?.analysisData as { metrics: { predictedArr: string } } | undefined)?.metrics
        .predictedArr;
    },
    put: (id: string, arr: string, ttlS: number | null = START_MS / 1000 + HOUR_S) =>
      table.set(id, analysisImage(id, arr, ttlS)),
    table,
    /** What was counted since the last look. */
    counted: () => counted.splice(0),
    tableReads: () => tableReads,
    onTableRead: (fn: () => void) => {
      whileReading = fn;
    },
  };
}

const never = new AbortController().signal;

describe('readAnalysis', () => {
  it('asks memory, then Redis, then the table, and the next time the first that has it', async () => {
    const { arr, put, counted, clock } = world();
    put('a', '$1');
    expect(await arr('a')).toBe('$1');
    expect(counted()).toEqual(['memory miss', 'redis miss', 'table hit']);
    expect(await arr('a')).toBe('$1');
    expect(counted()).toEqual(['memory hit']);
    await clock.advance(30_000);
    expect(await arr('a')).toBe('$1');
    expect(counted()).toEqual(['memory miss', 'redis hit']);
  });

  it('knows nothing of what is not there, and does not remember that', async () => {
    const { arr, put, counted } = world();
    expect(await arr('a')).toBeUndefined();
    expect(counted()).toEqual(['memory miss', 'redis miss', 'table miss']);
    put('a', '$1');
    expect(await arr('a')).toBe('$1');
  });

  it('lets concurrent readers of one analysis share one look', async () => {
    const { read, put, clock, tableReads } = world();
    put('a', '$1');
    const both = Promise.all([read('a'), read('a'), read('b')]);
    const [first, second] = await clock.runUntil(both);
    expect(first).toEqual(second);
    expect(first).not.toBe(second);
    expect(tableReads()).toBe(2);
  });

  it('never gives one past its time to live, at any level', async () => {
    const { arr, put, clock, redis } = world();
    put('a', '$1', START_MS / 1000 + 10);
    expect(await arr('a')).toBe('$1');
    await clock.advance(10_000);
    expect(await arr('a')).toBeUndefined();
    expect(redis.ask('GET', 'analysis:a')).toBeNull();
    redis.ask('SET', 'analysis:b', '{"analysisData":{},"ttl":5}');
    expect(await arr('b')).toBeUndefined();
  });

  it('does not fill over a tombstone', async () => {
    const { arr, put, redis, clock } = world();
    put('a', '$1');
    const tombstone = { key: 'analysis:a', tombstoneUntilMs: START_MS + 1e9, sequenceNumber: '9' };
    await clock.runUntil(compareAndSet(redis, [{ ...tombstone, condition: { kind: 'newer' } }], never));
    expect(await arr('a')).toBe('$1');
    expect(redis.ask('GET', 'analysis:a')).toBeNull();
  });

  it('does not fill over what an event wrote while the table was read', async () => {
    const { arr, put, redis, onTableRead } = world();
    put('a', '$1');
    onTableRead(() => {
      redis.ask('SET', 'version:analysis:a', 'the event’s');
      redis.ask('SET', 'analysis:a', '"newer"');
    });
    expect(await arr('a')).toBe('$1');
    expect(redis.ask('GET', 'analysis:a')).toBe('"newer"');
  });

  it('costs time, not the answer, when Redis is away', async () => {
    const { arr, put, redis, counted } = world();
    put('a', '$1');
    redis.failsWith = 'REDIS_TIMEOUT';
    expect(await arr('a')).toBe('$1');
    expect(counted()).toEqual(['memory miss', 'redis unavailable', 'table hit']);
  });

  it('gives each caller an analysis of its own', async () => {
    const { read, put, clock } = world();
    put('a', '$1');
    const first = await clock.runUntil(read('a'));
    Object.assign(first ?? {}, { analysisData: {} });
    expect((await clock.runUntil(read('a')))?.analysisData).not.toEqual({});
  });

  it('holds in memory what fits, and forgets the longest unused first', async () => {
    const { arr, put, counted } = world({ memoryCharacters: 450 });
    for (const id of ['a', 'b', 'c']) put(id, '$1');
    for (const id of ['a', 'b', 'a', 'c', 'a', 'b']) await arr(id);
    expect(counted().filter((each) => each.startsWith('memory'))).toEqual([
      'memory miss',
      'memory miss',
      'memory hit',
      'memory miss',
      'memory hit',
      'memory miss',
    ]);
  });
});
