/** Checks one value of a document against its field, as OpenSearch does, and turns it into what a column holds. */
import { parseDate } from './dates.ts';
import { EngineError, type ErrorShape, notImplemented } from './errors.ts';
import { isObject } from './json.ts';
import type { DecimalType, Field, IntegerType } from './mapping.ts';

export type ColumnValue = string | number | bigint;

const ranges: Readonly<Record<IntegerType, readonly [name: string, min: bigint, max: bigint]>> = {
  byte: ['byte', -128n, 127n],
  short: ['short', -32768n, 32767n],
  integer: ['int', -(2n ** 31n), 2n ** 31n - 1n],
  long: ['long', -(2n ** 63n), 2n ** 63n - 1n],
};

const largest: Readonly<Record<DecimalType, number>> = {
  half_float: 65504,
  float: 3.4028234663852886e38,
  double: Number.MAX_VALUE,
};

/** As Java prints it; OpenSearch quotes values this way. */
function preview(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(preview).join(', ')}]`;
  if (isObject(value)) {
    return `{${Object.entries(value)
      .map(([name, member]) => `${name}=${preview(member)}`)
      .join(', ')}}`;
  }
  return String(value);
}

export function badValue(field: Field, id: string, value: unknown, causedBy: ErrorShape): EngineError {
  const quoted = ` in document with id '${id}'. Preview of field's value: '${preview(value)}'`;
  const reason = `failed to parse field [${field.path}] of type [${field.type}]`;
  return new EngineError(400, {
    type: 'mapper_parsing_exception',
    reason: field.type === 'geo_point' ? reason : reason + quoted,
    causedBy,
  });
}

/**
 * @param value not null, not an array
 * @param digits the number as it was written, for those a double would round
 * @returns undefined where the value is accepted but not indexed
 * @throws {EngineError} 400 where OpenSearch would refuse the document
 */
export function columnValue(
  field: Field,
  id: string,
  value: unknown,
  digits: () => string,
): ColumnValue | undefined {
  const refuse = (type: string, reason: string): EngineError =>
    badValue(field, id, typeof value === 'number' ? digits() : value, { type, reason });
  const { type } = field;
  switch (type) {
    case 'keyword':
    case 'text': {
      if (isObject(value)) throw refuse('illegal_state_exception', "Can't get text on a START_OBJECT");
      const text = typeof value === 'number' ? digits() : String(value);
      return type === 'keyword' && text.length > field.ignoreAbove ? undefined : text;
    }
    case 'boolean': {
      if (typeof value === 'boolean') return value ? 1 : 0;
      if (typeof value !== 'string')
        throw refuse('json_parse_exception', 'Current token not of boolean type');
      if (value === 'true') return 1;
      if (value === 'false' || value === '') return 0;
      const reason = `Failed to parse value [${value}] as only [true] or [false] are allowed.`;
      throw refuse('illegal_argument_exception', reason);
    }
    case 'date': {
      if (isObject(value)) throw refuse('illegal_state_exception', "Can't get text on a START_OBJECT");
      if (value === '') throw refuse('illegal_argument_exception', 'cannot parse empty date');
      const ms = parseDate(String(value), field.dateFormat);
      if (ms !== undefined) return ms;
      throw badValue(field, id, value, {
        type: 'illegal_argument_exception',
        reason: `failed to parse date field [${value}] with format [${field.dateFormat}]`,
        causedBy: { type: 'date_time_parse_exception', reason: 'Failed to parse with all enclosed parsers' },
      });
    }
    case 'geo_point':
      throw notImplemented('a point as a column of its own');
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      return integer(type, value, digits, refuse);
    case 'half_float':
    case 'float':
    case 'double': {
      const number = finite(value, refuse);
      if (number === undefined) return undefined;
      if (Math.abs(number) <= largest[type]) return type === 'double' ? number : Math.fround(number);
      throw refuse('illegal_argument_exception', `[${type}] supports only finite values, but got [Infinity]`);
    }
  }
}

type Refuse = (type: string, reason: string) => EngineError;

/** A number, or a string that holds one; an empty string is no value. */
function finite(value: unknown, refuse: Refuse): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') {
    throw refuse('json_parse_exception', 'Current token not numeric, can not use numeric value accessors');
  }
  if (value === '') return undefined;
  const number = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) throw refuse('number_format_exception', `For input string: "${value}"`);
  return number;
}

/** Fractions are cut off (`coerce`). */
function integer(
  type: IntegerType,
  value: unknown,
  digits: () => string,
  refuse: Refuse,
): number | bigint | undefined {
  const number = finite(value, refuse);
  if (number === undefined) return undefined;
  const [name, min, max] = ranges[type];
  const text = typeof value === 'string' ? value.trim() : Number.isSafeInteger(number) ? '' : digits();
  const exact = /^[-+]?\d+$/.test(text)
    ? BigInt(text)
    : Number.isFinite(number)
      ? BigInt(Math.trunc(number))
      : undefined;
  if (exact === undefined || exact < min || exact > max) {
    const shown = text === '' ? String(number) : text;
    throw refuse(
      'input_coercion_exception',
      `Numeric value (${shown}) out of range of ${name} (${min} - ${max})`,
    );
  }
  return exact >= Number.MIN_SAFE_INTEGER && exact <= Number.MAX_SAFE_INTEGER ? Number(exact) : exact;
}
