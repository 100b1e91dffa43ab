/**
 * What this project needs of a cache server, as one suite that every server it runs on has to pass: real Redis and the
 * embedded endpoint. Nothing in it waits: times to live are looked at, not lived through.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CacheEntry,
  COMPARE_AND_SET,
  type Condition,
  versionKey,
} from '../../shared/cache/compare-and-set.ts';
import { connectRedis } from '../../shared/cache/connect.ts';
import { type Command, isRefused, type Redis, type Reply } from '../../shared/cache/redis.ts';
import { compareAndSet } from '../../shared/cache/run-script.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { scanningContract } from './cache-scanning.ts';

export interface CacheUnderTest {
  /** `redis://host:port` */
  readonly url: string;
  close(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const never = new AbortController().signal;
const newer: Condition = { kind: 'newer' };

export function cacheContract(name: string, start: () => Promise<CacheUnderTest>): void {
  describe(`cache contract: ${name}`, () => {
    let server: CacheUnderTest | undefined;
    let redis: Redis | undefined;
    beforeAll(async () => {
      server = await start();
      redis = connectRedis({ url: server.url, clock: systemClock });
    });
    afterAll(async () => {
      redis?.close();
      await server?.close();
    });

    const connection = (): Redis => {
      if (redis === undefined) throw new Error('the server is not running: it failed to start');
      return redis;
    };
    const ask = async (...command: Command): Promise<Reply | undefined> =>
      (await connection().send([command], never))[0];
    const cas = (...entries: CacheEntry[]) => compareAndSet(connection(), entries, never);
    const one = async (entry: CacheEntry) => (await cas(entry))[0];

    describe('commands', () => {
      it('keeps a value as it is, whatever characters it has', async () => {
        const key = randomUUID();
        const value = '{"title":"टमाटर \\r\\n","x":"\u0000"}';
        expect(await ask('SET', key, value)).toBe('OK');
        expect(await ask('GET', key)).toBe(value);
        expect(await ask('STRLEN', key)).toBe(Buffer.byteLength(value));
      });

      it('keeps 400 KB and more under one key', async () => {
        const key = randomUUID();
        const value = 'क'.repeat(400 * 1024);
        expect(await ask('SET', key, value)).toBe('OK');
        expect(await ask('GET', key)).toBe(value);
      });

      it('answers what was sent at once in its order, refusals between the others', async () => {
        const key = randomUUID();
        const replies = await connection().send(
          [
            ['SET', key, 'a'],
            ['NO-SUCH-COMMAND', key],
            ['GET', key],
            ['GET'],
            ['DEL', key, `${key}-absent`],
            ['GET', key],
          ],
          never,
        );
        expect(replies.map((reply) => (isRefused(reply) ? reply.code : reply))).toEqual([
          'OK',
          'ERR',
          'a',
          'ERR',
          1,
          null,
        ]);
      });

      it('counts time in the unit it is given', async () => {
        const key = randomUUID();
        await ask('SET', key, 'a', 'EX', '100');
        expect(await ask('TTL', key)).toBe(100);
        await ask('SET', key, 'a', 'PX', '100000');
        expect(Number(await ask('PTTL', key))).toBeGreaterThan(90_000);
        await ask('SET', key, 'a', 'PXAT', String(Date.now() + HOUR_MS));
        expect(Number(await ask('PTTL', key))).toBeGreaterThan(HOUR_MS - 10_000);
        expect(Number(await ask('PTTL', key))).toBeLessThanOrEqual(HOUR_MS);
        await ask('SET', key, 'a');
        expect(await ask('PTTL', key)).toBe(-1);
        await ask('PEXPIRE', key, '100000');
        expect(Number(await ask('PTTL', key))).toBeGreaterThan(90_000);
        await ask('EXPIRE', key, '200');
        expect(await ask('TTL', key)).toBe(200);
        await ask('PEXPIREAT', key, '1');
        expect(await ask('PTTL', key)).toBe(-2);
        expect(await ask('EXISTS', key, key)).toBe(0);
      });

      it.each([
        ['0', 'ERR'],
        ['-1', 'ERR'],
        ['soon', 'ERR'],
      ])('refuses the time to live %s', async (ttl, code) => {
        expect(await ask('SET', randomUUID(), 'a', 'PX', ttl)).toEqual({ kind: 'refused', code });
      });

      it('has nothing under a key whose time has passed', async () => {
        const key = randomUUID();
        await ask('SET', key, 'a');
        await ask('SET', key, 'b', 'PXAT', '1000');
        expect(await ask('GET', key)).toBeNull();
        expect(await ask('MGET', key, key)).toEqual([null, null]);
      });

      it('sets only where nothing is, or only where something is, when told so', async () => {
        const key = randomUUID();
        expect(await ask('SET', key, 'a', 'XX')).toBeNull();
        expect(await ask('SET', key, 'a', 'NX', 'PX', '60000')).toBe('OK');
        expect(await ask('SET', key, 'b', 'NX')).toBeNull();
        expect(await ask('SET', key, 'b', 'XX', 'KEEPTTL', 'GET')).toBe('a');
        expect(Number(await ask('PTTL', key))).toBeGreaterThan(0);
      });

      it('counts up, and refuses to count what is no number', async () => {
        const key = randomUUID();
        expect(await ask('INCR', key)).toBe(1);
        expect(await ask('INCR', key)).toBe(2);
        await ask('SET', key, 'a');
        expect(await ask('INCR', key)).toMatchObject({ kind: 'refused' });
      });

      it('finds keys by a pattern', async () => {
        const prefix = randomUUID();
        await ask('SET', `${prefix}:1`, 'a');
        await ask('SET', `${prefix}:2`, 'a');
        expect([...((await ask('KEYS', `${prefix}:*`)) as string[])].sort()).toEqual([
          `${prefix}:1`,
          `${prefix}:2`,
        ]);
      });
    });

    scanningContract(connection);

    describe('scripts', () => {
      it('says NOSCRIPT for one it has not seen, and then runs it by its name', async () => {
        const text = `return '${randomUUID()}'`;
        const sha = String(await ask('SCRIPT', 'LOAD', text));
        expect(await ask('EVALSHA', sha, '0')).toBe(text.slice(8, -1));
        expect(await ask('EVALSHA', sha.replaceAll(/[0-9a-f]/g, 'f'), '0')).toEqual({
          kind: 'refused',
          code: 'NOSCRIPT',
        });
        expect(await ask('SCRIPT', 'EXISTS', sha)).toEqual([1]);
      });

      it.each([
        ['return {1, "a", false, true, {}}', [1, 'a', null, 1, []]],
        ['return 3.9', 3],
        ['return redis.call("GET", "absent") == false', 1],
        ['return redis.status_reply("FINE")', 'FINE'],
        ['return KEYS[1] .. ARGV[1]', 'ka'],
        ['return #KEYS + #ARGV', 2],
        ['return {1, nil, 3}', [1]],
        ['return redis.pcall("NO-SUCH-COMMAND")["err"] ~= nil', 1],
      ])('%s', async (text, answer) => {
        expect(await ask('EVAL', text, '1', 'k', 'a')).toEqual(answer);
      });

      it.each(['return )', 'x = 1', 'return y', 'return redis.call("NO-SUCH-COMMAND")', 'error("no")'])(
        'refuses %s',
        async (text) => {
          expect(await ask('EVAL', text, '0')).toMatchObject({ kind: 'refused' });
        },
      );

      it('refuses more keys than there are arguments', async () => {
        expect(await ask('EVAL', 'return 1', '2', 'k')).toMatchObject({ kind: 'refused' });
      });
    });

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
  });
}
