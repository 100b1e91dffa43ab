/**
 * Reads a mapping's properties one by one as the Lambda API does: wrong kinds are refused at once, broken constraints are
 * collected and reported together in the API's own words ("2 validation errors detected: …", recorded on AWS).
 */
import { MappingError } from './mapping-error.ts';

type Properties = Readonly<Record<string, unknown>>;

export interface PropertyReader {
  whole(name: string, range: { min: number; max: number; default: number }): number;
  flag(name: string, fallback: boolean): boolean;
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  object(name: string): PropertyReader | undefined;
  objects(name: string): readonly PropertyReader[];
  has(name: string): boolean;
  /** Adds a constraint violation: `Value '<value>' at '<path>' failed to satisfy constraint: <constraint>`. */
  violated(name: string, value: string, constraint: string): void;
  /** Where the property stands, for people: `DestinationConfig.OnFailure.Destination`. */
  where(name: string): string;
}

/** A reader of `properties`, and `check`, which throws the collected violations, if any. */
export function propertyReader(properties: unknown): { reader: PropertyReader; check: () => void } {
  const violations: string[] = [];
  return {
    reader: readerOf(asObject(properties, 'the mapping'), '', '', violations),
    check: () => {
      if (violations.length === 0) return;
      const noun = violations.length === 1 ? 'error' : 'errors';
      throw new MappingError(
        'ValidationException',
        `${violations.length} validation ${noun} detected: ${violations.join('; ')}`,
      );
    },
  };
}

function readerOf(properties: Properties, where: string, path: string, violations: string[]): PropertyReader {
  const at = (name: string) => `${where}${name}`;
  const reader: PropertyReader = {
    whole(name, range) {
      const value = properties[name] ?? range.default;
      if (typeof value !== 'number' || !Number.isInteger(value))
        throw wrongKind(at(name), value, 'an integer');
      if (value < range.min)
        reader.violated(name, `${value}`, `Member must have value greater than or equal to ${range.min}`);
      if (value > range.max)
        reader.violated(name, `${value}`, `Member must have value less than or equal to ${range.max}`);
      return value;
    },
    flag(name, fallback) {
      const value = properties[name] ?? fallback;
      if (typeof value !== 'boolean') throw wrongKind(at(name), value, 'true or false');
      return value;
    },
    text(name) {
      const value = properties[name] ?? undefined;
      if (value !== undefined && typeof value !== 'string') throw wrongKind(at(name), value, 'a string');
      return value;
    },
    texts(name) {
      return list(name).map((value, index) => {
        if (typeof value !== 'string') throw wrongKind(`${at(name)}[${index}]`, value, 'a string');
        return value;
      });
    },
    object(name) {
      const value = properties[name] ?? undefined;
      if (value === undefined) return undefined;
      return readerOf(asObject(value, at(name)), `${at(name)}.`, `${path}${camel(name)}.`, violations);
    },
    objects(name) {
      return list(name).map((value, index) =>
        readerOf(
          asObject(value, `${at(name)}[${index}]`),
          `${at(name)}[${index}].`,
          `${path}${camel(name)}.${index + 1}.member.`,
          violations,
        ),
      );
    },
    has: (name) => properties[name] !== undefined && properties[name] !== null,
    violated(name, value, constraint) {
      violations.push(
        `Value '${value}' at '${path}${camel(name)}' failed to satisfy constraint: ${constraint}`,
      );
    },
    where: at,
  };
  function list(name: string): readonly unknown[] {
    const value = properties[name] ?? [];
    if (!Array.isArray(value)) throw wrongKind(at(name), value, 'a list');
    return value;
  }
  return reader;
}

function asObject(value: unknown, where: string): Properties {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrongKind(where, value, 'an object');
  return value as Properties;
}

function wrongKind(where: string, value: unknown, wanted: string): MappingError {
  return new MappingError('SerializationException', `${where} is ${kindOf(value)}; it must be ${wanted}`);
}

/** The kind of a JSON value, with its article, for messages. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a number';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const camel = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
