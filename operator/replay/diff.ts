/** How two JSON values differ, field by field, in an order that depends on nothing but the values. Pure. */
import { styleText } from 'node:util';
import { printable } from '../dead-letters/record-facts.ts';

export interface FieldDifference {
  /** E.g. `effect.document.title.hindi`, `effect.notices[0].recipient`. */
  readonly path: string;
  /** As JSON; undefined where the field is not there. */
  readonly expected: string | undefined;
  readonly actual: string | undefined;
}

export function fieldDifferences(expected: unknown, actual: unknown, path = ''): readonly FieldDifference[] {
  if (isMap(expected) && isMap(actual)) {
    const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort();
    return names.flatMap((name) =>
      fieldDifferences(
        own(expected, name),
        own(actual, name),
        path === '' ? nameOf(name) : `${path}${memberOf(name)}`,
      ),
    );
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return Array.from({ length: Math.max(expected.length, actual.length) }).flatMap((_, index) =>
      fieldDifferences(expected[index], actual[index], `${path}[${index}]`),
    );
  }
  const [before, after] = [textOf(expected), textOf(actual)];
  return before === after ? [] : [{ path, expected: before, actual: after }];
}

/** Members in the order of their names: in JSON their order means nothing. */
function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return JSON.stringify(value, (_, each: unknown) =>
    isMap(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  );
}

/** A raw number is a leaf. */
function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('rawJSON' in value);
}

const own = (map: Readonly<Record<string, unknown>>, name: string) =>
  Object.hasOwn(map, name) ? map[name] : undefined;

const PLAIN_NAME = /^[\w-]+$/;
const nameOf = (name: string) => (PLAIN_NAME.test(name) ? name : JSON.stringify(name));
const memberOf = (name: string) => (PLAIN_NAME.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`);

export interface DiffStyle {
  readonly colours: boolean;
  /** Characters of a value that are shown. */
  readonly longest: number;
}

/** One line for the path, one each for what was expected and what came. */
export function diffLines(
  differences: readonly FieldDifference[],
  { colours, longest }: DiffStyle,
): string[] {
  const paint = (colour: 'red' | 'green', text: string) => (colours ? styleText(colour, text) : text);
  const shown = (text: string) => printable(text.length > longest ? `${text.slice(0, longest)}…` : text);
  return differences.flatMap(({ path, expected, actual }) => [
    `  ${printable(path)}`,
    ...(expected === undefined ? [] : [paint('red', `    - ${shown(expected)}`)]),
    ...(actual === undefined ? [] : [paint('green', `    + ${shown(actual)}`)]),
  ]);
}
