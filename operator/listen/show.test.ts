/** What a terminal shows, and what other programs read. */

import { describe, expect, test } from 'vitest';
import { fc, test as property } from '../../test/support/property.ts';
import type { ListenEvent } from './listener.ts';
import { jsonShow, prettyShow } from './show.ts';

const message = (value: object): ListenEvent => ({ kind: 'message', text: JSON.stringify(value) });
const pushed = (id: string, text = 'A bid of ₹24') =>
  message({
    type: 'notification',
    id,
    createdAt: '2026-01-01T10:00:00.000Z',
    unread: 1,
    language: 'english',
    text,
    notification: { type: 'new_bid', bidId: 'b-1', amount: 24, buyerType: null },
    details: {},
  });
const inbox = (unread: number, ...ids: string[]) =>
  message({
    type: 'inbox',
    unread,
    latest: ids.map((id) => ({
      id,
      createdAt: '2026-01-01T10:00:00.000Z',
      notification: { type: 'new_bid', bidId: id },
    })),
    sessionEndsAt: '2026-01-01T12:00:00.000Z',
  });
const uncoloured = () => prettyShow((_, text) => text);

describe('in a terminal', () => {
  test('a notification is one line: when, what, its text, its fields', () => {
    expect(uncoloured()(pushed('n-1'))).toEqual([
      '2026-01-01T10:00:00.000Z  new_bid  A bid of ₹24  bidId=b-1 amount=24',
    ]);
  });

  test('the waiting inbox is shown oldest first, and nothing is shown twice', () => {
    const show = uncoloured();
    expect(show(inbox(2, 'two', 'one'))).toEqual([
      'inbox: 2 waiting',
      '2026-01-01T10:00:00.000Z  new_bid  bidId=one',
      '2026-01-01T10:00:00.000Z  new_bid  bidId=two',
    ]);
    expect(show(inbox(2, 'two', 'one'))).toEqual([]);
    expect(show(inbox(3, 'three', 'two', 'one'))).toEqual([
      'inbox: 3 waiting',
      '2026-01-01T10:00:00.000Z  new_bid  bidId=three',
    ]);
    expect(show(pushed('three'))).toEqual([]);
  });

  test('the beginning and the end of a connection are told', () => {
    const show = uncoloured();
    const end = { kind: 'disconnected', code: 1001, reason: 'Going away' } as const;
    expect(show({ kind: 'connected' })).toEqual(['connected']);
    expect(show({ ...end, wasOpen: true })).toEqual(['disconnected (Going away); trying again …']);
    expect(show({ ...end, wasOpen: false })).toHaveLength(1);
  });

  property.prop([fc.string({ unit: 'binary' })])('no text steers the terminal or breaks its line', (text) => {
    for (const event of [
      pushed('n-1', `\u001b[2J${text}\n`),
      { kind: 'message', text: `\u001b]0;${text}` } as const,
      { kind: 'disconnected', code: 1000, reason: `\r${text}`, wasOpen: true } as const,
    ])
      for (const line of uncoloured()(event)) expect(line).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
  });

  property.prop([fc.oneof(fc.json(), fc.string())])('any message is shown', (text) => {
    expect(() => uncoloured()({ kind: 'message', text })).not.toThrow();
  });
});

describe('for other programs', () => {
  test('a message is passed on as it came', () => {
    const event = pushed('n-1');
    expect(jsonShow(event)).toEqual([event.kind === 'message' ? event.text : '']);
  });

  property.prop([fc.string({ unit: 'binary' })])('every event is one line of JSON', (text) => {
    const lines = [
      ...jsonShow({ kind: 'message', text }),
      ...jsonShow({ kind: 'disconnected', code: 1006, reason: text, wasOpen: false }),
    ];
    for (const line of lines) {
      expect(line).not.toContain('\n');
      expect(() => JSON.parse(line)).not.toThrow();
    }
    expect(lines).toHaveLength(2);
  });
});
