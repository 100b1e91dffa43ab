/** Full-text queries as expressions of SQLite's FTS5: words as they are written, phrases, and unfinished last words. */
import { wordsOf } from './analysis.ts';
import { illegalArgument, notImplemented, parsing } from './errors.ts';
import { digitsOf, isObject, type JsonObject } from './json.ts';
import type { Field } from './mapping.ts';
import { matchesWildcard } from './selection.ts';
import type { SearchSql } from './sql.ts';

export interface TextLeaf {
  readonly kind: 'leaf';
  readonly match: string;
  /** Of each text column. */
  readonly weights: readonly number[];
}

/** What a text query comes to: a look-up, nothing, or everything (`zero_terms_query: all`). */
export type TextQuery = TextLeaf | { readonly kind: 'none' } | { readonly kind: 'all' };

type Form = 'words' | 'last_word_unfinished' | 'phrase' | 'phrase_unfinished';

/** Where the words may be: all of them in one field, or spread over the fields. */
type Spread = 'one_field' | 'across_fields';

interface Weighted {
  readonly field: Field;
  readonly weight: number;
}

const forms: Readonly<Record<string, Form>> = {
  match: 'words',
  match_bool_prefix: 'last_word_unfinished',
  match_phrase: 'phrase',
  match_phrase_prefix: 'phrase_unfinished',
};

const multiMatchForms: Readonly<Record<string, readonly [Form, Spread]>> = {
  best_fields: ['words', 'one_field'],
  most_fields: ['words', 'one_field'],
  cross_fields: ['words', 'across_fields'],
  bool_prefix: ['last_word_unfinished', 'one_field'],
  phrase: ['phrase', 'one_field'],
  phrase_prefix: ['phrase_unfinished', 'one_field'],
};

const options = [
  'query',
  'operator',
  'zero_terms_query',
  'boost',
  'lenient',
  'auto_generate_synonyms_phrase_query',
];

/** @returns undefined if `name` is no query of this family */
export function matchForm(name: string): Form | undefined {
  return forms[name];
}

/** The one field of a match query and its options. */
export function readMatch(name: string, body: unknown): { path: string; options: JsonObject } {
  const [[path, given] = ['', undefined], ...others] = Object.entries(isObject(body) ? body : {});
  if (path === '' || others.length > 0) throw parsing(`[${name}] query doesn't support multiple fields`);
  const read = isObject(given) ? given : { query: given };
  for (const option of Object.keys(read)) {
    if (!options.includes(option)) throw notImplemented(`[${option}] of a [${name}] query`);
  }
  return { path, options: read };
}

export function matchQuery(sql: SearchSql, form: Form, field: Field, given: JsonObject): TextQuery {
  return compile(sql, form, 'one_field', [{ field, weight: 1 }], given);
}

export function multiMatchQuery(sql: SearchSql, body: JsonObject): TextQuery {
  const { fields, type = 'best_fields', tie_breaker: _onlyScores, ...given } = body;
  const [form, spread] = multiMatchForms[String(type)] ?? [];
  if (form === undefined || spread === undefined) {
    throw parsing(`failed to parse [multi_match] query type [${type}]. unknown type.`);
  }
  for (const option of Object.keys(given)) {
    if (!options.includes(option)) throw notImplemented(`[${option}] of a [multi_match] query`);
  }
  const named = (Array.isArray(fields) ? fields : [fields]).flatMap((one: unknown) => {
    const [pattern = '', weight = '1'] = String(one ?? '*').split('^');
    return [...sql.index.mapping.fields.values()]
      .filter(
        ({ path, type: kind }) =>
          matchesWildcard(pattern, path) && (kind === 'text' || !pattern.includes('*')),
      )
      .map((field): Weighted => ({ field, weight: Number(weight) }));
  });
  for (const { field } of named) {
    if (field.type !== 'text') throw notImplemented(`[multi_match] on [${field.path}], which is no text`);
  }
  return compile(sql, form, spread, named, given);
}

function compile(
  sql: SearchSql,
  form: Form,
  spread: Spread,
  fields: readonly Weighted[],
  given: JsonObject,
): TextQuery {
  const { query, operator = 'or', zero_terms_query: zeroTerms = 'none', boost = 1 } = given;
  if (query === undefined || query === null) throw illegalArgument('requires query value');
  const all = isAnd(operator);
  const weights = new Array<number>(sql.index.mapping.textColumns).fill(1);
  const byWords = new Map<string, { words: string[]; columns: Set<number> }>();
  for (const { field, weight } of fields) {
    if (field.textColumn === undefined) continue;
    weights[field.textColumn] = weight * Number(boost);
    const words = wordsOf(field.analyzer.prepare(digitsOf(query) ?? String(query)));
    const key = words.join(' ');
    const same = byWords.get(key) ?? { words, columns: new Set<number>() };
    same.columns.add(field.textColumn);
    byWords.set(key, same);
  }
  const clauses = [...byWords.values()].flatMap(({ words, columns }) => {
    if (words.length === 0) return [];
    const groups =
      spread === 'across_fields' || !all ? [[...columns]] : [...columns].map((column) => [column]);
    return groups.map(
      (group) => `{${group.map((column) => `t${column}`).join(' ')}} : (${expression(form, words, all)})`,
    );
  });
  if (clauses.length > 0) return { kind: 'leaf', match: clauses.join(' OR '), weights };
  return zeroTerms === 'all' ? { kind: 'all' } : { kind: 'none' };
}

function isAnd(operator: unknown): boolean {
  const name = String(operator).toLowerCase();
  if (name !== 'and' && name !== 'or')
    throw illegalArgument(`operator needs to be either and, or or but not [${operator}]`);
  return name === 'and';
}

/** Words hold nothing that FTS5 would read as syntax. */
function expression(form: Form, words: readonly string[], all: boolean): string {
  const joined = (parts: readonly string[]): string => parts.join(all ? ' AND ' : ' OR ');
  const quoted = words.map((word) => `"${word}"`);
  switch (form) {
    case 'words':
      return joined(quoted);
    case 'last_word_unfinished':
      return joined(quoted.with(-1, `${quoted.at(-1)} *`));
    case 'phrase':
      return `"${words.join(' ')}"`;
    case 'phrase_unfinished':
      return `"${words.join(' ')}" *`;
  }
}

/** A word, or its beginning, looked up as it is given: OpenSearch analyzes neither `term` nor `prefix`. */
export function exactWord(sql: SearchSql, field: Field, value: string, unfinished: boolean): TextQuery {
  const isTerm = value === value.toLowerCase() && wordsOf(value)[0] === value;
  if (!isTerm || field.textColumn === undefined) return { kind: 'none' };
  const weights = new Array<number>(sql.index.mapping.textColumns).fill(1);
  return { kind: 'leaf', match: `{t${field.textColumn}} : "${value}"${unfinished ? ' *' : ''}`, weights };
}

/** Yields `id` and `s`; of a row found by several leaves, the best score. */
export function leafSelect(sql: SearchSql, leaves: readonly TextLeaf[]): string {
  const { texts } = sql.index.store.tables;
  sql.index.store.makeTextsSearchable();
  const selects = leaves.map(
    ({ match, weights }) =>
      `SELECT rowid AS id, -bm25(${[texts, ...weights].join(', ')}) AS s FROM ${texts} WHERE ${texts} MATCH ${sql.bind(match)}`,
  );
  return leaves.length === 1
    ? selects.join()
    : `SELECT id, max(s) AS s FROM (${selects.join(' UNION ALL ')}) GROUP BY id`;
}

/** Without scores. */
export function leafFilter(sql: SearchSql, { match }: TextLeaf): string {
  const { texts } = sql.index.store.tables;
  sql.index.store.makeTextsSearchable();
  return `d.n IN (SELECT rowid FROM ${texts} WHERE ${texts} MATCH ${sql.bind(match)})`;
}
