import { expect, test } from 'vitest';
import type { PendingWrite } from '../../local/feed/write-feed.ts';
import { stillAlive } from './load.ts';

const NOW_MS = Date.parse('2026-03-21T10:00:00.000Z');
const NOW_S = NOW_MS / 1_000;

const put = (item: Record<string, { N: string } | { S: string }>): PendingWrite => ({
  table: 'Chats',
  itemKey: 'k',
  write: { kind: 'put', item: item as never },
});

test('what was to end long ago lives for a month from now, so that a redrive does not find it over', () => {
  const { write } = stillAlive(put({ PK: { S: 'c1' }, ttl: { N: String(NOW_S - 1) } }), NOW_MS);
  expect(write).toEqual({
    kind: 'put',
    item: { PK: { S: 'c1' }, ttl: { N: String(NOW_S + 30 * 24 * 3_600) } },
  });
});

test('what is alive, has no end, or is deleted is written as it was recorded', () => {
  const alive = put({ ttl: { N: String(NOW_S + 60) } });
  const endless = put({ PK: { S: 'c1' } });
  const gone: PendingWrite = { table: 'Chats', itemKey: 'k', write: { kind: 'delete', key: {} } };
  for (const one of [alive, endless, gone]) expect(stillAlive(one, NOW_MS)).toBe(one);
});
