/** Cuts a proof into portions that processes work on: of one law each, each with a seed of its own, so that any can be run again alone. */

export interface Portion {
  readonly law: string;
  readonly seed: number;
  readonly runs: number;
  readonly path?: string;
}

/** Of a portion, so that progress shows; of a long proof more, so that it does not show ten thousand times. */
const MANY_RUNS = 250;
const MOST_PORTIONS = 40;

/** Laws take turns: whoever stops half-way has tried all of them. */
export function portions(laws: readonly string[], runs: number, seed: number): readonly Portion[] {
  const most = Math.max(MANY_RUNS, Math.ceil(runs / MOST_PORTIONS));
  const rounds = Math.ceil(runs / most);
  return Array.from({ length: rounds }, (_, round) =>
    laws.map((law) => ({
      law,
      seed: (seed + round) | 0,
      runs: Math.min(most, runs - round * most),
    })),
  ).flat();
}
