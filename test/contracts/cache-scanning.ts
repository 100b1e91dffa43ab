/** The part of the cache contract that listing what a cache holds relies on: scans, page by page. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import type { CacheEntry } from '../../shared/cache/compare-and-set.ts';
import { cacheKept } from '../../shared/cache/projection/kept.ts';
import type { Command, Redis } from '../../shared/cache/redis.ts';
import { compareAndSet } from '../../shared/cache/run-script.ts';
import { batchContext } from '../support/batch-context.ts';

const HOUR_MS = 3_600_000;
const never = new AbortController().signal;

/** @param connection to the server under test */
export function scanningContract(connection: () => Redis): void {
  const ask = async (...command: Command) => (await connection().send([command], never))[0];

  describe('scanning', () => {
    const set = (...keys: readonly string[]) =>
      connection().send(
        keys.map((key) => ['SET', key, 'a']),
        never,
      );
    const names = (prefix: string, from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => `${prefix}${from + index}`);

    it('finds every key that is there throughout, page by page, whatever comes and goes meanwhile', async () => {
      const prefix = `${randomUUID()}:`;
      await set(...names(prefix, 0, 300));
      const found = new Set<string>();
      let cursor = '0';
      let pages = 0;
      do {
        const page = (await ask('SCAN', cursor, 'MATCH', `${prefix}*`, 'COUNT', '20')) as [string, string[]];
        cursor = page[0];
        for (const key of page[1]) found.add(key);
        await ask('DEL', `${prefix}${200 + pages}`);
        await set(`${prefix}${1_000 + pages}`, `${prefix}${pages}`);
        pages++;
      } while (cursor !== '0');
      expect(names(prefix, 0, 200).filter((key) => !found.has(key))).toEqual([]);
      expect([...found].filter((key) => !key.startsWith(prefix))).toEqual([]);
      expect(pages).toBeGreaterThan(5);
    });

    it.each([
      [['soon'], 'a cursor that is none'],
      [['0', 'COUNT', '0'], 'an empty page'],
      [['0', 'COUNT'], 'an option without its value'],
    ])('refuses %j: %s', async (words) => {
      expect(await ask('SCAN', ...words)).toEqual({ kind: 'refused', code: 'ERR' });
    });

    it('lists what the cache holds, and no tombstone', async () => {
      const prefix = `${randomUUID()}:`;
      const kept = cacheKept({
        redis: connection(),
        prefix,
        readItems: async (keys) => keys.map(() => undefined),
        itemKey: (id) => ({ id }),
        desired: () => ({ ok: true, effect: { kind: 'evict', ttlsSeen: [] } }),
      });
      const context = batchContext({ clock: new VirtualClock(Date.now()) });
      const entries = names(prefix, 0, 60).map(
        (key, index): CacheEntry => ({
          key,
          condition: { kind: 'newer' },
          sequenceNumber: '1',
          ...(index < 50 ? { value: { json: '{}', expiresAtMs: Date.now() + HOUR_MS } } : {}),
          tombstoneUntilMs: Date.now() + HOUR_MS,
        }),
      );
      await compareAndSet(connection(), entries, never);
      const listed = new Set<string>();
      let after: string | undefined;
      do {
        const page = await kept.list({ limit: 10, ...(after === undefined ? {} : { after }) }, context);
        for (const id of page.keys) listed.add(id);
        after = page.after;
      } while (after !== undefined);
      expect([...listed].sort()).toEqual(names('', 0, 50).sort());
      expect(await kept.compare(['0', '55'], context)).toEqual([{ kind: 'extra' }, { kind: 'equal' }]);
      expect(await kept.reconcile(['0'], context)).toEqual([{ kind: 'gone' }]);
      expect(await kept.compare(['0'], context)).toEqual([{ kind: 'equal' }]);
    });
  });
}
