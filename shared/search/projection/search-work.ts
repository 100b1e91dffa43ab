/** The words of a search projection: what an index should hold, for which item, and the ports it works with. */
import type { Client } from '@opensearch-project/opensearch';
import type { ItemKey, ReadItems } from '../../dynamodb/read-items.ts';
import type { Item } from '../../stream/change.ts';
import type { Failure } from '../../stream/outcome.ts';
import type { Work } from '../../stream/processor.ts';

/** What the index should hold for a key. The document is JSON without its event id. */
export type SearchEffect =
  | { readonly kind: 'index'; readonly document: object }
  | { readonly kind: 'delete' };

export type Desired =
  | { readonly ok: true; readonly effect: SearchEffect }
  | { readonly ok: false; readonly failure: Failure };

export interface SearchProjection {
  readonly client: Client;
  /** Writes go to the alias only, and only if it is one. */
  readonly alias: string;
  readonly readItems: ReadItems;
  /** The key of the item that a document shows; the document's id is the ordering key. */
  itemKey(id: string): ItemKey;
  /** What the index should hold for an item as it is now. */
  desired(id: string, item: Item | undefined): Desired;
}

export type SearchWork = Work<SearchEffect>;
