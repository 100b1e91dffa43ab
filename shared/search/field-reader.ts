/**
 * Checks what a reader asks for before anything is sent: every problem is found at once, and names the field, the kind
 * of the value and the way out; never the value itself.
 */

export interface Problem {
  readonly field: string;
  readonly message: string;
}

/** A query that cannot be asked as it is. What to do: mend the fields named in `problems`. */
export class ProductQueryError extends Error {
  readonly code = 'INVALID_PRODUCT_QUERY';
  readonly retryable = false;
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ field, message }) => `${field}: ${message}`).join('; '));
    this.name = 'ProductQueryError';
    this.problems = problems;
  }
}

export function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number' && !Number.isFinite(value)) return 'not a finite number';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Reads the fields of one object and collects the problems; a reader of an invalid field gets undefined. */
export function fieldReader(input: unknown, prefix = '', problems: Problem[] = []) {
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  const values = new Map<string, unknown>(isObject ? Object.entries(input) : []);
  const known = new Set<string>();
  if (!isObject) {
    problems.push({ field: prefix || 'query', message: `is ${kindOf(input)}; give an object` });
  }

  const problem = (name: string, message: string): undefined => {
    problems.push({ field: prefix ? `${prefix}.${name}` : name, message });
    return undefined;
  };
  const take = (name: string): unknown => {
    known.add(name);
    return values.get(name);
  };

  function text(name: string, limits: { characters: number; words?: number }): string | undefined {
    const value = take(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') return problem(name, `is ${kindOf(value)}; give a string`);
    if (value.trim() === '') return problem(name, 'is empty; give a word, or leave it out');
    if (value.length > limits.characters) {
      return problem(name, `has ${value.length} characters; give at most ${limits.characters}`);
    }
    const words = limits.words === undefined ? 0 : countWords(value);
    if (limits.words !== undefined && words > limits.words) {
      return problem(name, `has ${words} words; give at most ${limits.words}`);
    }
    return value;
  }

  function texts(name: string, limits: { characters: number; values: number }): string[] | undefined {
    const value = take(name);
    if (value === undefined) return undefined;
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (list.length === 0 || list.length > limits.values) {
      return problem(name, `has ${list.length} values; give 1 to ${limits.values}, or leave it out`);
    }
    const strings = list.filter((entry) => typeof entry === 'string');
    if (strings.length < list.length) {
      const other = list.find((entry) => typeof entry !== 'string');
      return problem(name, `holds ${kindOf(other)}; give a string or an array of strings`);
    }
    if (strings.some((entry) => entry === '' || entry.length > limits.characters)) {
      return problem(name, `holds a string that is empty or longer than ${limits.characters} characters`);
    }
    return strings;
  }

  function oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = take(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    return (
      found ??
      problem(name, `is ${typeof value === 'string' ? 'another string' : kindOf(value)}; give ${or(choices)}`)
    );
  }

  function number(name: string, bounds: { min: number; max: number; whole?: boolean }): number | undefined {
    const value = take(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      return problem(name, `is ${kindOf(value)}; give a number`);
    }
    if (bounds.whole && !Number.isInteger(value)) return problem(name, 'is a fraction; give a whole number');
    if (value < bounds.min || value > bounds.max) {
      return problem(name, `is out of range; give a number from ${bounds.min} to ${bounds.max}`);
    }
    return value;
  }

  function object(name: string) {
    const value = take(name);
    return value === undefined ? undefined : fieldReader(value, name, problems);
  }

  /** To be called when every field has been read: what was not asked for is a misspelling. */
  function refuseUnknown(): void {
    for (const name of values.keys()) {
      if (!known.has(name)) problem(name, `is no field of a query; known are ${or([...known])}`);
    }
  }

  return { text, texts, oneOf, number, object, take, problem, refuseUnknown };
}

const or = (choices: readonly string[]): string => choices.join(', ').replace(/, ([^,]*)$/, ' or $1');

/** An upper bound of the terms the standard tokenizer makes: ideographs and emoji are terms one by one. */
function countWords(text: string): number {
  const words =
    text.match(
      /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Extended_Pictographic}|[\p{L}\p{M}\p{N}]+/gu,
    ) ?? [];
  return words.length;
}
