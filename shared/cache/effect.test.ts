import { describe, expect, it } from 'vitest';
import { entryParts } from './effect.ts';

const NOW_MS = 1_700_000_000_000;
const NOW_S = NOW_MS / 1_000;
const MINUTE_MS = 60_000;
const WEEK_MS = 7 * 24 * 3_600_000;

describe('a tombstone', () => {
  it('outlives every state that told of the change', () => {
    const ttlsSeen = [NOW_S + 100, NOW_S + 900, NOW_S + 500];
    expect(entryParts({ kind: 'evict', ttlsSeen }, NOW_MS)).toEqual({ tombstoneUntilMs: NOW_MS + 900_000 });
    const held = entryParts({ kind: 'hold', value: {}, ttl: NOW_S + 100, ttlsSeen }, NOW_MS);
    expect(held).toEqual({
      value: { json: '{}', expiresAtMs: NOW_MS + 100_000 },
      tombstoneUntilMs: NOW_MS + 900_000,
    });
  });

  it('stays a week where a state told of no end, or no state is known', () => {
    for (const ttlsSeen of [[], [undefined], [NOW_S + 100, undefined]])
      expect(entryParts({ kind: 'evict', ttlsSeen }, NOW_MS).tombstoneUntilMs).toBe(NOW_MS + WEEK_MS);
  });

  it('stays a minute at least', () => {
    expect(entryParts({ kind: 'evict', ttlsSeen: [NOW_S - 100] }, NOW_MS).tombstoneUntilMs).toBe(
      NOW_MS + MINUTE_MS,
    );
  });
});

it('a state that lapses in this very moment is not stored', () => {
  expect(
    entryParts({ kind: 'hold', value: {}, ttl: NOW_S, ttlsSeen: [NOW_S] }, NOW_MS).value,
  ).toBeUndefined();
});
