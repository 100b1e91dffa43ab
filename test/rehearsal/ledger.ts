/** Writes down what was claimed and what came of it. A claim that does not hold is a row, and the rehearsal goes on. */
import { lineOf } from '../../local/problem.ts';
import type { Clock } from '../../shared/time/clock.ts';

/** `simulated`: proven of the synthesized properties, by the simulator, because the engine does not do it. */
export type Result = 'proven' | 'simulated' | 'failed' | 'not-reached';

export interface Row {
  /** What it is about, e.g. `bids`. */
  readonly part: string;
  readonly claim: string;
  readonly result: Result;
  /** What was seen, or what went wrong. */
  readonly evidence: string;
  readonly tookMs: number;
}

export interface Ledger {
  readonly rows: readonly Row[];
  /** @param work returns what was seen, and throws when it was not. @returns whether the claim holds */
  prove(
    part: string,
    claim: string,
    work: () => Promise<string>,
    by?: 'engine' | 'simulator',
  ): Promise<boolean>;
  /** For claims that nobody could look at any more. */
  notReached(part: string, claim: string): void;
}

export function openLedger(clock: Clock, say: (row: Row) => void): Ledger {
  const rows: Row[] = [];
  const add = (row: Row) => {
    rows.push(row);
    say(row);
  };
  return {
    rows,
    async prove(part, claim, work, by = 'engine') {
      const startedMs = clock.now();
      const took = () => clock.now() - startedMs;
      try {
        const evidence = await work();
        const result = by === 'engine' ? 'proven' : 'simulated';
        add({ part, claim, result, evidence, tookMs: took() });
        return true;
      } catch (error) {
        add({ part, claim, result: 'failed', evidence: lineOf(error), tookMs: took() });
        return false;
      }
    },
    notReached(part, claim) {
      add({ part, claim, result: 'not-reached', evidence: '', tookMs: 0 });
    },
  };
}

export function allProven(rows: readonly Row[]): boolean {
  return rows.length > 0 && rows.every(({ result }) => result === 'proven' || result === 'simulated');
}
