/** Sorting and `search_after`: the order, the sort values of a hit, and the condition of what comes after them. */
import type { SQLInputValue } from 'node:sqlite';
import { parseDate } from './dates.ts';
import { EngineError, illegalArgument, notImplemented, searchFailed } from './errors.ts';
import { metresPer, queryPoint } from './geo.ts';
import { digitsOf, isObject, type JsonObject, longJson } from './json.ts';
import type { Field } from './mapping.ts';
import type { SearchSql } from './sql.ts';
import { geoColumn, metresTo } from './term-query.ts';

export interface SortKey {
  /** SQL over `d` and `score`. */
  readonly expression: string;
  readonly descending: boolean;
  /** Where rows without a value go, if the expression can be NULL. */
  readonly nulls: 'first' | 'last';
  /** A sort value that came back from the client. */
  read(value: unknown): SQLInputValue;
}

const LONG_MIN = '(-9223372036854775807 - 1)';
const LONG_MAX = '9223372036854775807';

export function readSort(sql: SearchSql, sort: unknown): SortKey[] {
  const entries = sort === undefined ? [] : Array.isArray(sort) ? sort : [sort];
  return entries.map((entry: unknown) => {
    if (!isObject(entry)) return sortKey(sql, String(entry), {});
    const [[name, given] = ['', undefined], ...others] = Object.entries(entry);
    if (others.length > 0) throw illegalArgument('a sort must be an object with one field');
    return sortKey(sql, name, isObject(given) ? given : { order: given });
  });
}

function isDescending(order: unknown, byDefault: boolean): boolean {
  if (order === undefined) return byDefault;
  const name = String(order).toLowerCase();
  if (name !== 'asc' && name !== 'desc') throw illegalArgument(`Illegal sort order: ${order}`);
  return name === 'desc';
}

function sortKey(sql: SearchSql, name: string, options: JsonObject): SortKey {
  const number = (value: unknown): SQLInputValue => Number(digitsOf(value) ?? value);
  switch (name) {
    case '_score':
      return {
        expression: 'score',
        descending: isDescending(options['order'], true),
        nulls: 'last',
        read: number,
      };
    case '_doc':
    case '_shard_doc':
      return {
        expression: 'd.n',
        descending: isDescending(options['order'], false),
        nulls: 'last',
        read: number,
      };
    case '_id':
      return {
        expression: 'd.id',
        descending: isDescending(options['order'], false),
        nulls: 'last',
        read: String,
      };
    case '_geo_distance':
      return geoKey(sql, options);
    default:
      return fieldKey(sql, name, options);
  }
}

function fieldKey(sql: SearchSql, path: string, options: JsonObject): SortKey {
  const { order, missing = '_last', unmapped_type: unmappedType, mode, ...others } = options;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    const reason = `[field_sort] unknown field [${unknown}]`;
    throw new EngineError(400, { type: 'x_content_parse_exception', reason });
  }
  if (mode !== undefined) throw notImplemented('[mode] of a sort');
  const descending = isDescending(order, false);
  const field = sql.index.mapping.fields.get(path);
  if (field === undefined) {
    if (unmappedType !== undefined)
      return { expression: 'NULL', descending, nulls: 'last', read: () => null };
    throw cannotSort(sql, 'query_shard_exception', `No mapping found for [${path}] in order to sort on`);
  }
  if (!field.sortable || field.column === undefined || field.type === 'geo_point') {
    const reason =
      field.type === 'text'
        ? `Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a keyword field instead. Alternatively, set fielddata=true on [${path}]`
        : `Can't load fielddata on [${path}] because fielddata is unsupported on fields of type [${field.type}]. Use doc values instead.`;
    throw cannotSort(sql, 'illegal_argument_exception', reason);
  }
  const value = columnValue(sql, field.column, descending);
  const first = missing === '_first';
  const replaces = missing !== '_first' && missing !== '_last';
  if (field.type === 'keyword') {
    return {
      expression: replaces ? `coalesce(${value}, ${sql.bind(String(missing))})` : value,
      descending,
      nulls: first ? 'first' : 'last',
      read: (given) => (given === null ? null : (digitsOf(given) ?? String(given))),
    };
  }
  const extreme = first === descending ? 'highest' : 'lowest';
  const absent = replaces ? sql.bind(Number(digitsOf(missing) ?? missing)) : extremes(field)[extreme];
  return {
    expression: `coalesce(${value}, ${absent})`,
    descending,
    nulls: 'last',
    read: (given) => readNumber(sql, field, given),
  };
}

/** Of several values the smallest counts, or the largest when descending. */
function columnValue(sql: SearchSql, column: number, descending: boolean): string {
  const { multiple, tables } = sql.index.store;
  if (!descending || !multiple.has(column)) return `d.c${column}`;
  return `coalesce((SELECT max(value) FROM ${tables.values} WHERE n = d.n AND c = ${column}), d.c${column})`;
}

const isDecimal = ({ type }: Field): boolean =>
  type === 'double' || type === 'float' || type === 'half_float';

const isLong = ({ type }: Field): boolean => type === 'long' || type === 'date';

/** What OpenSearch sorts a missing number as, by the type of its field. */
function extremes(field: Field): { readonly highest: string; readonly lowest: string } {
  if (isDecimal(field)) return { highest: '9e999', lowest: '-9e999' };
  return isLong(field)
    ? { highest: LONG_MAX, lowest: LONG_MIN }
    : { highest: '2147483647', lowest: '-2147483648' };
}

/**
 * Numbers wrap around like Java's: what a JavaScript client makes of Long.MAX_VALUE is beyond it, and comes back as a
 * very small number. OpenSearch then pages from the start again.
 */
function readNumber(sql: SearchSql, field: Field, given: unknown): SQLInputValue {
  if (given === null || given === undefined) {
    const reason = `Cannot invoke "java.lang.${isDecimal(field) ? 'Double' : 'Long'}" because "value" is null`;
    throw searchFailed(sql.index.name, 500, { type: 'null_pointer_exception', reason });
  }
  const text = digitsOf(given) ?? String(given);
  if (isDecimal(field)) return Number(text);
  const parsed =
    field.type === 'date' && typeof given === 'string' ? parseDate(text, field.dateFormat) : Number(text);
  if (parsed === undefined || Number.isNaN(parsed)) {
    throw cannotSort(
      sql,
      'illegal_argument_exception',
      `Failed to parse search_after value for field [${field.path}].`,
    );
  }
  const whole = /^-?\d+$/.test(text) && typeof given !== 'string' ? BigInt(text) : BigInt(Math.trunc(parsed));
  return BigInt.asIntN(isLong(field) ? 64 : 32, whole);
}

function geoKey(sql: SearchSql, options: JsonObject): SortKey {
  const { order, unit = 'm', distance_type: _arcOrPlane, ...others } = options;
  const [[path, point] = ['', undefined], ...more] = Object.entries(others);
  if (more.length > 0) throw notImplemented(`[${more[0]?.[0]}] of a sort by distance`);
  const metres = metresPer(String(unit));
  if (metres === undefined) throw illegalArgument(`No distance unit match [${unit}]`);
  const distance = metresTo(sql, geoColumn(sql, path), queryPoint(point, path));
  const descending = isDescending(order, false);
  return {
    expression: `coalesce(${distance} / ${metres}, ${descending ? '-9e999' : '9e999'})`,
    descending,
    nulls: 'last',
    read: (value) => Number(digitsOf(value) ?? value),
  };
}

const cannotSort = (sql: SearchSql, type: string, reason: string): EngineError =>
  searchFailed(sql.index.name, 400, {
    type,
    reason,
    ...(type === 'query_shard_exception' && { extra: { index: sql.index.name } }),
  });

/** The sort value of a hit. JSON has no infinity: it is text. */
export const sortValue = (value: unknown): unknown => {
  if (typeof value === 'bigint') return longJson(value);
  if (value === Number.POSITIVE_INFINITY) return 'Infinity';
  return value === Number.NEGATIVE_INFINITY ? '-Infinity' : value;
};

/** @param name of the column that holds the key's value */
export function orderBy({ descending, nulls }: SortKey, name: string): string {
  return `${name} ${descending ? 'DESC' : 'ASC'} NULLS ${nulls.toUpperCase()}`;
}

/** What comes after the given sort values, key by key. */
export function after(sql: SearchSql, keys: readonly SortKey[], values: readonly unknown[]): string {
  const refuse = (reason: string) => cannotSort(sql, 'illegal_argument_exception', reason);
  if (keys.length === 0) throw refuse('Sort must contain at least one field.');
  if (keys.length !== values.length) {
    throw refuse(`search_after has ${values.length} value(s) but sort has ${keys.length}.`);
  }
  return keys.reduceRight((rest, key, position) => {
    const name = `k${position}`;
    const value = key.read(values[position]);
    if (value === null) {
      const others = key.nulls === 'first' ? `${name} IS NOT NULL` : '0';
      return rest === '' ? others : `(${others} OR (${name} IS NULL AND ${rest}))`;
    }
    const bound = sql.bind(value);
    const nulls = key.nulls === 'last' ? ` OR ${name} IS NULL` : '';
    const beyond = `(${name} ${key.descending ? '<' : '>'} ${bound}${nulls})`;
    return rest === '' ? beyond : `(${beyond} OR (${name} = ${bound} AND ${rest}))`;
  }, '');
}
