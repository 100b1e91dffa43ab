/** Runs laws as tests. A failing one prints its seed and its path, and the smallest history that breaks it. */
import { describe, it } from 'vitest';
import { runsOf } from '../support/runs.ts';
import { type LawSuite, report } from './law.ts';

/** A law takes as long as its histories take on the machine; each of them ends, or fails, on a virtual clock. */
const TIMEOUT_MS = 15 * 60_000;

/** @param usually histories for each law, where nobody says otherwise */
export function testLaws({ title, laws }: LawSuite, usually: number): void {
  const runs = runsOf(process.env, usually);
  describe(title, () => {
    for (const law of laws) {
      it(law.title, { timeout: TIMEOUT_MS }, async () => {
        const verdict = await law.check(runs);
        if (verdict.kind === 'broken') throw new Error(report(law, verdict));
      });
    }
  });
}
