/** What is counted, what is named of it, and how two sides are one. */
import { describe, expect, it } from 'vitest';
import { add, leftCount, MOST_LEFT, newTally, note, type Tally, total, withListed } from './tally.ts';

describe('a tally', () => {
  it('counts all that is left, and names a bounded number of it', () => {
    const tally = newTally();
    for (let index = 0; index < MOST_LEFT + 5; index++) note(tally, 'missing', { key: `k${index}` });
    expect(leftCount(tally)).toBe(MOST_LEFT + 5);
    expect(tally.left).toHaveLength(MOST_LEFT);
    const sum = newTally();
    note(sum, 'failed', { key: 'first' });
    add(sum, tally);
    expect([leftCount(sum), sum.left.length, sum.left[0]?.key]).toEqual([MOST_LEFT + 6, MOST_LEFT, 'first']);
  });

  it('adds up, whatever each part has, and only what is wrong is left', () => {
    const [sum, part] = [newTally(), newTally()];
    for (const result of ['equal', 'reconciled', 'gone', 'filled'] as const) note(part, result);
    for (const result of ['missing', 'extra', 'different', 'unprojectable', 'refused', 'failed'] as const)
      note(part, result, { key: result });
    add(sum, part);
    add(sum, part);
    expect([total(sum), leftCount(sum), sum.left.length]).toEqual([20, 12, 12]);
    expect(sum.left.every(({ key, result }) => key === result)).toBe(true);
  });

  it('of both sides has what is wrong on the other side only, and what is gone there', () => {
    const [fromTable, listed] = [newTally(), newTally()];
    note(fromTable, 'equal');
    note(fromTable, 'failed', { key: 'a' });
    note(listed, 'equal');
    note(listed, 'gone');
    note(listed, 'reconciled');
    note(listed, 'extra', { key: 'a' });
    note(listed, 'extra', { key: 'x' });
    note(listed, 'failed', { key: 'a' });
    expect(withListed(fromTable, listed)).toEqual({
      counts: { equal: 1, failed: 1, gone: 1, extra: 1 },
      left: [
        { key: 'a', result: 'failed' },
        { key: 'x', result: 'extra' },
      ],
    });
  });

  it('of both sides counts a key that is wrong on both once', () => {
    const side = (...keys: readonly string[]): Tally => {
      const tally = newTally();
      for (const key of keys) note(tally, 'different', { key, fields: ['a'] });
      return tally;
    };
    expect(withListed(side('a', 'b'), side('b', 'c')).counts).toEqual({ different: 3 });
  });
});
