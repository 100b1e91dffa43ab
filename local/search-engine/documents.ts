/** Single documents: get, mget, and the writes of one document. */
import { type BulkAction, readRule } from './bulk.ts';
import type { Catalog, Index } from './catalog.ts';
import { EngineError, errorBody, illegalArgument, invalidRequest, notImplemented } from './errors.ts';
import { digitsOf, isObject, type JsonObject, longJson } from './json.ts';
import type { Answer, Request } from './request.ts';
import { flag } from './request.ts';
import { filterSource, type SourceFilter } from './selection.ts';
import { PRIMARY_TERM } from './versioning.ts';
import { writeDocument } from './write.ts';

const strings = (value: unknown): string[] =>
  (Array.isArray(value) ? value.map(String) : String(value).split(',')).filter((text) => text !== '');

/** `_source` of a body or an item: true, false, a pattern, patterns, or {includes, excludes}. */
export function readSourceFilter(value: unknown): SourceFilter | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  if (!isObject(value)) return { includes: strings(value), excludes: [] };
  const { includes = value['include'] ?? [], excludes = value['exclude'] ?? [] } = value;
  return { includes: strings(includes), excludes: strings(excludes) };
}

/** The same, from the parameters `_source`, `_source_includes` and `_source_excludes`. */
export function sourceFilterOf(query: Readonly<Record<string, string>>): SourceFilter | undefined {
  const { _source: source, _source_includes: includes, _source_excludes: excludes } = query;
  if (includes !== undefined || excludes !== undefined) {
    return { includes: strings(includes ?? ''), excludes: strings(excludes ?? '') };
  }
  if (source === undefined) return undefined;
  return source === 'true' || source === 'false'
    ? source === 'true'
    : { includes: strings(source), excludes: [] };
}

function read(index: Index, id: string, filter: SourceFilter): Record<string, unknown> {
  const stored = index.store.find(id);
  if (stored === undefined) return { _index: index.name, _id: id, found: false };
  const source = filter === false ? undefined : filterSource(index.store.source(stored.rowId), filter);
  return {
    _index: index.name,
    _id: id,
    _version: longJson(stored.version),
    _seq_no: stored.seqNo,
    _primary_term: PRIMARY_TERM,
    found: true,
    ...(source !== undefined && { _source: source }),
  };
}

export function getDocument(catalog: Catalog, request: Request, name: string, id: string): Answer {
  const index = catalog.resolveOne(name, 'index_expression');
  const body = read(index, id, sourceFilterOf(request.query) ?? true);
  return { status: body['found'] === true ? 200 : 404, body };
}

export function getSource(catalog: Catalog, request: Request, name: string, id: string): Answer {
  const index = catalog.resolveOne(name, 'index_expression');
  const { _source: source } = read(index, id, sourceFilterOf(request.query) ?? true);
  if (source !== undefined) return { status: 200, body: source };
  const reason = `Document not found [${index.name}]/[${id}]`;
  throw new EngineError(404, { type: 'resource_not_found_exception', reason });
}

export function multiGet(
  catalog: Catalog,
  request: Request,
  body: JsonObject,
  name: string | undefined,
): Answer {
  const wanted: readonly unknown[] = Array.isArray(body['docs'])
    ? body['docs']
    : Array.isArray(body['ids'])
      ? body['ids'].map((_id: unknown) => ({ _id }))
      : [];
  if (wanted.length === 0) throw invalidRequest(['no documents to get']);
  const byDefault = sourceFilterOf(request.query) ?? true;
  const items = wanted.map((item) => (isObject(item) ? item : { _id: item }));
  const problems = items.flatMap((item, position) => [
    ...(item['_index'] === undefined && name === undefined ? [`index is missing for doc ${position}`] : []),
    ...(item['_id'] === undefined ? [`id is missing for doc ${position}`] : []),
  ]);
  if (problems.length > 0) throw invalidRequest(problems);
  const docs = items.map((item) => {
    const index = String(item['_index'] ?? name);
    const id = digitsOf(item['_id']) ?? String(item['_id']);
    for (const member of Object.keys(item)) {
      if (!['_index', '_id', '_source'].includes(member)) throw notImplemented(`[${member}] in an mget item`);
    }
    try {
      const filter = readSourceFilter(item['_source']) ?? byDefault;
      return read(catalog.resolveOne(index, 'index_expression'), id, filter);
    } catch (error) {
      if (!(error instanceof EngineError) || error.status !== 404) throw error;
      return { _index: index, _id: id, error: errorBody(error)['error'] };
    }
  });
  return { status: 200, body: { docs } };
}

/** Index, create or delete of one document, with the rules of a bulk item. */
export function writeOne(
  catalog: Catalog,
  request: Request,
  action: BulkAction,
  name: string,
  id: string | undefined,
  nowMs: number,
): Answer {
  const { query } = request;
  const problems: string[] = [];
  const asked = query['op_type'] === 'create' ? 'create' : action;
  const meta = Object.fromEntries(
    ['version', 'version_type', 'if_seq_no', 'if_primary_term'].flatMap((key) =>
      query[key] === undefined ? [] : [[key, query[key]]],
    ),
  );
  const rule = readRule(asked, meta, () => query['version'], problems);
  if (action !== 'delete' && id !== undefined && Buffer.byteLength(id) > 512) {
    problems.push(
      `id [${id}] is too long, must be no longer than 512 bytes but was: ${Buffer.byteLength(id)}`,
    );
  }
  if (problems.length > 0) throw invalidRequest(problems);
  if (action !== 'delete' && request.body === '') {
    throw new EngineError(400, { type: 'parse_exception', reason: 'request body is required' });
  }
  const index = catalog.resolveWrite(name, action !== 'delete' && flag(query['require_alias']));
  const chosen = id ?? `embedded-${index.table}-${index.nextSeqNo}`;
  if (chosen === '') throw illegalArgument('if _id is specified it must not be empty');
  // Line breaks are only layout in JSON, and documents are kept as they came.
  const write = { id: chosen, rule, ...(action !== 'delete' && { source: request.body }) };
  return writeDocument(index, write, nowMs);
}
