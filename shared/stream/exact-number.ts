/** Turns a DynamoDB number into a JSON number that keeps its value: a double where one holds it, else its digits verbatim. */
import type { RawNumber } from './change.ts';

/** Every decimal of up to 15 significant digits survives the trip through a double (IEEE 754 binary64). */
const SAFE_LENGTH = 15;

const DECIMAL = /^([+-]?)(\d+)?(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * @param text decimal digits as DynamoDB sends them: up to 38 significant digits, exponents from -130 to 125
 *   (DynamoDB developer guide, "Data types: Number")
 * @throws {TypeError} when `text` is not a decimal number
 */
export function exactNumber(text: string): number | RawNumber {
  if (typeof text === 'string' && text.length <= SAFE_LENGTH && DECIMAL.test(text) && text !== '') {
    const value = Number(text);
    if (!Number.isNaN(value)) return value;
  }
  const decimal = parse(text);
  const value = Number(text);
  if (Number.isFinite(value) && sameDecimal(decimal, parse(String(value)))) return value;
  return rawNumber(jsonText(decimal));
}

interface Decimal {
  readonly negative: boolean;
  /** Significant digits without leading or trailing zeros; empty for zero. */
  readonly digits: string;
  /** The value is 0.digits × 10^exponent. */
  readonly exponent: number;
}

function parse(text: string): Decimal {
  const match = typeof text === 'string' ? DECIMAL.exec(text) : null;
  const [, sign, whole = '', fraction = '', power = '0'] = match ?? [];
  if (match === null || whole + fraction === '') throw new TypeError('not a decimal number');
  const all = whole + fraction;
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  const digits = all.slice(leading).replace(/0+$/, '');
  return {
    negative: sign === '-',
    digits,
    exponent: digits === '' ? 0 : whole.length - leading + Number(power),
  };
}

function sameDecimal(a: Decimal, b: Decimal): boolean {
  return a.digits === b.digits && a.exponent === b.exponent && (a.negative === b.negative || a.digits === '');
}

function jsonText({ negative, digits, exponent }: Decimal): string {
  const sign = negative ? '-' : '';
  if (exponent >= digits.length && exponent <= 40) return sign + digits.padEnd(exponent, '0');
  if (exponent > 0 && exponent < digits.length)
    return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  return `${sign}${mantissa}e${exponent - 1}`;
}

/** `JSON.rawJSON` is in the language since ES2026 and in Node since 21; the compiler's library does not name it yet. */
const rawJson = (JSON as unknown as { rawJSON(text: string): RawNumber }).rawJSON;

/** @param text a number as JSON writes it */
export function rawNumber(text: string): RawNumber {
  return rawJson(text);
}
