/** Reads what a bulk request says of one operation: done, conflict, poison, or transient. */
import type { Failure } from '../../stream/outcome.ts';

export type OperationResult =
  | { readonly kind: 'done' }
  /** Something with this version or a higher one is there already; `currentVersion` as the engine names it. */
  | { readonly kind: 'conflict'; readonly currentVersion?: number }
  | { readonly kind: 'poison'; readonly failure: Failure }
  | { readonly kind: 'transient'; readonly failure: Failure };

export interface BulkItem {
  readonly _index?: string;
  readonly status?: number;
  readonly result?: string;
  readonly error?: { readonly type?: string; readonly reason?: string };
}

/** With status 400, these mean that the document itself is refused; every other error may pass. */
const POISON_TYPES = new Set([
  'mapper_parsing_exception',
  'strict_dynamic_mapping_exception',
  'illegal_argument_exception',
  'document_parsing_exception',
]);

/** @param alias a delete that finds an index under the alias's own name hit something that set-up forbids */
export function readItem(item: BulkItem | undefined, alias: string): OperationResult {
  if (item?.status === undefined) return transient('SEARCH_NO_ANSWER');
  const { status, error } = item;
  if (error === undefined) {
    if (item._index === alias) return transient('ALIAS_IS_AN_INDEX');
    const missing = status === 404 && item.result === 'not_found';
    return (status >= 200 && status < 300) || missing ? { kind: 'done' } : transient(`SEARCH_${status}`);
  }
  const type = error.type ?? 'unknown';
  if (status === 409) return conflict(error.reason);
  if (status === 400 && POISON_TYPES.has(type)) {
    return { kind: 'poison', failure: { code: 'DOCUMENT_REFUSED', type } };
  }
  return { kind: 'transient', failure: { code: `SEARCH_${status}`, type } };
}

/** A tombstone's version stands nowhere but in this text; the text itself quotes the id and is not kept. */
const CURRENT_VERSION = /current version \[(\d+)\]/;

function conflict(reason: string | undefined): OperationResult {
  const current = Number(CURRENT_VERSION.exec(reason ?? '')?.[1]);
  return Number.isSafeInteger(current) ? { kind: 'conflict', currentVersion: current } : { kind: 'conflict' };
}

function transient(code: string): OperationResult {
  return { kind: 'transient', failure: { code } };
}
