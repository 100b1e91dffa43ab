/** The comparisons of a filter pattern's list: each becomes a test of one leaf, or of its absence. */
import { kindOf } from './properties.ts';

/** A number of a pattern with the text it was written in, because plain numbers are compared by their text. */
export class PatternNumber {
  readonly value: number;
  readonly text: string;

  constructor(value: number, text: string) {
    this.value = value;
    this.text = text;
  }
}

export interface LeafTest {
  matches(leaf: unknown): boolean;
  /** True if the test holds where the record has no leaf at all. */
  readonly absent: boolean;
}

type Refuse = (problem: string) => Error;

/** The kind of a value in a pattern, for messages. */
export const patternKind = (value: unknown) =>
  value instanceof PatternNumber ? kindOf(value.value) : kindOf(value);

/** The tests of one list; the list matches if any of them does. */
export function compileLeaf(list: readonly unknown[], refuse: Refuse): readonly LeafTest[] {
  if (list.length === 0) throw refuse('an empty list is not allowed');
  return list.map((element) => compileElement(element, refuse));
}

function compileElement(element: unknown, refuse: Refuse): LeafTest {
  if (element instanceof PatternNumber) return leaf(sameNumberText(element));
  if (element === null || typeof element === 'string' || typeof element === 'boolean')
    return leaf((value) => value === element);
  if (Array.isArray(element)) throw refuse('a list within a list is not allowed');
  const entries = Object.entries(element as object);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1)
    throw refuse('a comparison is an object with exactly one operator');
  const [operator, operand] = entry;
  switch (operator) {
    case 'prefix':
      return leaf(startsWith(text(operator, operand, refuse)));
    case 'suffix':
      return leaf(endsWith(text(operator, operand, refuse)));
    case 'equals-ignore-case': {
      const wanted = text(operator, operand, refuse).toLowerCase();
      return leaf((value) => typeof value === 'string' && value.toLowerCase() === wanted);
    }
    case 'anything-but':
      return leaf(anythingBut(operand, refuse));
    case 'numeric':
      return leaf(numeric(operand, refuse));
    case 'exists':
      if (typeof operand !== 'boolean')
        throw refuse(`exists takes true or false, not ${patternKind(operand)}`);
      return { matches: () => operand, absent: !operand };
    default:
      throw refuse(
        `operator ${operator} is not listed for Lambda; listed are prefix, suffix, equals-ignore-case, anything-but, numeric, exists`,
      );
  }
}

const leaf = (matches: (value: unknown) => boolean): LeafTest => ({ matches, absent: false });

const startsWith = (prefix: string) => (value: unknown) =>
  typeof value === 'string' && value.startsWith(prefix);

const endsWith = (suffix: string) => (value: unknown) => typeof value === 'string' && value.endsWith(suffix);

const sameNumberText = (wanted: PatternNumber) => (value: unknown) =>
  typeof value === 'number' && String(value) === wanted.text;

/** Not one of the values, all strings or all numbers; a leaf of another kind passes. */
function anythingBut(operand: unknown, refuse: Refuse): (value: unknown) => boolean {
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (values.length > 0 && values.every((value) => typeof value === 'string')) {
    const excluded = new Set<unknown>(values);
    return (value) => !excluded.has(value);
  }
  if (values.length > 0 && values.every((value) => value instanceof PatternNumber)) {
    const excluded = values.map(sameNumberText);
    return (value) => !excluded.some((same) => same(value));
  }
  throw refuse('anything-but takes a string, a number, or a list of only strings or only numbers');
}

const COMPARISONS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '=': (left, right) => left === right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
};

/** `["=", 3]`, `[">", 3]`, or a range `[">", 3, "<=", 5]`; only JSON numbers match, never digits in a string. */
function numeric(operand: unknown, refuse: Refuse): (value: unknown) => boolean {
  const list: readonly unknown[] = Array.isArray(operand) ? operand : [];
  if (list.length !== 2 && list.length !== 4)
    throw refuse('numeric takes ["<operator>", <number>] or a range of two such pairs');
  const bounds: { operator: string; limit: number }[] = [];
  for (let i = 0; i < list.length; i += 2) {
    const [operator, limit] = [list[i], list[i + 1]];
    if (typeof operator !== 'string' || !Object.hasOwn(COMPARISONS, operator))
      throw refuse('numeric compares with =, >, >=, < or <=');
    if (!(limit instanceof PatternNumber))
      throw refuse(`numeric compares with a number, not ${patternKind(limit)}`);
    bounds.push({ operator, limit: limit.value });
  }
  const [low, high] = bounds;
  if (low !== undefined && high !== undefined) {
    if (!low.operator.startsWith('>') || !high.operator.startsWith('<') || low.limit >= high.limit)
      throw refuse('a numeric range is a lower bound (> or >=) followed by a higher upper bound (< or <=)');
  }
  return (value) =>
    typeof value === 'number' &&
    bounds.every(({ operator, limit }) => COMPARISONS[operator]?.(value, limit) === true);
}

function text(operator: string, operand: unknown, refuse: Refuse): string {
  if (typeof operand !== 'string') throw refuse(`${operator} takes a string, not ${patternKind(operand)}`);
  return operand;
}
