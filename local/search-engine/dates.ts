/** OpenSearch's default date format, `strict_date_optional_time||epoch_millis`, as milliseconds since the epoch. */

const DATE_TIME =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(?:(\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?)?)?)?$/;

const EPOCH_MILLIS = /^-?\d{1,19}(?:\.\d+)?$/;

/** The formats a mapping may name: those that mean the default, or a part of it. */
export const dateFormats = [
  'strict_date_optional_time||epoch_millis',
  'strict_date_optional_time',
  'epoch_millis',
];

/**
 * @param roundUp what a date leaves out is taken as its last moment, as the bounds `lte` and `gt` of a range do
 * @returns undefined if it is no date
 */
export function parseDate(text: string, format: string, roundUp = false): number | undefined {
  if (format !== 'epoch_millis') {
    const parsed = parseDateTime(text, roundUp);
    if (parsed !== undefined) return parsed;
  }
  if (format !== 'strict_date_optional_time' && EPOCH_MILLIS.test(text)) return Math.trunc(Number(text));
  return undefined;
}

function parseDateTime(text: string, roundUp: boolean): number | undefined {
  const parts = DATE_TIME.exec(text);
  if (parts === null) return undefined;
  const [, year = '', month, day, hour, minute, second, fraction, zone] = parts;
  const part = (given: string | undefined, first: number, last: number): number =>
    given === undefined ? (roundUp ? last : first) : Number(given);
  const y = Number(year);
  const mo = part(month, 1, 12);
  const lastDay = new Date(Date.UTC(y, mo, 0)).getUTCDate();
  const d = part(day, 1, lastDay);
  const h = part(hour, 0, 23);
  const mi = part(minute, 0, 59);
  const s = part(second, 0, 59);
  const ms = fraction === undefined ? (roundUp ? 999 : 0) : Math.trunc(Number(`0.${fraction}`) * 1000);
  const valid = mo >= 1 && mo <= 12 && d >= 1 && d <= lastDay && h <= 23 && mi <= 59 && s <= 59;
  if (!valid) return undefined;
  const utc = new Date(Date.UTC(2000, mo - 1, d, h, mi, s, ms)).setUTCFullYear(y, mo - 1, d);
  return utc - zoneOffsetMs(zone);
}

function zoneOffsetMs(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0);
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60_000;
}
