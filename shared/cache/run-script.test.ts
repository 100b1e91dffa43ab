/** The compare-and-set as a server carries it out: what holds of one entry, and of many that are sent at once. */
import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { embeddedRedis } from '../../test/support/embedded-redis.ts';
import { type CacheEntry, COMPARE_AND_SET, type Condition } from './compare-and-set.ts';
import type { Command, Redis } from './redis.ts';
import { compareAndSet } from './run-script.ts';

const NOW_MS = 1_700_000_000_000;
const { signal } = new AbortController();

const entry = (key: string, parts: Partial<CacheEntry> = {}): CacheEntry => ({
  key,
  condition: { kind: 'newer' },
  sequenceNumber: '5',
  value: { json: JSON.stringify(key), expiresAtMs: NOW_MS + 60_000 },
  tombstoneUntilMs: NOW_MS + 60_000,
  ...parts,
});

function world() {
  const redis = embeddedRedis(new VirtualClock(NOW_MS));
  const set = async (parts: Partial<CacheEntry>) => {
    const [result] = await compareAndSet(redis, [entry('k', parts)], signal);
    return result?.kind;
  };
  const still = (): Condition => ({ kind: 'still', version: String(redis.ask('GET', 'version:k') ?? '') });
  return { redis, set, still };
}

/** Of a reader of the table, who knows of no event. */
const { sequenceNumber: _, ...unplaced } = entry('k');

test('an event is taken once, after those before it, and never after those behind it', async () => {
  const { set } = world();
  expect(await set({ sequenceNumber: '10' })).toBe('written');
  expect(await set({ sequenceNumber: '10' })).toBe('duplicate');
  expect(await set({ sequenceNumber: '9' })).toBe('conflict');
  expect(await set({ sequenceNumber: '11' })).toBe('written');
});

test('what a reader of the table stores keeps the position of the event that was stored', async () => {
  const { redis, set, still } = world();
  await set({ sequenceNumber: '5' });
  const [written] = await compareAndSet(redis, [{ ...unplaced, condition: still() }], signal);
  expect(written).toEqual({ kind: 'written' });
  expect(await set({ sequenceNumber: '4' })).toBe('conflict');
  expect(await set({ sequenceNumber: '5' })).toBe('duplicate');
  expect(await set({ sequenceNumber: '6' })).toBe('written');
});

test('every write is a version of its own: what was read before it is not still there', async () => {
  const { set, still } = world();
  await set({});
  for (const sequenceNumber of ['5', '4', '5']) {
    const condition = still();
    expect(await set({ condition, sequenceNumber })).toBe('written');
    expect(await set({ condition, sequenceNumber })).toBe('conflict');
  }
});

test('an event too old to be sure of writes nothing where nothing is stored', async () => {
  const { set } = world();
  expect(await set({ condition: { kind: 'newer-than-stored' } })).toBe('conflict');
  await set({ sequenceNumber: '4' });
  expect(await set({ condition: { kind: 'newer-than-stored' } })).toBe('written');
});

test('a tombstone that was promised for longer holds', async () => {
  const { redis, set } = world();
  await set({ tombstoneUntilMs: NOW_MS + 900_000 });
  await set({ sequenceNumber: '6' });
  expect(redis.ask('PTTL', 'version:k')).toBe(900_000);
});

const many = Array.from({ length: 70 }, (_, at) => entry(`k${at}`));

test('a server that has forgotten the script is told it again, for all that was sent', async () => {
  const { redis } = world();
  const results = await compareAndSet(redis, many, signal);
  expect(results.map(({ kind }) => kind)).toEqual(many.map(() => 'written'));
  expect(many.map(({ key }) => redis.ask('GET', key))).toEqual(many.map(({ value }) => value?.json));
});

test('a script that is refused is refused for its own entries alone, and nothing is sent again', async () => {
  const { redis } = world();
  let requests = 0;
  const busy: Redis = {
    async send(commands, until) {
      requests++;
      const [, ...others] = commands;
      const known = others.map(([, , ...rest]): Command => ['EVAL', COMPARE_AND_SET, ...rest]);
      return [{ kind: 'refused', code: 'OOM' }, ...(await redis.send(known, until))];
    },
    close() {},
  };
  const results = await compareAndSet(busy, many, signal);
  expect(results).toEqual(
    many.map((_, at) => (at < 32 ? { kind: 'refused', code: 'OOM' } : { kind: 'written' })),
  );
  expect(requests).toBe(1);
  expect(await compareAndSet(busy, [], signal)).toEqual([]);
  expect(requests).toBe(1);
});

test('each entry has its own answer, also where only some scripts were forgotten', async () => {
  const { redis } = world();
  await compareAndSet(redis, many.slice(32, 64), signal);
  let times = 0;
  const forgetful: Redis = {
    async send(commands, until) {
      if (times++ > 0) return redis.send(commands, until);
      const [first, ...others] = commands;
      const [, , ...rest] = first ?? [];
      const known: Command = ['EVAL', COMPARE_AND_SET, ...rest];
      const [reply = null] = await redis.send([known], until);
      return [reply, ...others.map(() => ({ kind: 'refused', code: 'NOSCRIPT' }) as const)];
    },
    close() {},
  };
  const results = await compareAndSet(forgetful, many, signal);
  expect(results.map(({ kind }) => kind)).toEqual(
    many.map((_, at) => (at >= 32 && at < 64 ? 'duplicate' : 'written')),
  );
});
