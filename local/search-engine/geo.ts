/** Points on the earth as OpenSearch reads and measures them. */
import { EngineError, type ErrorShape } from './errors.ts';
import { digitsOf, isObject } from './json.ts';

export interface Point {
  readonly lat: number;
  readonly lon: number;
}

/** Metres; the mean radius Lucene's haversine distance uses. */
export const EARTH_RADIUS_M = 6_371_008.7714;

const metres: Readonly<Record<string, number>> = {
  m: 1,
  meters: 1,
  km: 1000,
  kilometers: 1000,
  cm: 0.01,
  mm: 0.001,
  mi: 1609.344,
  miles: 1609.344,
  yd: 0.9144,
  ft: 0.3048,
  nmi: 1852,
};

export const metresPer = (unit: string): number | undefined => metres[unit];

/** `12km`, `5.5 mi`, or a number in metres. */
export function parseDistance(text: string): number | undefined {
  const [, amount, unit = 'm'] = /^\s*(\d+(?:\.\d+)?(?:e[-+]?\d+)?)\s*([a-z]+)?\s*$/.exec(text) ?? [];
  const factor = metresPer(unit);
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor;
}

export type ParsedPoint =
  | { readonly ok: true; readonly point: Point }
  | { readonly ok: false; readonly cause: ErrorShape };

const bad = (type: string, reason: string, causedBy?: ErrorShape): ParsedPoint => ({
  ok: false,
  cause: { type, reason, ...(causedBy && { causedBy }) },
});

/** @param name the field's, for the message */
export function parsePoint(value: unknown, name: string): ParsedPoint {
  if (Array.isArray(value)) return checked(Number(digitsOf(value[1])), Number(digitsOf(value[0])), name);
  if (typeof value === 'string') {
    const [lat, lon, ...others] = value.split(',');
    if (lon === undefined || others.length > 0) {
      return bad(
        'parse_exception',
        `failed to parse [${value}], expected 2 coordinates (geohashes are not read here)`,
      );
    }
    if (Number.isNaN(Number(lat))) return bad('parse_exception', 'latitude must be a number');
    if (Number.isNaN(Number(lon))) return bad('parse_exception', 'longitude must be a number');
    return checked(Number(lat), Number(lon), name);
  }
  if (!isObject(value)) return bad('parse_exception', 'geo_point expected');
  const names = Object.keys(value);
  if (names.length === 0) return bad('parse_exception', 'token [END_OBJECT] not allowed');
  if (names.some((one) => one !== 'lat' && one !== 'lon')) {
    return bad('parse_exception', 'field must be either [lon|lat], [type|coordinates], or [geohash]');
  }
  const degrees: number[] = [];
  for (const part of ['lat', 'lon']) {
    const given = value[part];
    if (given === undefined) return bad('parse_exception', `field [${part}] missing`);
    const text = typeof given === 'string' ? given.trim() : digitsOf(given);
    if (text === undefined) return bad('parse_exception', `${part} must be a number`);
    const number = text === '' ? Number.NaN : Number(text);
    if (Number.isNaN(number)) {
      const cause = { type: 'number_format_exception', reason: `For input string: "${text}"` };
      return bad('parse_exception', '[lon] and [lat] must be valid double values', cause);
    }
    degrees.push(number);
  }
  const [lat = 0, lon = 0] = degrees;
  return checked(lat, lon, name);
}

function checked(lat: number, lon: number, name: string): ParsedPoint {
  const java = (degrees: number): string =>
    Number.isInteger(degrees) ? degrees.toFixed(1) : String(degrees);
  if (!(Math.abs(lat) <= 90)) {
    return bad('illegal_argument_exception', `illegal latitude value [${java(lat)}] for ${name}`);
  }
  if (!(Math.abs(lon) <= 180)) {
    return bad('illegal_argument_exception', `illegal longitude value [${java(lon)}] for ${name}`);
  }
  return { ok: true, point: { lat, lon } };
}

/** The point of a query or a sort. @throws {EngineError} 400 */
export function queryPoint(value: unknown, name: string): Point {
  const parsed = parsePoint(value, name);
  if (parsed.ok) return parsed.point;
  throw new EngineError(400, parsed.cause);
}
