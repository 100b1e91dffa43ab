/** What a comparison of an effect with its expectation comes to. */

export interface Finding {
  readonly equal: boolean;
  /** How many there are: rows, mails, ratings, values. */
  readonly count: number;
  /** The first few, by keys and field names only. */
  readonly differences: readonly string[];
}

const SHOWN = 5;

/** @param differences all of them */
export function finding(count: number, differences: readonly string[]): Finding {
  return { equal: differences.length === 0, count, differences: differences.slice(0, SHOWN) };
}
