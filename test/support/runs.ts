/** How many random cases a property tries, and from which seed: said once for a whole run, by whoever starts it. */
import { randomInt } from 'node:crypto';

export interface Runs {
  readonly runs: number;
  /** A 32-bit integer: the same one gives the same cases. */
  readonly seed: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param environment `STREAMKEEPER_RUNS` and `STREAMKEEPER_SEED`; left out or empty, `usually` cases from a seed of their own
 * @throws {RangeError} naming the variable that is no such number
 */
export function runsOf(environment: Environment, usually: number): Runs {
  return {
    runs: wholeNumber(environment, 'STREAMKEEPER_RUNS', 1) ?? usually,
    seed: seedIn(environment) ?? randomInt(2 ** 31),
  };
}

/** @throws {RangeError} when `STREAMKEEPER_SEED` is set and no seed */
export function seedIn(environment: Environment): number | undefined {
  return wholeNumber(environment, 'STREAMKEEPER_SEED', 0);
}

function wholeNumber(environment: Environment, name: string, least: number): number | undefined {
  const text = environment[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value < 2 ** 31) return value;
  throw new RangeError(`${name}: is not usable; give a whole number from ${least} to ${2 ** 31 - 1}`);
}
