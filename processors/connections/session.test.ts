/** How long a session counts as live. */
import { expect, test } from 'vitest';
import type { Connection } from './event.ts';
import { inboxFrame } from './frame.ts';
import { endsAtMs, LIVE_AFTER_ACTIVITY_MS, LONGEST_CONNECTION_MS, sessionRow } from './session.ts';

const AT = 1_700_000_000_000;
const connection = (changes: Partial<Connection> = {}): Connection => ({
  id: 'c-1',
  userId: 'u-1',
  connectedAtMs: AT,
  tokenExpiresAtMs: AT + 10 * LONGEST_CONNECTION_MS,
  userAgent: undefined,
  ...changes,
});
const ttlMs = (changes: Partial<Connection>, nowMs: number) =>
  sessionRow(connection(changes), undefined, nowMs).ttl * 1000;

test('a session is live for a while after its last sign of life', () => {
  expect(ttlMs({}, AT + 60_000)).toBe(AT + 60_000 + LIVE_AFTER_ACTIVITY_MS);
});

test('a session is not live after the longest time a connection can last', () => {
  const nearTheEnd = AT + LONGEST_CONNECTION_MS - 1_000;
  expect(ttlMs({}, nearTheEnd)).toBe(AT + LONGEST_CONNECTION_MS);
});

test('a session is not live after the end of the token that opened it', () => {
  expect(ttlMs({ tokenExpiresAtMs: AT + 5_000 }, AT)).toBe(AT + 5_000);
  expect(ttlMs({ tokenExpiresAtMs: AT + 5_900 }, AT)).toBe(AT + 5_000);
});

test('a row says when its connection was made, however late it is written', () => {
  const row = sessionRow(connection(), undefined, AT + 60_000);
  expect(row.connected_at).toBe(new Date(AT).toISOString());
  expect(row.last_activity).toBe(new Date(AT + 60_000).toISOString());
});

test('what a client calls itself is kept short and in one line', () => {
  const row = sessionRow(connection({ userAgent: `a\u001b[31m\n${'x'.repeat(1000)}` }), undefined, AT);
  expect(row.device_info.user_agent).toMatch(/^a \[31m x+$/);
  expect(row.device_info.user_agent).toHaveLength(256);
});

test('an announcement is one frame: notifications that do not fit are left out, the count stays', () => {
  const entry = (id: string) => ({ id, createdAt: null, notification: { preview: 'த'.repeat(4_000) } });
  const text = inboxFrame({ unread: 7, latest: ['5', '4', '3', '2', '1'].map(entry) }, AT);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(32 * 1024);
  const { unread, latest } = JSON.parse(text);
  expect(unread).toBe(7);
  expect(latest.map(({ id }: { id: string }) => id)).toEqual(['5', '4']);
});

test('no connection lasts longer than two hours, whatever its token', () => {
  expect(endsAtMs(connection({ tokenExpiresAtMs: AT + 24 * 3_600_000 }))).toBe(AT + 2 * 3_600_000);
});
