/** Looks at documents and their items, in this order, for whoever compares them: an item that is newer than its document may be just on its way. */
import { parseExactJson } from '../../stream/exact-json.ts';
import type { Failure } from '../../stream/outcome.ts';
import type { BatchContext } from '../../stream/processor.ts';
import { exactClient } from '../exact-client.ts';
import { differingFields } from './differences.ts';
import type { SearchProjection, SearchState } from './search-work.ts';
import { type Fields, readDocuments, type StoredDocument } from './stored.ts';
import { readWanted, unread, type Wanted } from './wanted.ts';

export type Look =
  | { readonly kind: 'seen'; readonly document: SeenDocument; readonly wanted: Wanted }
  | { readonly kind: 'transient'; readonly failure: Failure };

export type SeenDocument = Exclude<StoredDocument, { kind: 'transient' }>;

export type Looker = (ids: readonly string[], context: BatchContext) => Promise<ReadonlyMap<string, Look>>;

/** @returns for each id, named once or more often, what was seen */
export function looker(projection: SearchProjection): Looker {
  const { alias } = projection;
  return async (ids, context) => {
    const keys = [...new Set(ids)];
    const target = { client: exactClient(projection.client), alias };
    const documents = await readDocuments(target, keys, context);
    const wanted = await readWanted(projection, keys, context);
    return new Map(keys.map((key, index) => [key, lookOf(documents[index], wanted[index])]));
  };
}

function lookOf(document: StoredDocument | undefined, wanted: Wanted | typeof unread | undefined): Look {
  if (document === undefined || wanted === undefined) return unread;
  if (document.kind === 'transient') return document;
  return wanted.kind === 'wanted' ? { kind: 'seen', document, wanted } : wanted;
}

/** @returns the names of what differs; undefined where one of them is there and the other is not */
export function differences(document: SeenDocument, state: SearchState): readonly string[] | undefined {
  const isPresent = document.kind === 'present';
  if (state.kind === 'delete') return isPresent ? undefined : [];
  if (!isPresent) return undefined;
  return differingFields(document.document, parseExactJson(JSON.stringify(state.document)) as Fields);
}

export function holds(document: SeenDocument, state: SearchState): boolean {
  return differences(document, state)?.length === 0;
}
