/** Reads a document by its mapping: refuses what OpenSearch would refuse, and picks what is indexed. */
import { EngineError, notImplemented } from './errors.ts';
import { badValue, type ColumnValue, columnValue } from './field-values.ts';
import { parsePoint } from './geo.ts';
import { digitsOf, isObject, type JsonObject, parseExact } from './json.ts';
import type { Field, Mapping, ObjectNode } from './mapping.ts';

export interface Indexed {
  /** One value per column of the mapping; of several values the smallest. */
  readonly columns: (ColumnValue | null)[];
  readonly texts: (string | null)[];
  /** All values of the columns that have several. */
  readonly multiple: ReadonlyMap<number, readonly ColumnValue[]>;
}

/** Lucene's longest term: a keyword above it refuses the whole document. */
const MAX_TERM_BYTES = 32_766;

const refusal = (type: string, reason: string, causedBy?: { type: string; reason: string }): EngineError =>
  new EngineError(400, { type, reason, ...(causedBy && { causedBy }) });

/** @throws {EngineError} 400 */
export function readDocument(mapping: Mapping, id: string, source: string): Indexed {
  if (source.trim() === '') throw refusal('mapper_parsing_exception', 'failed to parse, document is empty');
  let document: unknown;
  try {
    document = JSON.parse(source);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refusal('mapper_parsing_exception', 'failed to parse', { type: 'json_parse_exception', reason });
  }
  if (!isObject(document)) {
    const reason =
      'Compressor detection can only be called on some xcontent bytes or compressed xcontent bytes';
    throw refusal('mapper_parsing_exception', 'failed to parse', { type: 'not_x_content_exception', reason });
  }
  return new DocumentReader(mapping, id, source).read(document);
}

class DocumentReader {
  readonly #mapping: Mapping;
  readonly #id: string;
  readonly #source: string;
  readonly #columns: (ColumnValue | null)[];
  readonly #texts: (string | null)[];
  readonly #multiple = new Map<number, ColumnValue[]>();

  constructor(mapping: Mapping, id: string, source: string) {
    this.#mapping = mapping;
    this.#id = id;
    this.#source = source;
    this.#columns = new Array<ColumnValue | null>(mapping.columns).fill(null);
    this.#texts = new Array<string | null>(mapping.textColumns).fill(null);
  }

  read(document: JsonObject): Indexed {
    this.#object(this.#mapping.root, document, []);
    return { columns: this.#columns, texts: this.#texts, multiple: this.#multiple };
  }

  #object(node: ObjectNode, object: JsonObject, at: readonly string[]): void {
    if (!node.enabled) return;
    for (const name in object) this.#member(node, name, object[name], [...at, name]);
  }

  /** `name` may be a path with dots, which OpenSearch reads as nested objects. */
  #member(node: ObjectNode, name: string, value: unknown, at: readonly string[]): void {
    if (name === '') {
      const cause = { type: 'illegal_argument_exception', reason: 'field name cannot be an empty string' };
      throw refusal('mapper_parsing_exception', 'failed to parse', cause);
    }
    const dot = name.indexOf('.');
    const child = node.children.get(dot < 0 ? name : name.slice(0, dot));
    if (child === undefined) {
      if (node.dynamic === 'ignore') return;
      const [unknown] = name.split('.');
      const within = node.path === '' ? '_doc' : node.path;
      const reason = `mapping set to strict, dynamic introduction of [${unknown}] within [${within}] is not allowed`;
      throw refusal('strict_dynamic_mapping_exception', reason);
    }
    if (child.kind === 'field') this.#field(child.field, value, at);
    else if (dot >= 0) this.#member(child, name.slice(dot + 1), value, at);
    else this.#nested(child, value, at);
  }

  #nested(node: ObjectNode, value: unknown, at: readonly string[]): void {
    if (value === null || !node.enabled) return;
    if (Array.isArray(value)) {
      value.forEach((entry, index) => {
        this.#nested(node, entry, [...at, String(index)]);
      });
    } else if (isObject(value)) this.#object(node, value, at);
    else {
      const reason = `object mapping for [${node.path}] tried to parse field [${node.path}] as object, but found a concrete value`;
      throw refusal('mapper_parsing_exception', reason);
    }
  }

  #field(field: Field, value: unknown, at: readonly string[]): void {
    if (value === null) return;
    if (field.type === 'geo_point') this.#point(field, value);
    else if (Array.isArray(value)) {
      value.forEach((entry, index) => {
        this.#field(field, entry, [...at, String(index)]);
      });
    } else {
      this.#store(field, value, at);
      for (const subField of field.subFields) {
        const sameText = subField.textColumn !== undefined && subField.textColumn === field.textColumn;
        if (!sameText) this.#store(subField, value, at);
      }
    }
  }

  #store(field: Field, value: unknown, at: readonly string[]): void {
    const stored = columnValue(field, this.#id, value, () => this.#digits(value, at));
    if (stored === undefined || field.column === undefined) return;
    if (field.type === 'text') {
      this.#columns[field.column] = 1;
      if (field.textColumn === undefined) return;
      const text = field.analyzer.prepare(String(stored));
      const before = this.#texts[field.textColumn];
      this.#texts[field.textColumn] = before === null || before === undefined ? text : `${before}\n${text}`;
      return;
    }
    if (field.type === 'keyword') checkTerm(field, String(stored));
    const before = this.#columns[field.column] ?? null;
    if (before === null) this.#columns[field.column] = stored;
    else {
      const values = this.#multiple.get(field.column) ?? [before];
      values.push(stored);
      this.#multiple.set(field.column, values);
      if (isBelow(stored, before)) this.#columns[field.column] = stored;
    }
  }

  #point(field: Field, value: unknown): void {
    if (Array.isArray(value) && typeof value[0] !== 'number') {
      if (value.length > 1) throw notImplemented('several points in one field');
      if (value.length === 1) this.#point(field, value[0]);
      return;
    }
    const parsed = parsePoint(value, field.path);
    if (!parsed.ok) throw badValue(field, this.#id, value, parsed.cause);
    if (field.column === undefined) return;
    this.#columns[field.column] = parsed.point.lat;
    this.#columns[field.column + 1] = parsed.point.lon;
  }

  /** Reads the whole source a second time, which only numbers beyond a double's precision need. */
  #digits(value: unknown, at: readonly string[]): string {
    if (Number.isSafeInteger(value)) return String(value);
    let exact = parseExact(this.#source);
    for (const name of at) {
      exact = Array.isArray(exact) ? exact[Number(name)] : isObject(exact) ? exact[name] : undefined;
    }
    return digitsOf(exact) ?? String(value);
  }
}

function checkTerm(field: Field, term: string): void {
  if (term.length * 3 <= MAX_TERM_BYTES) return;
  const bytes = Buffer.byteLength(term);
  if (bytes <= MAX_TERM_BYTES) return;
  const limit = `bytes can be at most ${MAX_TERM_BYTES} in length; got ${bytes}`;
  const reason = `Document contains at least one immense term in field="${field.path}" (whose UTF8 encoding is longer than the max length ${MAX_TERM_BYTES}), all of which were skipped. original message: ${limit}`;
  throw refusal('illegal_argument_exception', reason, {
    type: 'max_bytes_length_exceeded_exception',
    reason: limit,
  });
}

const isBelow = (a: ColumnValue, b: ColumnValue): boolean =>
  typeof a === 'string' && typeof b === 'string' ? Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0 : a < b;
