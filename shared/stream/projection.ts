/** What a processor keeps equal to a table, as the operator's commands see it: compared and mended by key, and listed from its own side. */
import type { Failure, Outcome } from './outcome.ts';
import type { BatchContext } from './processor.ts';

/** @returns in the order of the keys; a key is the ordering key of the items it stands for, or what `list` gave */
export interface Projection {
  /** Reads the effect and then the item, and says how they differ. Writes nothing. */
  compare(keys: readonly string[], context: BatchContext): Promise<readonly Comparison[]>;
  /** Makes the effect as the item is now; whatever is live meanwhile wins. */
  reconcile(keys: readonly string[], context: BatchContext): Promise<readonly Outcome[]>;
  /** Keys under which there is an effect, whether there is an item or not; every key that was there throughout comes at least once. */
  list(page: ListPage, context: BatchContext): Promise<ListedKeys>;
  /**
   * For effects that can be built anew beside those in use: writes the items as they are now there. One pass, so that transient keys
   * are asked for again. Left out where there is no such place.
   */
  fill?(keys: readonly string[], context: BatchContext): Promise<readonly Outcome[]>;
}

export interface ListPage {
  /** Where the page before ended; left out for the first. */
  readonly after?: string;
  /** About how many keys: a page may hold fewer, none, or somewhat more, and still not be the last. */
  readonly limit: number;
}

export interface ListedKeys {
  readonly keys: readonly string[];
  /** Absent after the last page. */
  readonly after?: string;
}

/**
 * - `equal`: the effect is what the item says, or neither exists.
 * - `different`: `fields` are the names of what differs, never values.
 * - `missing`: the item has no effect, and should.
 * - `extra`: there is an effect, and no item (or one that has none).
 * - `unprojectable`: the item cannot have one as it is now.
 * - `unread`: could not be compared just now.
 */
export type Comparison =
  | { readonly kind: 'equal' }
  | { readonly kind: 'different'; readonly fields: readonly string[] }
  | { readonly kind: 'missing' }
  | { readonly kind: 'extra' }
  | { readonly kind: 'unprojectable'; readonly failure: Failure }
  | { readonly kind: 'unread'; readonly failure: Failure };
