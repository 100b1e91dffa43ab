import { expect, test } from 'vitest';
import { asWrite } from '../../../fixtures/as-writes.ts';
import { firstOf, MIX, portions } from './mix.ts';
import type { Step } from './step.ts';

const START_MS = Date.parse('2026-03-17T00:00:00Z');

const changesOf = (steps: Iterable<Step>) =>
  [...steps].flatMap((step) => (step.kind === 'change' ? [step.record] : []));

test.each(MIX.map((history) => [history.name, history] as const))(
  'the same seed makes the same changes of %s, and another makes others',
  (_, history) => {
    const text = (seed: number) => JSON.stringify([...firstOf(history, 300, seed, START_MS)]);
    expect(text(1)).toBe(text(1));
    expect(text(2)).not.toBe(text(1));
  },
);

test.each(MIX.map((history) => [history.name, history] as const))(
  'every change of %s can be written, and nothing is deleted that is not there',
  (_, history) => {
    const there = new Set<string>();
    const wrong: string[] = [];
    for (const record of changesOf(firstOf(history, 3_000, 3, START_MS))) {
      const write = asWrite(record);
      const key = JSON.stringify(record.dynamodb?.Keys);
      if (write.kind === 'unwritable') wrong.push(`${key}: ${write.reason}`);
      else if (write.kind === 'put') there.add(key);
      else if (!there.delete(key)) wrong.push(`${key}: deleted, and not there`);
    }
    expect(wrong).toEqual([]);
  },
);

test.each(MIX.map((history) => [history.name, history] as const))(
  'in %s items are changed, deleted and made again',
  (_, history) => {
    const before = new Map<string, string | undefined>();
    const seen = new Set<string>();
    for (const record of changesOf(firstOf(history, 5_000, 3, START_MS))) {
      const key = JSON.stringify(record.dynamodb?.Keys);
      seen.add(`${before.get(key) ?? 'nothing'}, then ${record.eventName}`);
      before.set(key, record.eventName);
    }
    expect([...seen]).toEqual(
      expect.arrayContaining(['nothing, then MODIFY', 'MODIFY, then MODIFY', 'MODIFY, then REMOVE']),
    );
    // Messages have the time of their writing in their key: none is written twice.
    if (history.name !== 'conversations') expect([...seen]).toContain('REMOVE, then MODIFY');
  },
);

test('portions add up to what was asked for', () => {
  for (const records of [100, 2_000, 1_000_003])
    expect([...portions(records).values()].reduce((sum, count) => sum + count, 0)).toBe(records);
});
