/** Runs an entry point's suite as tests. A failing one prints its seed and its path, and the smallest case that breaks it. */
import { describe, it } from 'vitest';
import { report } from '../laws/law.ts';
import { runsOf } from '../support/runs.ts';
import { CASES, fuzzNamed } from './suites.ts';

/** For as many cases as `npm run prove` asks for, on a machine that has other things to do. */
const TIMEOUT_MS = 6 * 3600_000;

export async function testFuzz(names: readonly string[]): Promise<void> {
  const runs = runsOf(process.env, CASES);
  for (const name of names) {
    const suite = await fuzzNamed(name);
    if (suite === undefined) throw new Error(`there is no suite ${name}`);
    describe(suite.title, () => {
      for (const law of suite.laws) {
        it(law.title, { timeout: TIMEOUT_MS }, async () => {
          const verdict = await law.check(runs);
          if (verdict.kind === 'broken') throw new Error(report(law, verdict));
        });
      }
    });
  }
}
