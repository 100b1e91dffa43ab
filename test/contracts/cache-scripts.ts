/** The part of the cache contract that is about scripts: how they are found, what they answer, and what is refused. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Command, Redis, Reply } from '../../shared/cache/redis.ts';

const never = new AbortController().signal;

/** @param connection to the server under test */
export function scriptsContract(connection: () => Redis): void {
  const ask = async (...command: Command): Promise<Reply | undefined> =>
    (await connection().send([command], never))[0];

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
}
