/**
 * Filter patterns: which records a mapping delivers. Patterns are compiled once; matching is pure and never throws.
 *
 * Operators are those listed for Lambda (docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html). What recordings on
 * AWS add, and what surprises people:
 * - comparisons see leaves only. On a map node `{"exists": true}` never matches and `{"exists": false}` always does;
 * - DynamoDB's numbers are strings, so `numeric` never matches under `N`; it does match real numbers (`SizeBytes`);
 * - a plain number is compared by its text: 300 is not 300.0;
 * - attributes are matched with their type descriptor: `{"status": {"S": ["active"]}}`, `{"BOOL": [true]}`;
 * - a name written twice in one object keeps its last value, as JSON parsers do.
 */
import { compileLeaf, type LeafTest, PatternNumber, patternKind } from './filter-operators.ts';
import { invalidParameter } from './mapping-error.ts';

/** True if the function gets the record. */
export type RecordFilter = (record: unknown) => boolean;

type Node = (value: unknown) => boolean;

/**
 * One filter out of several patterns: a record passes if any of them matches it; `undefined` if there are none.
 *
 * @throws MappingError "Invalid filter pattern definition."
 */
export function compileFilters(patterns: readonly string[]): RecordFilter | undefined {
  if (patterns.length === 0) return undefined;
  const nodes = patterns.map((pattern, index) =>
    compilePattern(pattern, `FilterCriteria.Filters[${index}].Pattern`),
  );
  return (record) => nodes.some((matches) => matches(record));
}

function compilePattern(text: string, where: string): Node {
  const refuse = (path: string, problem: string) =>
    invalidParameter('Invalid filter pattern definition.', `${where}${path}: ${problem}`);
  let pattern: unknown;
  try {
    pattern = JSON.parse(text, keepNumberText);
  } catch {
    throw refuse('', 'it is not JSON');
  }
  return compileNode(pattern, '', refuse);
}

type Refuse = (path: string, problem: string) => Error;

/** An object of a pattern: every name in it must match. */
function compileNode(pattern: unknown, path: string, refuse: Refuse): Node {
  if (!isObject(pattern)) throw refuse(path, `it is ${patternKind(pattern)}, and must be an object`);
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw refuse(path, 'an empty object is not allowed');
  const parts = entries.map(([name, value]): Node => {
    const at = `${path}.${name}`;
    if (name === '$or' && Array.isArray(value)) {
      if (value.length === 0) throw refuse(at, 'an empty list is not allowed');
      const branches = value.map((branch, index) => compileNode(branch, `${at}[${index}]`, refuse));
      return (record) => branches.some((matches) => matches(record));
    }
    if (Array.isArray(value)) {
      const tests = compileLeaf(value, (problem) => refuse(at, problem));
      return (record) => leafMatches(memberOf(record, name), tests);
    }
    const child = compileNode(value, at, refuse);
    return (record) => nodeMatches(memberOf(record, name), child);
  });
  return (record) => parts.every((matches) => matches(record));
}

/** A list in the record stands for its elements: one that matches is enough. */
function nodeMatches(value: unknown, child: Node): boolean {
  if (Array.isArray(value) && value.length > 0) return value.some((element) => nodeMatches(element, child));
  return child(value);
}

function leafMatches(value: unknown, tests: readonly LeafTest[]): boolean {
  const leaves = leavesOf(value);
  return tests.some((test) => (leaves.length === 0 ? test.absent : leaves.some(test.matches)));
}

/** The comparable values at a place: none where it is missing or a map, several where it is a list. */
function leavesOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return value === undefined || isObject(value) ? [] : [value];
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof PatternNumber)
  );
}

function keepNumberText(_name: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' ? new PatternNumber(value, context?.source ?? String(value)) : value;
}
