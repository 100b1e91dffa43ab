/**
 * What this engine can do with texts: words as they are written, in lower case, in any script; plus `mapping` char filters.
 * Stemmers, stop words and normalizations are refused like by an OpenSearch without its module analysis-common.
 */
import { type EngineError, illegalArgument } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';

/** Changes a text before it is cut into words. */
export interface Analyzer {
  /** Equal for analyzers that do the same. */
  readonly signature: string;
  prepare(text: string): string;
}

const standard: Analyzer = { signature: '', prepare: (text) => text };

const builtIn = new Set(['standard', 'default']);

const strings = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);

const unknownPart = (kind: string, name: string): EngineError =>
  illegalArgument(`failed to find global ${kind} under [${name}]`);

/** The analyzers of an index by the `analysis` part of its settings. */
export function readAnalysis(settings: unknown): (name: string) => Analyzer | undefined {
  const analysis = isObject(settings) ? settings : {};
  const section = (name: string): JsonObject => {
    const value = analysis[name];
    return isObject(value) ? value : {};
  };
  for (const [name, definition] of Object.entries(section('filter'))) {
    const type = isObject(definition) ? definition.type : undefined;
    if (type !== 'lowercase') throw illegalArgument(`Unknown filter type [${type}] for [${name}]`);
  }
  const charFilters = new Map(
    Object.entries(section('char_filter')).map(([name, definition]) => [name, charFilter(name, definition)]),
  );
  const filters = section('filter');
  const analyzers = new Map<string, Analyzer>();
  for (const [name, definition] of Object.entries(section('analyzer'))) {
    const custom = isObject(definition) ? definition : {};
    if (custom.tokenizer !== 'standard') throw unknownPart('tokenizer', String(custom.tokenizer));
    for (const filter of strings(custom.filter)) {
      if (filter !== 'lowercase' && !(filter in filters)) {
        throw illegalArgument(`Custom Analyzer [${name}] failed to find filter under name [${filter}]`);
      }
    }
    const parts = strings(custom.char_filter).map((part) => {
      const found = charFilters.get(part);
      if (found) return found;
      throw illegalArgument(`Custom Analyzer [${name}] failed to find char_filter under name [${part}]`);
    });
    analyzers.set(name, chain(parts));
  }
  return (name) => analyzers.get(name) ?? (builtIn.has(name) ? standard : undefined);
}

function chain(parts: readonly Analyzer[]): Analyzer {
  const [only] = parts;
  if (only === undefined) return standard;
  if (parts.length === 1) return only;
  return {
    signature: parts.map(({ signature }) => signature).join('\n'),
    prepare: (text) => parts.reduce((changed, part) => part.prepare(changed), text),
  };
}

function charFilter(name: string, definition: unknown): Analyzer {
  const { type, mappings } = isObject(definition) ? definition : {};
  if (type !== 'mapping') throw illegalArgument(`Unknown char_filter type [${type}] for [${name}]`);
  const rules = new Map(strings(mappings).map(readRule));
  if (rules.size === 0) throw illegalArgument('mapping requires either `mappings` or `mappings_path`');
  return { signature: JSON.stringify([...rules]), prepare: replacer(rules) };
}

/** One pass from left to right, the longest rule first. Texts without the last letter of any rule, which are most, are left alone at once. */
function replacer(rules: ReadonlyMap<string, string>): (text: string) => string {
  const lastLetters = new Set([...rules.keys()].map((from) => from.slice(-1)));
  const concerned = new RegExp(`[${[...lastLetters].map(RegExp.escape).join('')}]`);
  const byFirst = Map.groupBy(
    [...rules].sort(([a], [b]) => b.length - a.length),
    ([from]) => from.slice(0, 1),
  );
  return (text) => {
    if (!concerned.test(text)) return text;
    let changed = '';
    let copied = 0;
    for (let at = 0; at < text.length; at++) {
      const rule = byFirst.get(text.charAt(at))?.find(([from]) => text.startsWith(from, at));
      if (rule === undefined) continue;
      changed += text.slice(copied, at) + rule[1];
      at += rule[0].length - 1;
      copied = at + 1;
    }
    return changed + text.slice(copied);
  };
}

function readRule(rule: string): [from: string, to: string] {
  const arrow = rule.lastIndexOf('=>');
  if (arrow < 1) throw illegalArgument(`Invalid Mapping Rule : [${rule}]`);
  return [unescapeText(rule.slice(0, arrow).trim()), unescapeText(rule.slice(arrow + 2).trim())];
}

const unescapeText = (text: string): string =>
  text.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** Letters, digits, marks and private use: what the index's tokenizer keeps together, so that Indic words stay whole. */
const WORD = /[\p{L}\p{N}\p{Co}\p{M}]+/gu;

export const wordsOf = (text: string): string[] => text.match(WORD) ?? [];

/** `_analyze`: enough to ask which parts this engine has, and to see how it cuts a text. */
export function analyze(body: JsonObject, find: (name: string) => Analyzer | undefined): object {
  const { analyzer, tokenizer, filter, char_filter: charFilters, text } = body;
  let prepared = standard;
  if (typeof analyzer === 'string') {
    const found = find(analyzer);
    if (!found) throw illegalArgument(`failed to find analyzer [${analyzer}]`);
    prepared = found;
  } else {
    if (tokenizer !== undefined && tokenizer !== 'standard')
      throw unknownPart('tokenizer', String(tokenizer));
    for (const part of Array.isArray(filter) ? filter : filter === undefined ? [] : [filter]) {
      const type = isObject(part) ? part.type : part;
      if (type !== 'lowercase') throw unknownPart('filter', String(type));
    }
    const parts: readonly unknown[] = Array.isArray(charFilters)
      ? charFilters
      : charFilters === undefined
        ? []
        : [charFilters];
    prepared = chain(
      parts.map((part) => {
        if (!isObject(part)) throw unknownPart('char_filter', String(part));
        return charFilter('anonymous', part);
      }),
    );
  }
  const tokens = strings(text).flatMap((one) => wordsOf(prepared.prepare(one)));
  return {
    tokens: tokens.map((token, position) => ({ token: token.toLowerCase(), type: '<ALPHANUM>', position })),
  };
}
