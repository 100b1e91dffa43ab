/** Counts what became of keys, and remembers those that are left, up to a bound. Plain values, so that a checkpoint can hold it. */
import type { Failure } from '../../shared/stream/outcome.ts';

/**
 * - `equal`: it was as its item says. `reconciled`: it is now. `gone`: neither item nor effect is there now. `filled`: it is in the next index.
 * - `missing`, `extra`, `different`: found so, and not touched.
 * - `unprojectable`: its item cannot have an effect as it is. `refused`: the store takes it not. `failed`: could not be settled just now.
 */
export type KeyResult =
  | 'equal'
  | 'reconciled'
  | 'gone'
  | 'filled'
  | 'missing'
  | 'extra'
  | 'different'
  | 'unprojectable'
  | 'refused'
  | 'failed';

/** A key for which something is left to do. */
export interface LeftKey {
  readonly key: string;
  readonly result: KeyResult;
  readonly fields?: readonly string[];
  readonly failure?: Failure;
}

export interface Tally {
  readonly counts: Partial<Record<KeyResult, number>>;
  readonly left: LeftKey[];
}

/** More are counted only: a whole index that is missing should not fill the memory. */
export const MOST_LEFT = 10_000;

export const newTally = (): Tally => ({ counts: {}, left: [] });

export function note(tally: Tally, result: KeyResult, left?: Omit<LeftKey, 'result'>): void {
  tally.counts[result] = (tally.counts[result] ?? 0) + 1;
  if (left !== undefined && tally.left.length < MOST_LEFT) tally.left.push({ ...left, result });
}

export function add(to: Tally, from: Tally): void {
  for (const [result, count] of Object.entries(from.counts) as [KeyResult, number][])
    to.counts[result] = (to.counts[result] ?? 0) + count;
  to.left.push(...from.left.slice(0, MOST_LEFT - to.left.length));
}

/**
 * Of a pass over the table and one over what the projection lists: what the table's side has counted already is not counted again, but
 * for what is wrong only on the other side.
 */
export function withListed(fromTable: Tally, listed: Tally): Tally {
  const known = new Set(fromTable.left.map(({ key }) => key));
  const repeated = (result: KeyResult) =>
    listed.left.filter((one) => one.result === result && known.has(one.key)).length;
  const found: Tally = { counts: {}, left: listed.left.filter(({ key }) => !known.has(key)) };
  for (const result of ['gone', ...LEFT] as const) {
    const count = (listed.counts[result] ?? 0) - repeated(result);
    if (count > 0) found.counts[result] = count;
  }
  const tally = newTally();
  add(tally, fromTable);
  add(tally, found);
  return tally;
}

const LEFT = [
  'missing',
  'extra',
  'different',
  'unprojectable',
  'refused',
  'failed',
] as const satisfies readonly KeyResult[];

export function leftCount({ counts }: Tally): number {
  return LEFT.reduce((sum, result) => sum + (counts[result] ?? 0), 0);
}

export function total({ counts }: Tally): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
