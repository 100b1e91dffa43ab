/** One write of one document: blocks, version, mapping, and what it leaves behind. */
import { gcDeletesMs, type Index } from './catalog.ts';
import { readDocument } from './document.ts';
import { EngineError } from './errors.ts';
import { longJson } from './json.ts';
import { decide, type Known, PRIMARY_TERM, type VersionRule } from './versioning.ts';

export interface DocumentWrite {
  readonly id: string;
  readonly rule: VersionRule;
  /** The document as JSON; absent to delete. */
  readonly source?: string;
}

export interface WriteResult {
  readonly status: 200 | 201 | 404;
  readonly body: {
    readonly _index: string;
    readonly _id: string;
    readonly _version: unknown;
    readonly result: 'created' | 'updated' | 'deleted' | 'not_found';
    readonly _shards: { readonly total: number; readonly successful: number; readonly failed: number };
    readonly _seq_no: number;
    readonly _primary_term: number;
  };
}

/** @throws {EngineError} 400, 403, 409 or 429, as a bulk item would say; nothing is written then */
export function writeDocument(index: Index, { id, rule, source }: DocumentWrite, nowMs: number): WriteResult {
  refuseBlocked(index, source === undefined);
  const stored = index.store.find(id);
  const known: Known | undefined = stored ? { ...stored, live: true } : deleted(index, id, nowMs);
  // OpenSearch parses a document before it looks at versions: what is malformed is never a conflict.
  const indexed = source === undefined ? undefined : readDocument(index.mapping, id, source);
  const decision = decide(id, rule, known);
  if (!decision.accepted) {
    throw new EngineError(409, {
      type: 'version_conflict_engine_exception',
      reason: decision.reason,
      extra: { index: index.name, shard: '0', index_uuid: index.uuid },
    });
  }
  const { version } = decision;
  const seqNo = index.nextSeqNo++;
  const answer = (status: WriteResult['status'], result: WriteResult['body']['result']): WriteResult => ({
    status,
    body: {
      _index: index.name,
      _id: id,
      _version: longJson(version),
      result,
      _shards: { total: 1, successful: 1, failed: 0 },
      _seq_no: seqNo,
      _primary_term: PRIMARY_TERM,
    },
  });
  if (source === undefined || indexed === undefined) {
    index.store.remove(id, stored?.rowId, { version, seqNo, deletedAtMs: nowMs });
    return stored ? answer(200, 'deleted') : answer(404, 'not_found');
  }
  index.store.put({ id, ...(stored && { rowId: stored.rowId }), version, seqNo, source, indexed });
  return stored ? answer(200, 'updated') : answer(201, 'created');
}

/** A tombstone keeps the version of a deleted document for `index.gc_deletes`; then a stale write would be taken for a new one. */
function deleted(index: Index, id: string, nowMs: number): Known | undefined {
  const tombstone = index.store.tombstone(id);
  if (tombstone === undefined || nowMs - tombstone.deletedAtMs > gcDeletesMs(index)) return undefined;
  return { ...tombstone, live: false };
}

function refuseBlocked(index: Index, deletes: boolean): void {
  const isOn = (name: string): boolean => String(index.settings.get(`index.blocks.${name}`)) === 'true';
  const blocked = (status: number, block: string): EngineError =>
    new EngineError(status, {
      type: 'cluster_block_exception',
      reason: `index [${index.name}] blocked by: [${block}];`,
    });
  if (isOn('write')) throw blocked(403, 'FORBIDDEN/8/index write (api)');
  if (isOn('read_only_allow_delete') && !deletes) {
    const why = 'disk usage exceeded flood-stage watermark, index has read-only-allow-delete block';
    throw blocked(429, `TOO_MANY_REQUESTS/12/${why}`);
  }
}
