/** Takes one raw record to what is to be done about it: decode, then decide. Nothing a record holds can make it throw. */
import { CANARY_RULE, isCanary } from './canary.ts';
import type { Change } from './change.ts';
import { decodeRecord } from './decode.ts';
import { failureOf } from './failure-of.ts';
import type { Failure, Outcome } from './outcome.ts';
import type { Decision, StreamProcessor, Work } from './processor.ts';

export type Step<Effect> =
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  | { readonly kind: 'work'; readonly work: Work<Effect> };

export interface Prepared<Effect> {
  readonly record: unknown;
  readonly sequenceNumber: string | undefined;
  readonly step: Step<Effect>;
}

/** As much of a processor as says what a record means. */
export type Deciding<Effect> = Pick<StreamProcessor<Effect>, 'images' | 'orderingKey' | 'decide' | 'current'>;

/** @param redriven poison of a projection is then carried out as what its item is now */
export function prepare<Effect>(
  processor: Deciding<Effect>,
  record: unknown,
  redriven: boolean,
): Prepared<Effect> {
  const decoded = decodeRecord(record, processor.images);
  if (!decoded.ok) return { record, sequenceNumber: decoded.sequenceNumber, step: poison(decoded.failure) };
  const { change } = decoded;
  if (isCanary(change.keys)) {
    const outcome: Outcome = { kind: 'ignored', rule: CANARY_RULE };
    return { record, sequenceNumber: change.sequenceNumber, step: { kind: 'ended', outcome } };
  }
  return { record, sequenceNumber: change.sequenceNumber, step: decide(processor, change, redriven) };
}

/** Deciding is pure: what throws here throws every time, so it is poison and not a reason to hold up the shard. */
function decide<Effect>(processor: Deciding<Effect>, change: Change, redriven: boolean): Step<Effect> {
  let key: string | undefined;
  let decision: Decision<Effect>;
  try {
    key = processor.orderingKey(change);
    if (key === undefined)
      return poison({ code: 'MALFORMED_KEY', details: 'the key is not of this table’s form' });
    decision = processor.decide(change);
  } catch (error) {
    const { type, code } = failureOf(error);
    return poison({ code: 'DECISION_THREW', type: type ?? code });
  }
  switch (decision.kind) {
    case 'effect':
      return { kind: 'work', work: { key, change, effect: decision.effect } };
    case 'ignored':
      return { kind: 'ended', outcome: decision };
    case 'poison':
      return redriven && processor.current !== undefined
        ? { kind: 'work', work: { key, change, effect: processor.current } }
        : poison(decision.failure);
  }
}

function poison(failure: Failure): { readonly kind: 'ended'; readonly outcome: Outcome } {
  return { kind: 'ended', outcome: { kind: 'poison', failure } };
}
