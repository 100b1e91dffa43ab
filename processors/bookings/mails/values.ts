/** Writes a booking's amounts and dates so that people can read them. What cannot be read as such is shown as it stands. */
import type { RawNumber } from '../../../shared/stream/change.ts';

/** @param currency ISO 4217. @returns e.g. `CA$120.00`; undefined when there is no amount */
export function amount(
  price: string | number | RawNumber | null | undefined,
  currency: string,
): string | undefined {
  if (price === null || price === undefined || price === '') return undefined;
  const value = Number(typeof price === 'object' ? price.rawJSON : price);
  if (!Number.isFinite(value)) return typeof price === 'string' ? price : undefined;
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(value);
}

/** A day; or a day and a time, with a zone or without. */
const DATE =
  /^(?<day>\d{4}-\d\d-\d\d)(?:[T ](?<time>\d\d:\d\d)(?::\d\d(?:\.\d{1,9})?)?(?<zone>Z|[+-]\d\d:?\d\d)?)?$/;

const DAY = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const;
const TIME = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

/**
 * @param timeZone of the marketplace (IANA name): where moments with a zone are shown; a time without a zone is local already
 * @returns e.g. `Thursday, 4 December 2025 at 14:30`
 */
export function readableDate(text: string | null | undefined, timeZone: string): string | undefined {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return undefined;
  const { day, time, zone } = DATE.exec(trimmed)?.groups ?? {};
  if (day === undefined || !isRealDay(day)) return trimmed;
  if (time === undefined) return format(Date.parse(`${day}T00:00Z`), { ...DAY, timeZone: 'UTC' }) ?? trimmed;
  if (zone === undefined)
    return format(Date.parse(`${day}T${time}Z`), { ...DAY, ...TIME, timeZone: 'UTC' }) ?? trimmed;
  const shown = { ...DAY, ...TIME, timeZone, timeZoneName: 'short' } as const;
  return format(Date.parse(`${day}T${time}${zone}`), shown) ?? trimmed;
}

function isRealDay(day: string): boolean {
  const ms = Date.parse(`${day}T00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}

function format(ms: number, options: Intl.DateTimeFormatOptions): string | undefined {
  return Number.isNaN(ms) ? undefined : new Intl.DateTimeFormat('en-GB', options).format(ms);
}
