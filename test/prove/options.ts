/** What `npm run prove` is asked for. */
import { parseArgs } from 'node:util';
import { FUZZ_NAMES } from '../fuzz/suites.ts';
import { SUITE_NAMES } from '../laws/suites.ts';

/** Laws of streams first, then what entry points do with what nobody expects. */
const PROVEN = [...SUITE_NAMES, ...FUZZ_NAMES];

/** Every entry point, under one name. */
const FUZZ = 'fuzz';

export interface Options {
  /** Random histories for each law. */
  readonly runs: number;
  /** Names of suites. */
  readonly suites: readonly string[];
  /** One law only, by its id. */
  readonly law?: string;
  readonly seed: number;
  /** Of a history that was found: begins with it. */
  readonly path?: string;
  readonly json: boolean;
  readonly workers: number;
  /** Not the laws, but the contracts on the real engines. */
  readonly engines: boolean;
}

export const USAGE = `npm run prove -- [--runs N] [--stream NAME]… [--law ID] [--seed N] [--path P] [--workers N] [--json]

  --runs     random histories for each law                     (default 2000)
  --stream   may be repeated                                   (default all)
             a stream or tool:   ${inLines(SUITE_NAMES)}
             all entry points:   ${FUZZ}
             one entry point:    ${inLines(FUZZ_NAMES)}
  --law      one law only, e.g. products/again
  --seed     the same seed gives the same histories            (default a random one, which is printed)
  --path     with --law and --seed: begins with the history that was found there
  --workers  processes at once                                 (default the machine's processors)
  --json     the report as JSON, and nothing else
  --engines  instead of laws: the contracts of test/contracts on every real engine, OpenSearch 3 among them, downloaded once

Exit codes: 0 every law holds, 1 a law is broken, 2 the command is wrong, 130 interrupted.`;

function inLines(names: readonly string[]): string {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last === undefined || last.length + name.length > 78) lines.push(name);
    else lines[lines.length - 1] = `${last}, ${name}`;
  }
  return lines.join(`,\n${' '.repeat(33)}`);
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Defaults {
  readonly seed: number;
  readonly workers: number;
}

/** @throws {UsageError} naming the option and the way out */
export function readOptions(args: readonly string[], defaults: Defaults): Options | 'help' {
  const { values } = parsed(args);
  if (values.help) return 'help';
  const suites =
    values.stream?.flatMap((name) => (name === FUZZ ? FUZZ_NAMES : [name])) ??
    (values.law === undefined ? PROVEN : [values.law.split('/')[0] ?? '']);
  const unknown = suites.find((name) => !PROVEN.includes(name));
  if (unknown !== undefined)
    throw new UsageError(
      `${values.stream ? '--stream' : '--law'} ${unknown}: expected ${[...SUITE_NAMES, FUZZ, ...FUZZ_NAMES].join(', ')}`,
    );
  if (values.path !== undefined && (values.law === undefined || values.seed === undefined))
    throw new UsageError('--path: a history is found by its law and its seed, give --law and --seed too');
  return {
    suites,
    runs: wholeNumber('--runs', values.runs, 1) ?? 2_000,
    seed: wholeNumber('--seed', values.seed, -(2 ** 31)) ?? defaults.seed,
    workers: wholeNumber('--workers', values.workers, 1) ?? defaults.workers,
    json: values.json ?? false,
    engines: values.engines ?? false,
    ...(values.law === undefined ? {} : { law: values.law }),
    ...(values.path === undefined ? {} : { path: values.path }),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        runs: { type: 'string' },
        stream: { type: 'string', multiple: true },
        law: { type: 'string' },
        seed: { type: 'string' },
        path: { type: 'string' },
        workers: { type: 'string' },
        json: { type: 'boolean' },
        engines: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value >= 2 ** 31)
    throw new UsageError(`${name} ${text}: expected a whole number from ${least} to ${2 ** 31 - 1}`);
  return value;
}
