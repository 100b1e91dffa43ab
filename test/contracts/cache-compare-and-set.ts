/** The part of the cache contract that the projection relies on: one text that compares positions and sets, and never lets a stale state in. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type CacheEntry,
  COMPARE_AND_SET,
  type Condition,
  versionKey,
} from '../../shared/cache/compare-and-set.ts';
import type { Command, Redis, Reply } from '../../shared/cache/redis.ts';
import { compareAndSet } from '../../shared/cache/run-script.ts';

const HOUR_MS = 3_600_000;
const never = new AbortController().signal;
const newer: Condition = { kind: 'newer' };

/** @param connection to the server under test */
export function compareAndSetContract(connection: () => Redis): void {
  const ask = async (...command: Command): Promise<Reply | undefined> =>
    (await connection().send([command], never))[0];
  const cas = (...entries: CacheEntry[]) => compareAndSet(connection(), entries, never);
  const one = async (entry: CacheEntry) => (await cas(entry))[0];

  describe('compare-and-set', () => {
    const until = () => Date.now() + HOUR_MS;
    const entry = (key: string, parts: Partial<CacheEntry> = {}): CacheEntry => ({
      key,
      condition: newer,
      sequenceNumber: '500000000000000000000',
      value: { json: '{"a":1}', expiresAtMs: until() },
      tombstoneUntilMs: until(),
      ...parts,
    });
    const versionOf = async (key: string) => String((await ask('GET', versionKey(key))) ?? '');

    it('stores plain JSON, which goes with the item’s own time to live', async () => {
      const key = randomUUID();
      expect(await one(entry(key))).toEqual({ kind: 'written' });
      expect(await ask('GET', key)).toBe('{"a":1}');
      expect(Number(await ask('PTTL', key))).toBeGreaterThan(HOUR_MS - 10_000);
    });

    it('takes a later position, however many digits it has, and says what is there to an earlier one', async () => {
      const key = randomUUID();
      await one(entry(key, { sequenceNumber: '99' }));
      expect(
        await one(entry(key, { sequenceNumber: '100', value: { json: '2', expiresAtMs: until() } })),
      ).toEqual({
        kind: 'written',
      });
      expect(await one(entry(key, { sequenceNumber: '9' }))).toEqual({
        kind: 'conflict',
        version: await versionOf(key),
      });
      expect(await ask('GET', key)).toBe('2');
    });

    it('tells positions apart that differ in the last of forty digits', async () => {
      const key = randomUUID();
      await one(entry(key, { sequenceNumber: `${'4'.repeat(39)}5` }));
      expect(await one(entry(key, { sequenceNumber: `${'4'.repeat(39)}4` }))).toMatchObject({
        kind: 'conflict',
      });
      expect(await one(entry(key, { sequenceNumber: `${'4'.repeat(39)}6` }))).toEqual({ kind: 'written' });
    });

    it('knows the same event again', async () => {
      const key = randomUUID();
      await one(entry(key));
      expect(await one(entry(key))).toEqual({ kind: 'duplicate' });
    });

    it('evicts, and the tombstone keeps an earlier event out', async () => {
      const key = randomUUID();
      await one(entry(key, { sequenceNumber: '1' }));
      const { value: _, ...eviction } = entry(key, { sequenceNumber: '2' });
      expect(await one(eviction)).toEqual({ kind: 'written' });
      expect(await ask('GET', key)).toBeNull();
      expect(await one(entry(key, { sequenceNumber: '1' }))).toMatchObject({ kind: 'conflict' });
      expect(await ask('GET', key)).toBeNull();
    });

    it('never shortens a tombstone that an earlier write promised', async () => {
      const key = randomUUID();
      await one(entry(key, { sequenceNumber: '1', tombstoneUntilMs: Date.now() + 5 * HOUR_MS }));
      const { value: _, ...eviction } = entry(key, { sequenceNumber: '2', tombstoneUntilMs: 0 });
      await one(eviction);
      expect(Number(await ask('PTTL', versionKey(key)))).toBeGreaterThan(4 * HOUR_MS);
    });

    it('keeps nothing of an eviction whose tombstone nobody needs any more', async () => {
      const key = randomUUID();
      const { value: _, ...eviction } = entry(key, { tombstoneUntilMs: Date.now() - HOUR_MS });
      expect(await one(eviction)).toEqual({ kind: 'written' });
      expect(await ask('EXISTS', key, versionKey(key))).toBe(0);
    });

    it('lets the state of the item in while the version that was read still stands', async () => {
      const key = randomUUID();
      await one(entry(key, { sequenceNumber: '7' }));
      const version = await versionOf(key);
      const still = (sequenceNumber: string, json: string) =>
        one(
          entry(key, {
            condition: { kind: 'still', version },
            sequenceNumber,
            value: { json, expiresAtMs: until() },
          }),
        );
      expect(await still('3', 'first')).toEqual({ kind: 'written' });
      expect(await still('3', 'second')).toMatchObject({ kind: 'conflict' });
      expect(await ask('GET', key)).toBe('first');
      expect(await one(entry(key, { sequenceNumber: '7' }))).toEqual({ kind: 'duplicate' });
      expect(await one(entry(key, { sequenceNumber: '8' }))).toEqual({ kind: 'written' });
    });

    it('never comes back to a version, however often one position is written', async () => {
      const key = randomUUID();
      await one(entry(key));
      const versions = new Set([await versionOf(key)]);
      for (let round = 0; round < 12; round++) {
        await one(entry(key, { condition: { kind: 'still', version: await versionOf(key) } }));
        versions.add(await versionOf(key));
      }
      expect(versions.size).toBe(13);
    });

    it('lets a reader fill only where neither value nor tombstone is', async () => {
      const [key, taken, gone] = [randomUUID(), randomUUID(), randomUUID()];
      const fill = (name: string): CacheEntry => {
        const { sequenceNumber: _, ...rest } = entry(name, { condition: { kind: 'still', version: '' } });
        return rest;
      };
      const { value: _, ...eviction } = entry(gone);
      await cas(entry(taken), eviction);
      expect((await cas(fill(key), fill(taken), fill(gone))).map(({ kind }) => kind)).toEqual([
        'written',
        'conflict',
        'conflict',
      ]);
    });

    it('gives what a reader filled no place among events: the item decides', async () => {
      const key = randomUUID();
      const { sequenceNumber: _, ...fill } = entry(key, { condition: { kind: 'still', version: '' } });
      await one(fill);
      expect(await one(entry(key, { sequenceNumber: '1' }))).toMatchObject({ kind: 'conflict' });
      const item = entry(key, {
        sequenceNumber: '1',
        condition: { kind: 'still', version: await versionOf(key) },
      });
      expect(await one(item)).toEqual({ kind: 'written' });
      expect(await one(entry(key, { sequenceNumber: '2' }))).toEqual({ kind: 'written' });
    });

    it('keeps an old event out where nothing is stored', async () => {
      const key = randomUUID();
      const condition: Condition = { kind: 'newer-than-stored' };
      expect(await one(entry(key, { condition }))).toEqual({ kind: 'conflict', version: '' });
      await one(entry(key, { sequenceNumber: '1' }));
      expect(await one(entry(key, { condition, sequenceNumber: '2' }))).toEqual({ kind: 'written' });
    });

    it('takes a thousand entries, each with its own answer, and values of 400 KB among them', async () => {
      const prefix = randomUUID();
      const keys = Array.from({ length: 1000 }, (_, index) => `${prefix}:${index}`);
      const big = JSON.stringify('अ'.repeat(136_000));
      const entries = keys.map((key, index) =>
        entry(key, index % 400 === 0 ? { value: { json: big, expiresAtMs: until() } } : {}),
      );
      await cas(...entries.slice(0, 500));
      const answers = await cas(...entries);
      expect(answers.map(({ kind }) => kind)).toEqual(
        keys.map((_, index) => (index < 500 ? 'duplicate' : 'written')),
      );
      expect(await ask('GET', `${prefix}:800`)).toBe(big);
    });

    it('goes on when the server has forgotten the script', async () => {
      const key = randomUUID();
      await ask('SCRIPT', 'FLUSH');
      expect(await one(entry(key))).toEqual({ kind: 'written' });
      expect(await one(entry(key, { sequenceNumber: '600000000000000000000' }))).toEqual({
        kind: 'written',
      });
    });

    it('is one text', async () => {
      expect(await ask('EVAL', COMPARE_AND_SET, '0')).toEqual([]);
    });
  });
}
