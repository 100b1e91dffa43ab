/** Where a recording begins and ends: what was said on the command line, and which records that leaves in. Pure. */
import { Problem } from '../../local/problem.ts';

/**
 * - `now`: with what is written from now on.
 * - `horizon`: with the oldest record there is.
 * - `time`: with the first record created at or after this moment, ms since the epoch.
 * - `sequence`: with this sequence number; in other shards with numbers above it.
 */
export type Start =
  | { readonly kind: 'now' }
  | { readonly kind: 'horizon' }
  | { readonly kind: 'time'; readonly fromMs: number }
  | { readonly kind: 'sequence'; readonly from: bigint };

export interface Window {
  readonly start: Start;
  /** Ms since the epoch; records created then or later are left out. Undefined: until it is stopped. */
  readonly untilMs: number | undefined;
  /** The most records. */
  readonly limit: number | undefined;
}

export interface WindowOptions {
  readonly from?: string;
  readonly fromSequence?: string;
  readonly now?: boolean;
  readonly trimHorizon?: boolean;
  readonly until?: string;
  readonly for?: string;
  readonly limit?: string;
}

/** @throws Problem naming the option that is not usable */
export function windowOf(options: WindowOptions, nowMs: number): Window {
  const untilMs = untilOf(options, nowMs);
  const start = startOf(options);
  if (start.kind === 'time' && start.fromMs > nowMs)
    throw new Problem('--from lies in the future; leave it out to begin now');
  if (start.kind === 'time' && untilMs !== undefined && untilMs <= start.fromMs)
    throw new Problem('--until lies before --from: there is nothing between them');
  if (start.kind === 'now' && untilMs !== undefined && untilMs <= nowMs)
    throw new Problem(
      '--until lies in the past, and the recording begins now; say where it begins, e.g. --trim-horizon',
    );
  return { start, untilMs, limit: limitOf(options.limit) };
}

function startOf({ from, fromSequence, trimHorizon, now }: WindowOptions): Start {
  const given = [from !== undefined, fromSequence !== undefined, trimHorizon === true, now === true];
  if (given.filter(Boolean).length > 1)
    throw new Problem(
      '--from, --from-sequence, --now and --trim-horizon exclude each other: say one of them',
    );
  if (from !== undefined) return { kind: 'time', fromMs: momentOf(from, '--from') };
  if (fromSequence !== undefined) {
    if (!/^\d{1,60}$/.test(fromSequence))
      throw new Problem('--from-sequence: expected the digits of a sequence number, as dlq show prints them');
    return { kind: 'sequence', from: BigInt(fromSequence) };
  }
  return { kind: trimHorizon === true ? 'horizon' : 'now' };
}

function untilOf({ until, for: span }: WindowOptions, nowMs: number): number | undefined {
  if (until !== undefined && span !== undefined)
    throw new Problem('--until and --for exclude each other: say one of them');
  if (span !== undefined) return nowMs + spanMs(span);
  // What was written within this second is of now: creation times are whole seconds.
  if (until === 'now') return Math.floor(nowMs / 1000) * 1000 + 1000;
  return until === undefined ? undefined : momentOf(until, '--until');
}

const MOMENT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** With its zone, because the shell's may be another than the one in mind; a day alone is UTC's. */
function momentOf(text: string, option: string): number {
  const ms = MOMENT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms))
    throw new Problem(`${option}: expected a moment with its zone, e.g. 2026-03-17T09:30:00Z`);
  return ms;
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

function spanMs(text: string): number {
  const match = /^(\d{1,6})([smh])$/.exec(text);
  const ms = match === null ? 0 : Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  if (ms === 0) throw new Problem('--for: expected a time such as 30s, 10m or 2h');
  return ms;
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new Problem('--limit: expected a number of records from 1 on');
  return Number(text);
}

/** Of a record, as far as it says. */
export interface Placed {
  readonly sequenceNumber: string | undefined;
  /** Ms since the epoch, whole seconds on AWS. */
  readonly createdMs: number | undefined;
}

/**
 * A creation time says the second in which a record was made (API reference, StreamRecord): a record of the second that a recording
 * begins in belongs to it. What does not say when or where it was made belongs to it too.
 */
export function placeIn(
  { start, untilMs }: Window,
  { sequenceNumber, createdMs }: Placed,
): 'before' | 'in' | 'after' {
  if (untilMs !== undefined && createdMs !== undefined && createdMs >= untilMs) return 'after';
  switch (start.kind) {
    case 'now':
    case 'horizon':
      return 'in';
    case 'time':
      return createdMs !== undefined && createdMs < Math.floor(start.fromMs / 1000) * 1000 ? 'before' : 'in';
    case 'sequence':
      return sequenceNumber !== undefined && BigInt(sequenceNumber) < start.from ? 'before' : 'in';
  }
}
