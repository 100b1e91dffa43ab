/** The laws of a rebuild, and by name what they seldom come to. */
import { describe, expect, it } from 'vitest';
import { testLaws } from '../testing.ts';
import { broken, rebuildLaws } from './rebuild.laws.ts';
import { put, remove, scenario } from './scenario.ts';

testLaws(rebuildLaws, 100);

describe('what the laws seldom come to', () => {
  const quiet = { rebuildAfterMs: 0, kills: [], latenciesMs: [1] };

  it('a product that came after its part of the table was read is in the new index', async () => {
    const history = [put('p2', 1), put('p4', 2), put('p1', 3, 30_000)];
    expect(await broken({ ...scenario({ history }), ...quiet, scanMs: 20_000 })).toEqual([]);
  });

  it('a product that went meanwhile stays gone, though a record from before is delivered again soon after', async () => {
    const changes = [put('p1', 2, 2_400), put('p1', 3, 100), remove('p1', 100)];
    const history = [put('p2', 1), put('p4', 1), put('p1', 1), ...changes];
    const again = [
      { atMs: 12_000, from: 0.7, size: 1, redriven: false, fromEarlierStream: false, slowMs: 0 },
    ];
    expect(await broken({ ...scenario({ history, again }), ...quiet, scanMs: 2_000 })).toEqual([]);
  });
});
