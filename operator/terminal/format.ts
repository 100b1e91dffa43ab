/** Times, spans and numbers as people read them; with `--json` the plain values are given instead. */

const UNITS = [
  { ms: 86_400_000, name: 'd' },
  { ms: 3_600_000, name: 'h' },
  { ms: 60_000, name: 'min' },
  { ms: 1_000, name: 's' },
] as const;

/** The two largest units that are not zero, e.g. `2 h 5 min`, `40 s`; below a second `0.3 s`. */
export function span(ms: number): string {
  if (!Number.isFinite(ms)) return '—';
  const sign = ms < 0 ? '−' : '';
  const size = Math.abs(ms);
  if (size < 1_000) return size === 0 ? '0 s' : `${sign}${(size / 1_000).toFixed(1)} s`;
  const first = UNITS.findIndex((unit) => size >= unit.ms);
  const major = UNITS[first] ?? UNITS[UNITS.length - 1];
  if (major === undefined) return '—';
  const whole = Math.floor(size / major.ms);
  const minor = UNITS[first + 1];
  const rest = minor === undefined ? 0 : Math.floor((size - whole * major.ms) / minor.ms);
  const tail = minor === undefined || rest === 0 ? '' : ` ${rest} ${minor.name}`;
  return `${sign}${whole} ${major.name}${tail}`;
}

/** `12,345`. */
export const count = (value: number): string => value.toLocaleString('en-US');

/** `1 record`, `12,345 records`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** A point in time to the second, UTC: `2026-03-17 09:30:00Z`. */
export function moment(at: number | string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? String(at)
    : date
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, 'Z');
}
