/** The part of the cache contract that is about single commands: values, times to live, conditions, and answers in order. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Command, isRefused, type Redis, type Reply } from '../../shared/cache/redis.ts';

const HOUR_MS = 3_600_000;
const never = new AbortController().signal;

/** @param connection to the server under test */
export function commandsContract(connection: () => Redis): void {
  const ask = async (...command: Command): Promise<Reply | undefined> =>
    (await connection().send([command], never))[0];

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
}
