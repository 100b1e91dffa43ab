/**
 * A law: what holds at the end of every history, whatever is delivered and whatever fails. Written once, run by the unit suite,
 * by `npm run prove` and, on code that was broken on purpose, by `npm run test:mutations`.
 */
import fc from 'fast-check';

export interface LawSuite {
  /** Of the stream, or of what is done with one. */
  readonly name: string;
  readonly title: string;
  readonly laws: readonly Law[];
}

export interface Law {
  /** `<suite>/<name>`: names the law in commands and in recorded histories. */
  readonly id: string;
  readonly title: string;
  check(options: CheckOptions): Promise<Verdict>;
  /** Runs one history, as `Broken` holds it. @returns what it breaks, in words */
  replay(history: unknown): Promise<readonly string[]>;
}

export interface CheckOptions {
  /** How many random histories. */
  readonly runs: number;
  /** A 32-bit integer: the same one gives the same histories. */
  readonly seed: number;
  /** Of a history that was found: begins with it. */
  readonly path?: string;
  /** Whether a history that breaks the law is made smaller first. @default true */
  readonly shrinks?: boolean;
}

export type Verdict = { readonly kind: 'holds'; readonly runs: number } | Broken;

export interface Broken {
  readonly kind: 'broken';
  /** How many histories it took. */
  readonly runs: number;
  readonly seed: number;
  readonly path: string;
  /** JSON. */
  readonly history: unknown;
  readonly problems: readonly string[];
}

export interface LawOf<History> {
  readonly id: string;
  readonly title: string;
  /** Made of what JSON can hold. */
  readonly histories: fc.Arbitrary<History>;
  /** What a history breaks, in words; empty where the law holds. */
  readonly broken: (history: History) => Promise<readonly string[]>;
}

export function law<History>({ id, title, histories, broken }: LawOf<History>): Law {
  return {
    id,
    title,
    replay: (history) => problemsOf(broken, history as History),
    async check({ runs, seed, path, shrinks = true }) {
      const property = fc.asyncProperty(histories, async (history) => {
        const problems = await problemsOf(broken, history);
        if (problems.length > 0) throw new LawBroken(problems);
      });
      const details = await fc.check(property, {
        numRuns: runs,
        seed,
        endOnFailure: !shrinks,
        ...(path === undefined ? {} : { path }),
      });
      if (!details.failed) return { kind: 'holds', runs: details.numRuns };
      const { errorInstance, counterexample, counterexamplePath } = details;
      return {
        kind: 'broken',
        runs: details.numRuns,
        seed: details.seed,
        path: counterexamplePath ?? '',
        history: JSON.parse(JSON.stringify(counterexample?.[0] ?? null)),
        problems: errorInstance instanceof LawBroken ? errorInstance.problems : [String(errorInstance)],
      };
    },
  };
}

class LawBroken extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** A history in which something throws, or waits for ever, breaks the law too. */
async function problemsOf<History>(
  broken: LawOf<History>['broken'],
  history: History,
): Promise<readonly string[]> {
  try {
    return await broken(history);
  } catch (error) {
    return [`it threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  }
}

/** In how a failing law is reported everywhere: what is broken, by which history, and how to see it again. */
export function report({ id }: Pick<Law, 'id'>, { seed, path, problems, history, runs }: Broken): string {
  return [
    `${id} is broken by history ${runs}:`,
    ...problems.map((problem) => `  ${problem}`),
    `Again: npm run prove -- --law ${id} --seed=${seed} --path=${path}`,
    `The history: ${JSON.stringify(history)}`,
  ].join('\n');
}
