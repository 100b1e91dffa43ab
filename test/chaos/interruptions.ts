/**
 * When the sender of a mail may have failed to learn that it was sent: a fault stood between them, or its function did not settle its
 * batch. SES takes no idempotency token, so such a mail may be sent again, and only such a one.
 */
import { BATCH_SETTLED } from '../../shared/telemetry/batch-report.ts';
import type { Target } from './faults.ts';

export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface FaultInterval extends Interval {
  readonly target: Target;
}

/** How long after a mail it may still matter: a claim's life, and a second beside it. */
const AFTER_MS = 16_000;
const BEFORE_MS = 1_000;

/** @param system whose tables hold the bookings and the claims on their mails */
export function touchingMails(faults: readonly FaultInterval[], system: string): readonly Interval[] {
  return faults.filter(
    ({ target: { kind, name } }) =>
      kind === 'gateway' ||
      kind === 'mappings' ||
      (kind === 'function' && name === 'bookings') ||
      (kind === 'tables' && name === system),
  );
}

/** @param log lines of `time function-name JSON` */
export function unsettledBatches(log: string, functionName: string): readonly Interval[] {
  return log.split('\n').flatMap((line): Interval[] => {
    const [time = '', name, ...rest] = line.split(' ');
    if (name !== functionName) return [];
    const entry = parse(rest.join(' '));
    const atMs = Date.parse(time);
    if (entry.message !== BATCH_SETTLED) return entry.level === 'ERROR' ? [{ fromMs: atMs, toMs: atMs }] : [];
    const isSettled = Object.keys(entry.failures ?? {}).length === 0;
    return isSettled ? [] : [{ fromMs: atMs - (entry.durationMs ?? 0), toMs: atMs }];
  });
}

/** What nobody waits for any more may still be carried out: it was on its way. */
const ON_ITS_WAY_MS = 20_000;

/** @param unheard requests to SES whose sender had gone before it had their answer */
export const lateAnswers = (unheard: readonly Interval[]): readonly Interval[] =>
  unheard.map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs + ON_ITS_WAY_MS }));

export function within(intervals: readonly Interval[]): (sentAtMs: number) => boolean {
  return (sentAtMs) =>
    intervals.some(({ fromMs, toMs }) => fromMs <= sentAtMs + AFTER_MS && toMs >= sentAtMs - BEFORE_MS);
}

interface Entry {
  readonly level?: string;
  readonly message?: string;
  readonly failures?: Readonly<Record<string, number>>;
  readonly durationMs?: number;
}

function parse(text: string): Entry {
  try {
    return JSON.parse(text) as Entry;
  } catch {
    return {};
  }
}
