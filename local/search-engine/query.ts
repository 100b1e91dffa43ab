/** Compiles OpenSearch's query DSL, as far as this engine speaks it, into a condition and a score. */
import { EngineError, illegalArgument, notImplemented, parsing } from './errors.ts';
import { digitsOf, isObject, type JsonObject } from './json.ts';
import type { Condition, SearchSql } from './sql.ts';
import { exists, fieldOf, geoDistance, ids, prefix, range, searchable, term } from './term-query.ts';
import {
  exactWord,
  leafFilter,
  leafSelect,
  matchForm,
  matchQuery,
  multiMatchQuery,
  readMatch,
  type TextLeaf,
  type TextQuery,
} from './text-query.ts';

/**
 * - `required`: the score counts, and only rows that match can be in the result.
 * - `optional`: the score counts.
 * - `filter`: it does not.
 */
type Role = 'required' | 'optional' | 'filter';

const constant = (where: string, boost = 1): Condition => ({ where, score: String(boost) });

const ALL = constant('1');
const NONE = constant('0', 0);

export function compileQuery(sql: SearchSql, query: unknown, role: Role): Condition {
  const { name, body } = readQuery(query);
  const text = textQuery(sql, name, body);
  if (text) return textCondition(sql, text, role);
  const options: JsonObject = isObject(body) ? body : {};
  switch (name) {
    case 'match_all':
      return constant('1', Number(options['boost'] ?? 1));
    case 'match_none':
      return NONE;
    case 'bool':
      return bool(sql, options, role);
    case 'dis_max':
      return disMax(sql, options, role);
    case 'constant_score':
      return constant(compileQuery(sql, options['filter'], 'filter').where, Number(options['boost'] ?? 1));
    case 'term':
    case 'match': {
      // A match on a field that is no text is a term.
      const { path, value, boost } =
        name === 'term' ? fieldOf(name, body) : { ...matchValue(body), boost: 1 };
      return constant(term(sql, path, value), boost);
    }
    case 'terms': {
      const { boost = 1, ...fields } = options;
      const [[path, values] = ['', undefined], ...others] = Object.entries(fields);
      if (!Array.isArray(values) || others.length > 0)
        throw parsing('[terms] query requires one field and an array');
      const each = values.map((value: unknown) => term(sql, path, value));
      return constant(each.length === 0 ? '0' : `(${each.join(' OR ')})`, Number(boost));
    }
    case 'range': {
      const { path, value, boost } = fieldOf(name, body);
      if (!isObject(value)) throw parsing('[range] query malformed, no start_object after query name');
      return constant(range(sql, path, value), boost);
    }
    case 'prefix': {
      const { path, value, boost } = fieldOf(name, body);
      return constant(prefix(sql, path, value), boost);
    }
    case 'exists':
      return constant(exists(sql, String(options['field'])));
    case 'ids':
      return constant(ids(sql, options));
    case 'geo_distance':
      return constant(geoDistance(sql, options));
    default:
      throw unknownQuery(name);
  }
}

const otherQueries = new Set(
  'wildcard regexp fuzzy query_string simple_query_string nested function_score script_score more_like_this geo_bounding_box geo_polygon boosting has_child has_parent span_term intervals terms_set distance_feature knn combined_fields match_phrase_suffix script percolate'.split(
    ' ',
  ),
);

function unknownQuery(name: string): EngineError {
  if (otherQueries.has(name)) return notImplemented(`the query [${name}]`);
  const reason = `unknown query [${name}]`;
  const causedBy = { type: 'named_object_not_found_exception', reason: `unknown field [${name}]` };
  return new EngineError(400, { type: 'parsing_exception', reason, causedBy });
}

function readQuery(query: unknown): { name: string; body: unknown } {
  const [[name, body] = ['', undefined], ...others] = Object.entries(isObject(query) ? query : {});
  if (name === '') throw illegalArgument('query malformed, empty clause found');
  if (others.length > 0) {
    throw parsing(`[${name}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]`);
  }
  return { name, body };
}

function matchValue(body: unknown): { path: string; value: unknown } {
  const { path, options } = readMatch('match', body);
  return { path, value: options['query'] };
}

/** Undefined if the query has nothing to do with texts. */
function textQuery(sql: SearchSql, name: string, body: unknown): TextQuery | undefined {
  if (name === 'multi_match') return multiMatchQuery(sql, isObject(body) ? body : {});
  if (name === 'term' || name === 'prefix') {
    const { path, value } = fieldOf(name, body);
    if (sql.index.mapping.fields.get(path)?.type !== 'text') return undefined;
    const field = searchable(sql, path)?.field;
    return field && exactWord(sql, field, digitsOf(value) ?? String(value), name === 'prefix');
  }
  const form = matchForm(name);
  if (form === undefined) return undefined;
  const { path, options } = readMatch(name, body);
  const field = searchable(sql, path)?.field;
  if (field === undefined) return { kind: 'none' };
  if (field.type === 'text') return matchQuery(sql, form, field, options);
  if (name !== 'match') throw notImplemented(`[${name}] on [${path}], which is no text`);
  return undefined;
}

function textCondition(sql: SearchSql, text: TextQuery, role: Role): Condition {
  switch (text.kind) {
    case 'all':
      return ALL;
    case 'none':
      return NONE;
    case 'leaf':
      if (role === 'filter') return constant(leafFilter(sql, text), 0);
      return sql.join(leafSelect(sql, [text]), role === 'required');
  }
}

/** The clauses of one kind: an array, or a single one. */
const clauses = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

function bool(sql: SearchSql, options: JsonObject, role: Role): Condition {
  const {
    must,
    filter,
    should,
    must_not: mustNot,
    minimum_should_match: minimum,
    boost = 1,
    ...others
  } = options;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new EngineError(400, {
      type: 'x_content_parse_exception',
      reason: `[bool] unknown field [${unknown}]`,
    });
  }
  const required = clauses(must).map((query) => compileQuery(sql, query, role));
  const filters = clauses(filter).map((query) => compileQuery(sql, query, 'filter').where);
  const refused = clauses(mustNot).map((query) => compileQuery(sql, query, 'filter').where);
  const optional = clauses(should).map((query) =>
    compileQuery(sql, query, role === 'filter' ? role : 'optional'),
  );
  const least =
    minimum === undefined
      ? required.length + filters.length === 0 && optional.length > 0
        ? 1
        : 0
      : Number(minimum);
  if (!Number.isInteger(least) || least < 0)
    throw notImplemented('[minimum_should_match] other than a count');
  const where = [
    ...required.map((condition) => condition.where),
    ...filters,
    ...refused.map((condition) => `(${condition}) IS NOT TRUE`),
    ...(least === 0 ? [] : [atLeast(least, optional)]),
  ];
  const scores = [...required.map(({ score }) => score), ...optional.map((condition) => scoreIf(condition))];
  return {
    where: where.length === 0 ? '1' : `(${where.join(' AND ')})`,
    // Without a clause that scores, everything scores 0, but a query without any clause is match_all.
    score:
      scores.length === 0 ? (where.length === 0 ? '1' : '0') : `(${scores.join(' + ')}) * ${Number(boost)}`,
  };
}

const scoreIf = ({ where, score }: Condition): string => `CASE WHEN ${where} THEN ${score} ELSE 0 END`;

const atLeast = (least: number, conditions: readonly Condition[]): string =>
  least === 1
    ? `(${conditions.map(({ where }) => where).join(' OR ')})`
    : `(${conditions.map(({ where }) => `((${where}) IS TRUE)`).join(' + ')}) >= ${least}`;

function disMax(sql: SearchSql, options: JsonObject, role: Role): Condition {
  const { queries, boost = 1, tie_breaker: _onlyScores, ...others } = options;
  for (const name of Object.keys(others)) throw notImplemented(`[${name}] of a [dis_max] query`);
  const all = clauses(queries);
  if (all.length === 0) throw parsing("[dis_max] requires 'queries' field with at least one clause");
  const texts = all.map((query) => {
    const { name, body } = readQuery(query);
    return textQuery(sql, name, body);
  });
  if (role !== 'filter' && texts.every((text) => text !== undefined && text.kind !== 'all')) {
    const leaves = texts.filter((text): text is TextLeaf => text?.kind === 'leaf');
    if (leaves.length === 0) return NONE;
    const { where, score } = sql.join(leafSelect(sql, leaves), role === 'required');
    return { where, score: `${score} * ${Number(boost)}` };
  }
  const conditions = all.map((query) => compileQuery(sql, query, role === 'filter' ? role : 'optional'));
  const scores = conditions.map(scoreIf);
  return {
    where: atLeast(1, conditions),
    score: `${scores.length === 1 ? scores.join() : `max(${scores.join(', ')})`} * ${Number(boost)}`,
  };
}
