/** Runs laws as tests. A failing one prints its seed and its path, and the smallest history that breaks it. */
import { describe, it } from 'vitest';
import { runsOf } from '../support/runs.ts';
import { type LawSuite, report } from './law.ts';

/** @param usually histories for each law, where nobody says otherwise */
export function testLaws({ title, laws }: LawSuite, usually: number): void {
  const runs = runsOf(process.env, usually);
  describe(title, () => {
    for (const law of laws) {
      it(law.title, async () => {
        const verdict = await law.check(runs);
        if (verdict.kind === 'broken') throw new Error(report(law, verdict));
      });
    }
  });
}
