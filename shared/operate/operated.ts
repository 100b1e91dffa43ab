/**
 * What the operator's commands must know of a projection to find its keys from the table's side: pure, and without the function
 * that keeps it. Each processor that keeps something equal to a table says it in its `operate.ts`.
 */
import type { Item } from '../stream/change.ts';

export interface Operated {
  /** The processor's name. */
  readonly processor: string;
  /** As the infrastructure calls the table whose rows are its source, e.g. `products`. */
  readonly table: string;
  /** All that `keysOf` looks at, the key's attributes included: a scan needs to read no more. */
  readonly attributes: readonly string[];
  /** What an operator may type for a key, for help and complaints, e.g. `a product's id`. */
  readonly keyForm: string;
  /** Where comparing one key costs more than a read or two: how many the function is asked about at once. */
  readonly keysPerRequest?: number;
  /**
   * The projection's keys that a row stands for; none where the row has no effect. The row may be an item of the table, or a
   * record's key with what its image holds.
   */
  keysOf(row: Item): readonly string[];
}
