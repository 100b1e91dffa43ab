/** Queries on exact values: term, terms, range, prefix, exists, ids, distance. Each gives the SQL of a condition. */
import type { SQLInputValue } from 'node:sqlite';
import { parseDate } from './dates.ts';
import { illegalArgument, notImplemented, parsing, searchFailed } from './errors.ts';
import { EARTH_RADIUS_M, type Point, parseDistance, queryPoint } from './geo.ts';
import { digitsOf, isObject, type JsonObject } from './json.ts';
import type { Field } from './mapping.ts';
import type { SearchSql } from './sql.ts';

const NEVER = '0';

const queryFailed = (sql: SearchSql, reason: string) =>
  searchFailed(sql.index.name, 400, {
    type: 'query_shard_exception',
    reason,
    extra: { index: sql.index.name },
  });

/** A field and its column; undefined if nothing is mapped there, so that nothing matches. */
export function searchable(sql: SearchSql, path: string): { field: Field; column: number } | undefined {
  const field = sql.index.mapping.fields.get(path);
  if (field === undefined) return undefined;
  if (field.searchable && field.column !== undefined) return { field, column: field.column };
  const reason = `failed to create query: Cannot search on field [${path}] since it is not indexed.`;
  throw queryFailed(sql, reason);
}

/** The text of a JSON scalar. */
const textOf = (value: unknown): string => digitsOf(value) ?? String(value);

/** @param roundUp for dates: what is left out is taken as the last moment */
function comparable(sql: SearchSql, field: Field, value: unknown, roundUp = false): SQLInputValue {
  const text = textOf(value);
  switch (field.type) {
    case 'keyword':
      return text;
    case 'text':
    case 'geo_point':
      throw notImplemented(`exact comparison on [${field.path}] of type [${field.type}]`);
    case 'boolean':
      if (text !== 'true' && text !== 'false') {
        throw queryFailed(
          sql,
          `failed to create query: Can't parse boolean value [${text}], expected [true] or [false]`,
        );
      }
      return text === 'true' ? 1 : 0;
    case 'date': {
      const ms = parseDate(text, field.dateFormat, roundUp);
      if (ms !== undefined) return ms;
      const reason = `failed to parse date field [${text}] with format [${field.dateFormat}]`;
      if (/now|\|\|/.test(text)) throw notImplemented('date math');
      throw searchFailed(sql.index.name, 400, { type: 'parse_exception', reason });
    }
    default: {
      const isNumber = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text);
      if (!isNumber) throw queryFailed(sql, `failed to create query: For input string: "${text}"`);
      return /^[-+]?\d{16,18}$/.test(text) ? BigInt(text) : Number(text);
    }
  }
}

export function term(sql: SearchSql, path: string, value: unknown): string {
  const found = searchable(sql, path);
  if (found === undefined) return NEVER;
  const { field, column } = found;
  const low = sql.bind(comparable(sql, field, value));
  if (field.type !== 'date') return sql.anyValue(column, (one) => `${one} = ${low}`);
  const high = sql.bind(comparable(sql, field, value, true));
  return sql.anyValue(column, (one) => `${one} BETWEEN ${low} AND ${high}`);
}

const operators = { gte: '>=', gt: '>', lte: '<=', lt: '<' } as const;

const isBound = (name: string): name is keyof typeof operators => name in operators;

export function range(sql: SearchSql, path: string, bounds: JsonObject): string {
  for (const name of Object.keys(bounds)) {
    if (!isBound(name) && name !== 'boost') throw parsing(`[range] query does not support [${name}]`);
  }
  const found = searchable(sql, path);
  if (found === undefined) return NEVER;
  const { field, column } = found;
  const tests = Object.entries(bounds).flatMap(([name, value]) => {
    if (!isBound(name) || value === null) return [];
    const roundUp = name === 'lte' || name === 'gt';
    return [{ operator: operators[name], bound: sql.bind(comparable(sql, field, value, roundUp)) }];
  });
  if (tests.length === 0) return `d.c${column} IS NOT NULL`;
  return sql.anyValue(
    column,
    (one) => `(${tests.map(({ operator, bound }) => `${one} ${operator} ${bound}`).join(' AND ')})`,
  );
}

export function prefix(sql: SearchSql, path: string, value: unknown): string {
  const found = searchable(sql, path);
  if (found === undefined) return NEVER;
  const { field, column } = found;
  if (field.type !== 'keyword') {
    throw queryFailed(
      sql,
      `Can only use prefix queries on keyword, text and wildcard fields - not on [${path}] which is of type [${field.type}]`,
    );
  }
  const text = textOf(value);
  const bound = sql.bind(text);
  return sql.anyValue(column, (one) => `substr(${one}, 1, ${[...text].length}) = ${bound}`);
}

/** Also for an object: whether any field in it has a value. */
export function exists(sql: SearchSql, path: string): string {
  const fields = [...sql.index.mapping.fields.values()].filter(
    (field) => field.path === path || field.path.startsWith(`${path}.`),
  );
  const columns = fields.flatMap(({ column }) => (column === undefined ? [] : [`d.c${column} IS NOT NULL`]));
  return columns.length === 0 ? NEVER : `(${columns.join(' OR ')})`;
}

export function ids(sql: SearchSql, body: JsonObject): string {
  if (!Array.isArray(body['values'])) throw illegalArgument('[ids] requires values');
  return `d.id IN (${body['values'].map((id: unknown) => sql.bind(textOf(id))).join(', ')})`;
}

/** SQL of the metres between a point and the one in the columns; NULL where there is none. */
export function metresTo(sql: SearchSql, column: number, { lat, lon }: Point): string {
  const [toLat, toLon] = [sql.bind(lat), sql.bind(lon)];
  const latitude = `d.c${column}`;
  const half = (a: string, b: string): string => `pow(sin(radians(${a} - ${b}) / 2), 2)`;
  const chord = `${half(latitude, toLat)} + cos(radians(${toLat})) * cos(radians(${latitude})) * ${half(`d.c${column + 1}`, toLon)}`;
  return `(${2 * EARTH_RADIUS_M} * asin(sqrt(min(1, ${chord}))))`;
}

/** The column of a field of points. */
export function geoColumn(sql: SearchSql, path: string): number {
  const found = searchable(sql, path);
  if (found === undefined) throw queryFailed(sql, `failed to find geo field [${path}]`);
  if (found.field.type === 'geo_point') return found.column;
  throw queryFailed(
    sql,
    `type [${found.field.type}] for field [${path}] is not supported for [geo_distance] queries. Must be one of [geo_point] or [geo_shape]`,
  );
}

export function geoDistance(sql: SearchSql, body: JsonObject): string {
  const { distance, distance_type: _arcOrPlane, ...others } = body;
  const [[path, point] = ['', undefined], ...more] = Object.entries(others);
  if (more.length > 0) throw notImplemented(`[${more[0]?.[0]}] of a [geo_distance] query`);
  if (distance === undefined) throw parsing('geo_distance requires [distance] to be specified');
  const metres = parseDistance(textOf(distance));
  if (metres === undefined) throw illegalArgument(`failed to parse distance [${textOf(distance)}]`);
  const column = geoColumn(sql, path);
  return `${metresTo(sql, column, queryPoint(point, path))} <= ${sql.bind(metres)}`;
}

/** The one field of a query like `term` and what is said of it. */
export function fieldOf(name: string, body: unknown): { path: string; value: unknown; boost: number } {
  const [[path, given] = ['', undefined], ...others] = Object.entries(isObject(body) ? body : {});
  if (path === '' || others.some(([other]) => other !== 'boost')) {
    throw parsing(`[${name}] query doesn't support multiple fields`);
  }
  if (!isObject(given) || name === 'range')
    return { path, value: given, boost: Number(isObject(given) ? (given['boost'] ?? 1) : 1) };
  const { value, boost = 1, ...unknown } = given;
  for (const option of Object.keys(unknown)) throw notImplemented(`[${option}] of a [${name}] query`);
  return { path, value, boost: Number(boost) };
}
