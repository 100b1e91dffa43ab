/** Runs laws as tests. A failing one prints its seed and its path, and the smallest history that breaks it. */
import { randomInt } from 'node:crypto';
import { describe, it } from 'vitest';
import { type LawSuite, report } from './law.ts';

/** @param runs histories for each law */
export function testLaws({ title, laws }: LawSuite, runs: number): void {
  describe(title, () => {
    for (const law of laws) {
      it(law.title, async () => {
        const verdict = await law.check({ runs, seed: randomInt(2 ** 31) });
        if (verdict.kind === 'broken') throw new Error(report(law, verdict));
      });
    }
  });
}
