/** `_search` and `_count` over one index. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Index } from './catalog.ts';
import { readSourceFilter, sourceFilterOf } from './documents.ts';
import { illegalArgument, notImplemented, searchFailed } from './errors.ts';
import { digitsOf, type JsonObject, longJson } from './json.ts';
import { compileQuery } from './query.ts';
import type { Answer } from './request.ts';
import { filterSource, type SourceFilter } from './selection.ts';
import { after, orderBy, readSort, sortValue } from './sort.ts';
import { SearchSql } from './sql.ts';
import { PRIMARY_TERM } from './versioning.ts';

const members = [
  'query',
  'size',
  'from',
  'sort',
  'search_after',
  '_source',
  'track_total_hits',
  'track_scores',
  'version',
  'seq_no_primary_term',
  'pit',
  'timeout',
];

/** OpenSearch's default of `index.max_result_window`. */
const MAX_RESULT_WINDOW = 10_000;

/** Hits counted unless told otherwise, as OpenSearch does. */
const TRACK_TOTAL_HITS = 10_000;

type Row = Record<string, unknown>;

/** A cache: readers ask the same few forms of queries, and preparing one of many languages takes longer than its answer. */
const statements = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

const MAX_PREPARED = 100;

const shards = { total: 1, successful: 1, skipped: 0, failed: 0 };

export function search(
  db: DatabaseSync,
  index: Index,
  body: JsonObject,
  query: Readonly<Record<string, string>>,
): Answer {
  for (const name of Object.keys(body)) {
    if (!members.includes(name)) throw notImplemented(`[${name}] of a search`);
  }
  const { size, from } = readPage(index, body, query);
  const limit = readTrackTotalHits(query['track_total_hits'] ?? body['track_total_hits']);
  const sql = new SearchSql(index);
  const { where, score } = compileQuery(sql, body['query'] ?? { match_all: {} }, 'required');
  const sort = readSort(sql, body['sort']);
  const scored =
    sort.length === 0 ||
    body['track_scores'] === true ||
    sort.some(({ expression }) => expression === 'score');
  const keys = sort.length === 0 ? readSort(sql, '_score') : sort;

  const selected = [
    'd.n AS n',
    'd.id AS id',
    'd.v AS v',
    'd.seq AS seq',
    `${scored ? `(${score})` : 'NULL'} AS score`,
    ...keys.map(
      ({ expression }, position) => `${expression === 'score' ? `(${score})` : expression} AS k${position}`,
    ),
  ];
  const matched = `${sql.with()}SELECT ${selected.join(', ')} FROM ${sql.from()} WHERE ${where}`;
  const searchAfter = body['search_after'];
  if (searchAfter !== undefined && from > 0) {
    throw searchFailed(index.name, 500, {
      type: 'search_exception',
      reason: '`from` parameter must be set to 0 when `search_after` is used.',
    });
  }
  const later = searchAfter === undefined ? '' : ` WHERE ${after(sql, sort, [searchAfter].flat())}`;
  const order = keys.map((key, position) => orderBy(key, `k${position}`)).join(', ');
  // Counted on the way where finding the rows is what costs; elsewhere a count of its own is cheaper than carrying all rows.
  const counting = later === '' && limit > 0 && sql.hasLeaves() ? ', count(*) OVER () AS total' : '';
  const page = `SELECT *${counting} FROM (${matched})${later} ORDER BY ${order}, n LIMIT ${size} OFFSET ${from}`;
  const rows = size === 0 ? [] : all(db, page, sql.parameters);

  const total = (): number => {
    const known = rows[0]?.['total'];
    if (known !== undefined) return Number(known);
    const counted = `${sql.with()}SELECT count(*) AS count FROM ${sql.from()} WHERE ${where}`;
    return Number(all(db, counted, sql.parameters)[0]?.['count']);
  };
  const filter = sourceFilterOf(query) ?? readSourceFilter(body['_source']) ?? true;
  const hits = rows.map((row) => hit(index, row, filter, body, sort.length));
  const best = sort.length === 0 && from === 0 ? scoreOf(rows[0]) : null;
  return {
    status: 200,
    body: {
      took: 1,
      timed_out: false,
      _shards: shards,
      hits: { ...(limit > 0 && { total: counted(total(), limit) }), max_score: best, hits },
    },
  };
}

const counted = (total: number, limit: number): object =>
  total > limit ? { value: limit, relation: 'gte' } : { value: total, relation: 'eq' };

const scoreOf = (row: Row | undefined): number | null =>
  row === undefined || row['score'] === null ? null : Number(row['score']);

function hit(index: Index, row: Row, filter: SourceFilter, body: JsonObject, sortKeys: number): Row {
  const source = filter === false ? undefined : filterSource(index.store.source(Number(row['n'])), filter);
  return {
    _index: index.name,
    _id: row['id'],
    ...(body['version'] === true && { _version: longJson(BigInt(row['v'] as bigint)) }),
    ...(body['seq_no_primary_term'] === true && { _seq_no: Number(row['seq']), _primary_term: PRIMARY_TERM }),
    _score: scoreOf(row),
    ...(source !== undefined && { _source: source }),
    ...(sortKeys > 0 && { sort: Array.from({ length: sortKeys }, (_, key) => sortValue(row[`k${key}`])) }),
  };
}

export function count(db: DatabaseSync, index: Index, body: JsonObject): Answer {
  for (const name of Object.keys(body)) {
    if (name !== 'query') throw notImplemented(`[${name}] of a count`);
  }
  const sql = new SearchSql(index);
  const { where } = compileQuery(sql, body['query'] ?? { match_all: {} }, 'filter');
  const rows = all(
    db,
    `${sql.with()}SELECT count(*) AS count FROM ${sql.from()} WHERE ${where}`,
    sql.parameters,
  );
  return { status: 200, body: { count: Number(rows[0]?.['count']), _shards: shards } };
}

function all(db: DatabaseSync, sql: string, parameters: Readonly<Record<string, SQLInputValue>>): Row[] {
  const prepared = statements.get(db) ?? new Map<string, StatementSync>();
  statements.set(db, prepared);
  let statement = prepared.get(sql);
  if (statement === undefined) {
    statement = db.prepare(sql);
    // Sort values and versions have up to 63 bits.
    statement.setReadBigInts(true);
    statement.setAllowUnknownNamedParameters(true);
    if (prepared.size === MAX_PREPARED) prepared.clear();
    prepared.set(sql, statement);
  }
  return statement.all(parameters);
}

function readPage(
  index: Index,
  body: JsonObject,
  query: Readonly<Record<string, string>>,
): { size: number; from: number } {
  const read = (name: 'size' | 'from', byDefault: number): number => {
    const given = query[name] ?? body[name];
    if (given === undefined) return byDefault;
    const value = Number(digitsOf(given) ?? given);
    if (Number.isInteger(value) && value >= 0) return value;
    throw illegalArgument(
      `[${name}] parameter cannot be negative or a fraction, found [${digitsOf(given) ?? given}]`,
    );
  };
  const size = read('size', 10);
  const from = read('from', 0);
  const window = Number(index.settings.get('index.max_result_window') ?? MAX_RESULT_WINDOW);
  if (from + size <= window) return { size, from };
  throw searchFailed(index.name, 400, {
    type: 'illegal_argument_exception',
    reason: `Result window is too large, from + size must be less than or equal to: [${window}] but was [${from + size}]. See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting.`,
  });
}

/** @returns the number of hits to count at most; 0 for none */
function readTrackTotalHits(value: unknown): number {
  const text = String(digitsOf(value) ?? value);
  if (value === undefined) return TRACK_TOTAL_HITS;
  if (text === 'true') return Number.POSITIVE_INFINITY;
  if (text === 'false') return 0;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw illegalArgument(`[track_total_hits] parameter must be positive or equals to -1, got ${text}`);
}
