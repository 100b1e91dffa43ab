/** Compiles an index mapping: which paths exist, how their values are checked, and in which columns they are kept. */
import type { Analyzer } from './analysis.ts';
import { dateFormats } from './dates.ts';
import { EngineError, type ErrorShape, notImplemented } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';

export type IntegerType = 'byte' | 'short' | 'integer' | 'long';
export type DecimalType = 'half_float' | 'float' | 'double';

export type FieldType = 'keyword' | 'text' | 'boolean' | 'date' | 'geo_point' | IntegerType | DecimalType;

export interface Field {
  readonly path: string;
  readonly type: FieldType;
  /** Column of its values (of a text: whether it has any; of a point: the latitude, and the longitude follows). Absent if the field cannot be searched. */
  readonly column?: number;
  readonly searchable: boolean;
  readonly sortable: boolean;
  /** Column of the full-text index; the same as that of the parent if the analyzers do the same. */
  readonly textColumn?: number;
  readonly analyzer: Analyzer;
  /** Characters above which a keyword is not indexed. */
  readonly ignoreAbove: number;
  readonly dateFormat: string;
  /** The same value, indexed in other ways. */
  readonly subFields: readonly Field[];
}

export type Dynamic = 'strict' | 'ignore';

export interface ObjectNode {
  readonly kind: 'object';
  readonly path: string;
  readonly dynamic: Dynamic;
  /** False: kept in the source, not looked into. */
  readonly enabled: boolean;
  readonly children: ReadonlyMap<string, ObjectNode | FieldNode>;
}

export interface FieldNode {
  readonly kind: 'field';
  readonly field: Field;
}

export interface Mapping {
  readonly root: ObjectNode;
  /** By path, sub-fields included. */
  readonly fields: ReadonlyMap<string, Field>;
  readonly columns: number;
  readonly textColumns: number;
}

/** What a mapping may say of a field of each type; beyond that it is refused. */
const common = ['type', 'meta', 'store'];
const numeric = [...common, 'index', 'doc_values', 'coerce'];
const parameters: Readonly<Record<FieldType, readonly string[]>> = {
  keyword: [...common, 'index', 'doc_values', 'ignore_above', 'norms', 'fields', 'eager_global_ordinals'],
  text: [
    ...common,
    'index',
    'analyzer',
    'norms',
    'fields',
    'index_prefixes',
    'index_phrases',
    'index_options',
  ],
  boolean: [...common, 'index', 'doc_values'],
  date: [...common, 'index', 'doc_values', 'format'],
  geo_point: [...common, 'index', 'doc_values'],
  byte: numeric,
  short: numeric,
  integer: numeric,
  long: numeric,
  half_float: numeric,
  float: numeric,
  double: numeric,
};

const isFieldType = (type: unknown): type is FieldType => typeof type === 'string' && type in parameters;

const otherTypes = new Set(
  'nested flat_object ip completion search_as_you_type scaled_float unsigned_long date_nanos binary token_count rank_feature geo_shape join alias percolator constant_keyword wildcard knn_vector integer_range long_range date_range'.split(
    ' ',
  ),
);

/** A mapping OpenSearch refuses: the error stands on its own, and inside one that names the mapping. */
function invalidMapping(cause: ErrorShape): EngineError {
  const reason = `Failed to parse mapping [_doc]: ${cause.reason}`;
  return new EngineError(400, {
    type: 'mapper_parsing_exception',
    reason,
    causedBy: cause,
    root: cause.type === 'mapper_parsing_exception' ? cause : { type: 'mapper_parsing_exception', reason },
  });
}

export function compileMapping(
  mappings: JsonObject,
  findAnalyzer: (name: string) => Analyzer | undefined,
): Mapping {
  const fields = new Map<string, Field>();
  let columns = 0;
  let textColumns = 0;

  function object(definition: JsonObject, path: string, inherited: Dynamic): ObjectNode {
    const { properties = {}, dynamic, enabled, type: _type, ...others } = definition;
    for (const name of Object.keys(others)) {
      if (path === '' && name === '_meta') continue;
      throw notImplemented(
        `[${name}] in the mapping of ${path === '' ? 'an index' : `the object [${path}]`}`,
      );
    }
    if (!isObject(properties)) {
      throw invalidMapping({
        type: 'mapper_parsing_exception',
        reason: 'Expected map for property [properties]',
      });
    }
    const ownDynamic = dynamic === undefined ? inherited : String(dynamic) === 'strict' ? 'strict' : 'ignore';
    const children = new Map<string, ObjectNode | FieldNode>();
    for (const [name, child] of Object.entries(properties)) {
      const childPath = path === '' ? name : `${path}.${name}`;
      if (!isObject(child)) {
        const reason = `Expected map for property [fields] on field [${name}] but got a class java.lang.String`;
        throw invalidMapping({ type: 'mapper_parsing_exception', reason });
      }
      const isNode = child.type === undefined || child.type === 'object';
      children.set(
        name,
        isNode ? object(child, childPath, ownDynamic) : { kind: 'field', field: field(child, childPath) },
      );
    }
    return { kind: 'object', path, dynamic: ownDynamic, enabled: String(enabled) !== 'false', children };
  }

  function field(definition: JsonObject, path: string, parent?: Field): Field {
    const { type } = definition;
    if (!isFieldType(type)) {
      if (typeof type === 'string' && otherTypes.has(type)) throw notImplemented(`fields of type [${type}]`);
      const reason = `No handler for type [${type}] declared on field [${path}]`;
      throw invalidMapping({ type: 'mapper_parsing_exception', reason });
    }
    for (const name of Object.keys(definition)) {
      if (!parameters[type].includes(name)) throw notImplemented(`[${name}] in the mapping of [${path}]`);
    }
    const { index = true, doc_values: docValues = true, analyzer: analyzerName = 'default' } = definition;
    const analyzer = findAnalyzer(String(analyzerName));
    if (!analyzer) {
      const reason = `analyzer [${analyzerName}] has not been configured in mappings`;
      throw invalidMapping({ type: 'illegal_argument_exception', reason });
    }
    const dateFormat = String(definition.format ?? dateFormats[0]);
    if (!dateFormats.includes(dateFormat)) throw notImplemented(`the date format [${dateFormat}]`);
    const searchable = String(index) !== 'false';
    const sortable = String(docValues) !== 'false' && type !== 'text';
    const textColumn = type === 'text' && searchable ? textColumnOf(analyzer, parent) : undefined;
    const column =
      textColumn !== undefined && textColumn === parent?.textColumn
        ? parent.column
        : searchable || sortable
          ? columns++
          : undefined;
    if (type === 'geo_point' && column !== undefined) columns++;
    const own: Omit<Field, 'subFields'> = {
      path,
      type,
      ...(column !== undefined && { column }),
      searchable,
      sortable,
      ...(textColumn !== undefined && { textColumn }),
      analyzer,
      ignoreAbove: Number(definition.ignore_above ?? Number.POSITIVE_INFINITY),
      dateFormat,
    };
    const complete = { ...own, subFields: subFields(definition, { ...own, subFields: [] }) };
    fields.set(path, complete);
    return complete;
  }

  function subFields(definition: JsonObject, parent: Field): Field[] {
    const named = isObject(definition.fields) ? definition.fields : {};
    return Object.entries(named).flatMap(([name, sub]) =>
      isObject(sub) ? [field(sub, `${parent.path}.${name}`, parent)] : [],
    );
  }

  function textColumnOf(analyzer: Analyzer, parent: Field | undefined): number {
    const same = parent?.analyzer.signature === analyzer.signature ? parent.textColumn : undefined;
    return same ?? textColumns++;
  }

  const root = object(mappings, '', 'ignore');
  return { root, fields, columns, textColumns };
}
