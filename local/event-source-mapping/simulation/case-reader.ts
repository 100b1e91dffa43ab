/** Reads a JSON value member by member; what does not fit is refused with its place, its kind and the way out. */
import { kindOf } from '../properties.ts';

/** A case that cannot be run as it is written. The message is for its author. */
export class CaseError extends Error {
  override readonly name = 'CaseError';
}

/** As milliseconds since the epoch far beyond all that is recorded, and far from where dates end. */
export const LARGEST = 1e15;

export interface Reader {
  readonly where: string;
  has(name: string): boolean;
  value(name: string): unknown;
  number(name: string, fallback?: number): number;
  text(name: string): string | undefined;
  choice<const T extends string>(name: string, choices: readonly T[]): T | undefined;
  object(name: string): Reader | undefined;
  objects(name: string): readonly Reader[];
  texts(name: string): readonly string[] | undefined;
  names(): readonly string[];
}

/** `where` is the place shown in messages, `example` a value that would do. */
export function readerOf(value: unknown, where: string): Reader {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refusal(where, value, 'an object, {…}');
  const members = value as Readonly<Record<string, unknown>>;
  const at = (name: string) => (where === '' ? name : `${where}.${name}`);
  const list = (name: string, wanted: string): readonly unknown[] => {
    const found = members[name];
    if (!Array.isArray(found)) throw refusal(at(name), found, wanted);
    return found;
  };
  return {
    where,
    has: (name) => members[name] !== undefined,
    value: (name) => members[name],
    number(name, fallback) {
      const found = members[name] ?? fallback;
      if (typeof found !== 'number' || !Number.isFinite(found)) throw refusal(at(name), found, 'a number');
      if (found !== fallback && Math.abs(found) > LARGEST)
        throw refusal(at(name), found, `a number from -${LARGEST} to ${LARGEST}`);
      return found;
    },
    text(name) {
      const found = members[name] ?? undefined;
      if (found !== undefined && typeof found !== 'string') throw refusal(at(name), found, 'a string');
      return found;
    },
    choice(name, choices) {
      const found = members[name] ?? undefined;
      if (found === undefined) return undefined;
      const choice = choices.find((one) => one === found);
      if (choice === undefined) throw refusal(at(name), found, `one of ${choices.join(', ')}`);
      return choice;
    },
    object: (name) => (members[name] === undefined ? undefined : readerOf(members[name], at(name))),
    objects: (name) =>
      list(name, 'a list of objects').map((one, index) => readerOf(one, `${at(name)}[${index}]`)),
    texts(name) {
      if (members[name] === undefined) return undefined;
      return list(name, 'a list of strings').map((one, index) => {
        if (typeof one !== 'string') throw refusal(`${at(name)}[${index}]`, one, 'a string');
        return one;
      });
    },
    names: () => Object.keys(members),
  };
}

export function refusal(where: string, value: unknown, wanted: string): CaseError {
  const shown = typeof value === 'string' ? `the string "${value.slice(0, 40)}"` : kindOf(value);
  return new CaseError(`${where === '' ? 'the case' : where} is ${shown}; it must be ${wanted}`);
}
