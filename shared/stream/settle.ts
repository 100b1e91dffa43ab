/** Ends a batch: finds how far it got, and writes a dead letter for each poison record below that point, in stream order. */
import type { DeadLetterSink } from '../dead-letters/letter.ts';
import { writeLetter } from '../dead-letters/letter.ts';
import type { Clock } from '../time/clock.ts';
import { failureOf } from './failure-of.ts';
import type { Outcome } from './outcome.ts';

export interface Ended {
  readonly record: unknown;
  readonly outcome: Outcome;
  /** How the record can be reported; without one it cannot. */
  readonly sequenceNumber?: string;
}

/** What to tell the event source mapping. `from-record` is the checkpoint: it and everything after it comes again. */
export type Report =
  | { readonly kind: 'all-settled' }
  | { readonly kind: 'from-record'; readonly index: number; readonly sequenceNumber: string }
  | { readonly kind: 'whole-batch' };

export interface Settlement {
  readonly outcomes: readonly Outcome[];
  readonly report: Report;
  readonly lettersSent: number;
}

export interface SettleContext {
  readonly processor: string;
  readonly requestId: string;
  readonly clock: Clock;
  readonly sink: DeadLetterSink;
  readonly signal: AbortSignal;
}

/**
 * Poison at or above the checkpoint is not lettered: it comes again with its batch, and would be lettered again and again.
 * Letters go out one after the other and stop at the first that fails: that record is then unsettled, and the lowest.
 */
export async function settle(ended: readonly Ended[], context: SettleContext): Promise<Settlement> {
  const outcomes = ended.map(({ outcome }) => outcome);
  let lettersSent = 0;
  let report = reportFrom(ended, outcomes);
  for (let index = 0; index < Math.min(checkpointOf(report), ended.length); index++) {
    const outcome = outcomes[index];
    if (outcome?.kind !== 'poison') continue;
    const facts = { ...context, failedAtMs: context.clock.now() };
    try {
      context.signal.throwIfAborted();
      await context.sink.send(writeLetter(ended[index]?.record, outcome.failure, facts), context.signal);
      lettersSent++;
    } catch (error) {
      const { code, type } = failureOf(error);
      outcomes[index] = { kind: 'transient', failure: { code: 'LETTER_REFUSED', type: type ?? code } };
      report = reportFrom(ended, outcomes);
    }
  }
  return { outcomes, report, lettersSent };
}

/** How many records of the batch, from its start, are settled and do not come again. */
export function checkpointOf(report: Report): number {
  switch (report.kind) {
    case 'all-settled':
      return Number.POSITIVE_INFINITY;
    case 'from-record':
      return report.index;
    case 'whole-batch':
      return 0;
  }
}

/** The lowest unsettled record, or the nearest one before it that has a number to be named by. */
function reportFrom(ended: readonly Ended[], outcomes: readonly Outcome[]): Report {
  const lowest = outcomes.findIndex(({ kind }) => kind === 'transient');
  if (lowest < 0) return { kind: 'all-settled' };
  for (let index = lowest; index >= 0; index--) {
    const sequenceNumber = ended[index]?.sequenceNumber;
    if (sequenceNumber !== undefined) return { kind: 'from-record', index, sequenceNumber };
  }
  return { kind: 'whole-batch' };
}
