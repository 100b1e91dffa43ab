/** `_bulk`: newline-delimited actions, all read and checked before the first is carried out, each with an answer of its own. */
import type { Catalog } from './catalog.ts';
import { EngineError, errorOf, illegalArgument, invalidRequest, notImplemented } from './errors.ts';
import { digitsOf, isObject, type JsonObject, parseExact } from './json.ts';
import type { VersionRule } from './versioning.ts';
import { writeDocument } from './write.ts';

export type BulkAction = 'index' | 'create' | 'delete';

export interface BulkItem {
  readonly action: BulkAction;
  readonly index: string;
  /** Absent where the engine is to choose one. */
  readonly id: string | undefined;
  readonly rule: VersionRule;
  readonly requireAlias: boolean;
  /** The document as JSON; absent for `delete`. */
  readonly source?: string;
}

/** Lets a fault refuse single items: the error the item gets, or undefined to carry it out. */
export type RefuseItem = (item: BulkItem) => EngineError | undefined;

export interface BulkDefaults {
  readonly index: string | undefined;
  readonly requireAlias: boolean;
}

const metadata = new Set([
  '_index',
  '_id',
  'version',
  'version_type',
  'if_seq_no',
  'if_primary_term',
  'require_alias',
  'routing',
]);

/** An id is a term in the index, and this is OpenSearch's bound for it, in bytes. */
const MAX_ID_BYTES = 512;

/** @throws {EngineError} what refuses the whole request; then nothing was done */
export function readBulk(body: string, defaults: BulkDefaults): BulkItem[] {
  if (body === '')
    throw new EngineError(400, { type: 'parse_exception', reason: 'request body is required' });
  if (!body.endsWith('\n')) throw illegalArgument('The bulk request must be terminated by a newline [\\n]');
  const lines = body.split('\n');
  lines.pop();
  const items: BulkItem[] = [];
  const problems: string[] = [];
  for (let line = 0; line < lines.length; line++) {
    const text = lines[line] ?? '';
    if (text.trim() === '') continue;
    const { action, meta } = readAction(text, line + 1);
    const source = action === 'delete' ? undefined : lines[++line];
    if (action !== 'delete' && source === undefined) break;
    items.push(readItem(action, meta, text, source, defaults, problems));
  }
  if (items.length === 0) problems.push('no requests added');
  if (problems.length > 0) throw invalidRequest(problems);
  return items;
}

function readAction(text: string, line: number): { action: BulkAction; meta: JsonObject } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError(400, { type: 'json_parse_exception', reason });
  }
  const malformed = (why: string): EngineError =>
    illegalArgument(`Malformed action/metadata line [${line}], expected ${why}`);
  if (!isObject(parsed)) throw malformed('START_OBJECT but found another value');
  const [action] = Object.keys(parsed);
  if (action === undefined) throw malformed('FIELD_NAME but found [END_OBJECT]');
  if (action === 'update') throw notImplemented('the bulk action [update]');
  if (action !== 'index' && action !== 'create' && action !== 'delete') {
    throw malformed(`one of [create, delete, index, update] but found [${action}]`);
  }
  const meta = parsed[action];
  if (!isObject(meta)) throw malformed('START_OBJECT but found another value');
  for (const [name, value] of Object.entries(meta)) {
    if (isObject(value) || Array.isArray(value)) {
      throw malformed(`a simple value for field [${name}] but found [START_OBJECT]`);
    }
    if (!metadata.has(name)) {
      throw illegalArgument(`Action/metadata line [${line}] contains an unknown parameter [${name}]`);
    }
  }
  return { action, meta };
}

function readItem(
  action: BulkAction,
  meta: JsonObject,
  line: string,
  source: string | undefined,
  defaults: BulkDefaults,
  problems: string[],
): BulkItem {
  const index = meta['_index'] === undefined ? defaults.index : String(meta['_index']);
  const id = meta['_id'] === undefined ? undefined : String(meta['_id']);
  if (index === undefined) problems.push('index is missing');
  if (action === 'delete' && (id === undefined || id === '')) problems.push('id is missing');
  // OpenSearch checks the length of ids it would create only.
  if (action !== 'delete' && id !== undefined && Buffer.byteLength(id) > MAX_ID_BYTES) {
    problems.push(
      `id [${id}] is too long, must be no longer than ${MAX_ID_BYTES} bytes but was: ${Buffer.byteLength(id)}`,
    );
  }
  return {
    action,
    index: index ?? '',
    id,
    rule: readRule(action, meta, () => exactVersion(line), problems),
    requireAlias:
      meta['require_alias'] === undefined ? defaults.requireAlias : String(meta['require_alias']) === 'true',
    ...(source !== undefined && { source }),
  };
}

const exactVersion = (line: string): string | undefined => {
  const parsed = parseExact(line);
  const [meta] = isObject(parsed) ? Object.values(parsed) : [];
  return isObject(meta) ? digitsOf(meta['version']) : undefined;
};

/**
 * The version rule of an action line or of a request's parameters.
 *
 * @param digits the version as it was written, where a double may have rounded it
 */
export function readRule(
  action: BulkAction,
  meta: JsonObject,
  digits: () => string | undefined,
  problems: string[],
): VersionRule {
  const { version, version_type: type = 'internal', if_seq_no: seqNo, if_primary_term: term } = meta;
  const external = type === 'external' || type === 'external_gte';
  if (!external && type !== 'internal') throw illegalArgument(`No version type match [${type}]`);
  if (seqNo !== undefined || term !== undefined) {
    if (version !== undefined || external)
      problems.push('compare and write operations can not use versioning');
    if (seqNo === undefined) problems.push(`ifSeqNo is unassigned, but primary term is [${term}]`);
    if (term === undefined) problems.push('ifSeqNo is set, but primary term is [0]');
    return { kind: 'compare', seqNo: Number(seqNo), primaryTerm: Number(term) };
  }
  if (!external) {
    if (version !== undefined) {
      problems.push(
        'internal versioning can not be used for optimistic concurrency control. Please use `if_seq_no` and `if_primary_term` instead',
      );
    }
    return action === 'create' ? { kind: 'create' } : { kind: 'internal' };
  }
  if (action === 'create') {
    problems.push('create operations only support internal versioning. use index instead');
    return { kind: 'create' };
  }
  // -3 is what OpenSearch calls a version that was not given.
  const long =
    version === undefined
      ? -3n
      : readLong(Number.isSafeInteger(version) ? String(version) : (digits() ?? String(version)));
  if (long < 0n)
    problems.push(`illegal version value [${long}] for version type [${String(type).toUpperCase()}]`);
  return { kind: type, version: long };
}

/** A fraction is cut off, as OpenSearch does; beyond 63 bits it answers 500. */
function readLong(text: string): bigint {
  const [, whole] = /^(-?\d+)(?:\.\d*)?$/.exec(text) ?? [];
  if (whole === undefined) throw illegalArgument(`For input string: "${text}"`);
  const long = BigInt(whole);
  if (BigInt.asIntN(64, long) === long) return long;
  const reason = `Numeric value (${text}) out of range of long (-9223372036854775808 - 9223372036854775807)`;
  throw new EngineError(500, { type: 'input_coercion_exception', reason });
}

export interface BulkAnswer {
  readonly took: number;
  readonly errors: boolean;
  readonly items: readonly Record<string, unknown>[];
}

/** Carries out each item in order; one that fails leaves the others alone. */
export function runBulk(
  catalog: Catalog,
  items: readonly BulkItem[],
  nowMs: number,
  refuse: RefuseItem | undefined,
): BulkAnswer {
  let errors = false;
  const answers = items.map((item) => {
    let name = item.index;
    try {
      const refused = refuse?.(item);
      if (refused) throw refused;
      // A bulk delete ignores `require_alias`, and creates the index it does not find (recorded on OpenSearch 2.11.1).
      const index = catalog.resolveWrite(item.index, item.requireAlias && item.action !== 'delete');
      name = index.name;
      if (item.id === '') throw illegalArgument('if _id is specified it must not be empty');
      const id = item.id ?? `embedded-${index.table}-${index.nextSeqNo}`;
      const { rule, source } = item;
      const result = writeDocument(index, { id, rule, ...(source !== undefined && { source }) }, nowMs);
      return { [item.action]: { ...result.body, status: result.status } };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      errors = true;
      const { status, shape } = error;
      return { [item.action]: { _index: name, _id: item.id ?? null, status, error: errorOf(shape) } };
    }
  });
  return { took: 1, errors, items: answers };
}
