/** Ends a batch: finds how far it got, and writes a dead letter for each poison record below that point, in stream order. */
import { type DeadLetter, type DeadLetterSink, writeLetter } from '../dead-letters/letter.ts';
import { pause, type RetryContext } from './backoff.ts';
import { failureOf } from './failure-of.ts';
import type { Failure, Outcome } from './outcome.ts';

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

/** Its deadline is the invocation's own, less the time to answer: until then a letter that is refused is sent again. */
export interface SettleContext extends RetryContext {
  readonly processor: string;
  readonly requestId: string;
  readonly sink: DeadLetterSink;
}

/**
 * Poison at or above the checkpoint is not lettered: it comes again with its batch, and would be lettered again and again.
 * Letters go out one after the other and stop at the first that cannot be kept: that record is then unsettled, and the lowest.
 */
export async function settle(ended: readonly Ended[], context: SettleContext): Promise<Settlement> {
  const outcomes = ended.map(({ outcome }) => outcome);
  let lettersSent = 0;
  let report = reportFrom(ended, outcomes);
  for (let index = 0; index < Math.min(checkpointOf(report), ended.length); index++) {
    const outcome = outcomes[index];
    if (outcome?.kind !== 'poison') continue;
    const facts = { ...context, failedAtMs: context.clock.now() };
    const refusal = await send(writeLetter(ended[index]?.record, outcome.failure, facts), context);
    if (refusal === undefined) lettersSent++;
    else {
      outcomes[index] = { kind: 'transient', failure: refusal };
      report = reportFrom(ended, outcomes);
    }
  }
  return { outcomes, report, lettersSent };
}

async function send(letter: DeadLetter, context: SettleContext): Promise<Failure | undefined> {
  const { sink, deadline } = context;
  for (let attempt = 0; !deadline.passed(); attempt++) {
    try {
      await sink.send(letter, deadline.signal);
      return undefined;
    } catch (error) {
      const { code, type } = failureOf(error);
      if (!(await pause(attempt, context))) return { code: 'LETTER_REFUSED', type: type ?? code };
    }
  }
  return { code: 'DEADLINE' };
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

/**
 * The lowest unsettled record, or the nearest one before it that has a number to be named by. Where several bear that number the
 * mapping goes back to the first of them, so that is how far the batch got.
 */
function reportFrom(ended: readonly Ended[], outcomes: readonly Outcome[]): Report {
  const lowest = outcomes.findIndex(({ kind }) => kind === 'transient');
  if (lowest < 0) return { kind: 'all-settled' };
  for (let index = lowest; index >= 0; index--) {
    const sequenceNumber = ended[index]?.sequenceNumber;
    if (sequenceNumber === undefined) continue;
    const first = ended.findIndex((one) => one.sequenceNumber === sequenceNumber);
    return { kind: 'from-record', index: first, sequenceNumber };
  }
  return { kind: 'whole-batch' };
}
