/** Picks parts of JSON by path patterns: `filter_path` of an answer, and `_source` filters of a document. */
import { isObject, parseExact, Verbatim } from './json.ts';

type Pattern = readonly string[];

interface Selection {
  readonly includes: readonly Pattern[];
  readonly excludes: readonly Pattern[];
}

const toPattern = (path: string): Pattern => path.split('.');

/** `filter_path`: patterns parted by commas, with `*`, `**`, and `-` before those to leave out. */
export function filterAnswer(answer: unknown, filterPath: string | undefined): unknown {
  if (filterPath === undefined || filterPath === '') return answer;
  const paths = filterPath.split(',').map((path) => path.trim());
  const selection: Selection = {
    includes: paths.filter((path) => !path.startsWith('-')).map(toPattern),
    excludes: paths.filter((path) => path.startsWith('-')).map((path) => toPattern(path.slice(1))),
  };
  return select(answer, selection) ?? {};
}

export type SourceFilter =
  | boolean
  | { readonly includes: readonly string[]; readonly excludes: readonly string[] };

/** @returns undefined where no source is wanted */
export function filterSource(source: string, filter: SourceFilter): Verbatim | object | undefined {
  if (filter === false) return undefined;
  if (filter === true || (filter.includes.length === 0 && filter.excludes.length === 0)) {
    return new Verbatim(source);
  }
  const selection = { includes: filter.includes.map(toPattern), excludes: filter.excludes.map(toPattern) };
  const quick = select(JSON.parse(source), selection);
  const selected = hasNumbers(quick) ? select(parseExact(source), selection) : quick;
  return isObject(selected) ? selected : {};
}

/** Only numbers can lose anything in a plain parse, which is many times faster. */
function hasNumbers(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'number';
  return Object.values(value).some(hasNumbers);
}

function select(value: unknown, { includes, excludes }: Selection): unknown {
  const kept = includes.length === 0 ? value : keep(value, includes);
  return excludes.length === 0 ? kept : drop(kept, excludes);
}

const opened = (value: unknown): unknown => (value instanceof Verbatim ? parseExact(value.text) : value);

/** An array is transparent to a path. Undefined if nothing is left. */
function keep(value: unknown, patterns: readonly Pattern[]): unknown {
  const content = opened(value);
  if (Array.isArray(content)) {
    const kept = content.map((entry) => keep(entry, patterns)).filter((entry) => entry !== undefined);
    return kept.length > 0 ? kept : undefined;
  }
  if (!isObject(content)) return undefined;
  const result = members(content, (name, member) => {
    const { ended, rest } = descend(patterns, name);
    return ended ? member : rest.length > 0 ? keep(member, rest) : undefined;
  });
  return Object.keys(result).length > 0 ? result : undefined;
}

function drop(value: unknown, patterns: readonly Pattern[]): unknown {
  const content = opened(value);
  if (Array.isArray(content)) return content.map((entry) => drop(entry, patterns));
  if (!isObject(content)) return content;
  return members(content, (name, member) => {
    const { ended, rest } = descend(patterns, name);
    return ended ? undefined : rest.length > 0 ? drop(member, rest) : member;
  });
}

/** Built without a prototype: a member may be named `__proto__`. */
function members(object: object, change: (name: string, member: unknown) => unknown): object {
  const result: Record<string, unknown> = Object.create(null);
  for (const [name, member] of Object.entries(object)) {
    const changed = change(name, member);
    if (changed !== undefined) result[name] = changed;
  }
  return result;
}

/** What is left of the patterns below the member `name`; `ended` if one of them ends there and so covers all of it. */
function descend(patterns: readonly Pattern[], name: string): { ended: boolean; rest: readonly Pattern[] } {
  const rest: Pattern[] = [];
  let ended = false;
  const advance = (pattern: Pattern): void => {
    const [head, ...tail] = pattern;
    if (head === undefined) return;
    if (head === '**') {
      rest.push(pattern);
      if (tail.length === 0) ended = true;
      else advance(tail);
    } else if (matchesWildcard(head, name)) {
      if (tail.length === 0) ended = true;
      else rest.push(tail);
    }
  };
  for (const pattern of patterns) advance(pattern);
  return { ended, rest };
}

/** Whether `name` fits `pattern`, in which `*` stands for any characters. */
export function matchesWildcard(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  if (!pattern.includes('*')) return pattern === name;
  const expression = pattern.split('*').map(RegExp.escape).join('.*');
  return new RegExp(`^${expression}$`, 'su').test(name);
}
