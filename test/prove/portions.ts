/** Cuts a proof into portions that processes work on: of one law each, each with a seed of its own, so that any can be run again alone. */

export interface Portion {
  readonly law: string;
  readonly seed: number;
  readonly runs: number;
  readonly path?: string;
}

const MOST_RUNS = 250;

/** Laws take turns: whoever stops half-way has tried all of them. */
export function portions(laws: readonly string[], runs: number, seed: number): readonly Portion[] {
  const rounds = Math.ceil(runs / MOST_RUNS);
  return Array.from({ length: rounds }, (_, round) =>
    laws.map((law) => ({
      law,
      seed: (seed + round) | 0,
      runs: Math.min(MOST_RUNS, runs - round * MOST_RUNS),
    })),
  ).flat();
}
