/**
 * Breaks the code on purpose, one bug at a time, and holds the laws to catching each: the laws are worth what they catch.
 *
 * Usage: npm run test:mutations -- [--fresh] [--only <mutation>] [--json]
 */
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { Verdict } from '../laws/law.ts';
import { MOST_RUNS, type Mutation } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';

/** For one law, ms: so long no check takes, even on a busy machine. What takes longer proves nothing. */
const TIMEOUT_MS = 300_000;

const { values } = parseArgs({
  options: {
    fresh: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
  },
});

const chosen = MUTATIONS.filter(({ name }) => values.only === undefined || values.only.includes(name));
const unknown = (values.only ?? []).filter((name) => MUTATIONS.every((one) => one.name !== name));
if (unknown.length > 0) {
  console.error(
    `--only ${unknown.join(', ')}: no such mutation; there are ${MUTATIONS.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}

export interface Caught {
  readonly name: string;
  readonly law: string;
  readonly seed: number;
  /** How many histories it took; undefined: it was not caught. */
  readonly histories?: number;
  readonly problem: string;
  readonly seconds: number;
}

async function checked(law: string, seed: number, runs: number, mutation?: string): Promise<Verdict> {
  const script = join(import.meta.dirname, 'check-law.ts');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script, law, String(seed), String(runs), ...(mutation === undefined ? [] : [mutation])],
    { timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 },
  );
  return JSON.parse(stdout) as Verdict;
}

/** Caught by the law, in histories in which the code as it is keeps it. */
async function caught({ name, law, seed: known }: Mutation): Promise<Caught> {
  const startedMs = Date.now();
  const seed = values.fresh ? randomInt(2 ** 31) : known;
  const about = { name, law, seed };
  const seconds = () => Math.round((Date.now() - startedMs) / 100) / 10;
  try {
    const verdict = await checked(law, seed, MOST_RUNS, name);
    if (verdict.kind === 'holds')
      return { ...about, problem: `not caught in ${verdict.runs} histories`, seconds: seconds() };
    const unbroken = await checked(law, seed, verdict.runs);
    if (unbroken.kind === 'broken')
      return {
        ...about,
        problem: `the law is broken without it: ${unbroken.problems[0]}`,
        seconds: seconds(),
      };
    return { ...about, histories: verdict.runs, problem: verdict.problems[0] ?? '', seconds: seconds() };
  } catch (error) {
    const { stderr = '', killed = false } = error as { readonly stderr?: string; readonly killed?: boolean };
    const said = killed ? `no end within ${TIMEOUT_MS / 1000} s` : stderr || String(error);
    return { ...about, problem: `the check failed: ${said}`, seconds: seconds() };
  }
}

function shown({ name, law, seed, histories, problem, seconds }: Caught): string {
  return histories === undefined
    ? `✗ ${name}: ${problem} (${law}, seed ${seed}, ${seconds} s)`
    : `✓ ${name}: ${law}, history ${histories} (${seconds} s): ${problem.slice(0, 80)}`;
}

const results: Caught[] = [];
const waiting = [...chosen];
const lane = async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const result = await caught(next);
    results.push(result);
    if (!values.json) console.log(shown(result));
  }
};
await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, lane));

const missed = results.filter(({ histories }) => histories === undefined);
if (values.json)
  console.log(JSON.stringify({ caught: results.length - missed.length, missed: missed.length, results }));
else console.log(`${results.length - missed.length} of ${results.length} bugs caught`);
process.exitCode = missed.length === 0 ? 0 : 1;
