/** The words of a search projection: what an index should hold, for which item, and the ports it works with. */
import type { Client } from '@opensearch-project/opensearch';
import type { ItemKey, ReadItems } from '../../dynamodb/read-items.ts';
import type { Item } from '../../stream/change.ts';
import type { Failure } from '../../stream/outcome.ts';
import type { Work } from '../../stream/processor.ts';

/** What the index should hold for a key. The document is JSON without its event id. */
export type SearchState = { readonly kind: 'index'; readonly document: object } | { readonly kind: 'delete' };

/** `current`: what the item is now, and nothing else; for a redriven record that is poison as it is, and for a key without a record. */
export type SearchEffect = SearchState | { readonly kind: 'current' };

export type Desired =
  | { readonly ok: true; readonly effect: SearchState }
  | { readonly ok: false; readonly failure: Failure };

export interface SearchProjection {
  readonly client: Client;
  /** Writes go to the alias only, and only if it is one. */
  readonly alias: string;
  readonly readItems: ReadItems;
  /** The key of the item that a document shows; the document's id is the ordering key. */
  itemKey(id: string): ItemKey;
  /** A field of every document that holds its id, by which documents are listed. */
  readonly idField: string;
  /** What the index should hold for an item as it is now. */
  desired(id: string, item: Item | undefined): Desired;
}

export type SearchWork = Work<SearchEffect>;
