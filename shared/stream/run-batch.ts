/** Takes a batch from raw records to one outcome each: decode, decide, carry out. Nothing a record holds can make it throw. */
import type { Change } from './change.ts';
import { decodeRecord } from './decode.ts';
import { failureOf } from './failure-of.ts';
import type { Failure, Outcome } from './outcome.ts';
import type { BatchContext, Decision, StreamProcessor, Work } from './processor.ts';
import type { Ended } from './settle.ts';

export async function runBatch<Effect>(
  processor: StreamProcessor<Effect>,
  records: readonly unknown[],
  context: BatchContext,
): Promise<readonly Ended[]> {
  const prepared = records.map((record) => prepare(processor, record));
  const work = prepared.flatMap(({ step }) => (step.kind === 'work' ? [step.work] : []));
  const outcomes = await carryOut(processor, work, context);
  return prepared.map(({ record, sequenceNumber, step }) => ({
    record,
    outcome: step.kind === 'ended' ? step.outcome : (outcomes.get(step.work) ?? noAnswer),
    ...(sequenceNumber === undefined ? {} : { sequenceNumber }),
  }));
}

type Step<Effect> =
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  | { readonly kind: 'work'; readonly work: Work<Effect> };

interface Prepared<Effect> {
  readonly record: unknown;
  readonly sequenceNumber: string | undefined;
  readonly step: Step<Effect>;
}

const noAnswer: Outcome = { kind: 'transient', failure: { code: 'NO_ANSWER' } };

function prepare<Effect>(processor: StreamProcessor<Effect>, record: unknown): Prepared<Effect> {
  const decoded = decodeRecord(record, processor.images);
  if (!decoded.ok) return { record, sequenceNumber: decoded.sequenceNumber, step: poison(decoded.failure) };
  const { change } = decoded;
  return { record, sequenceNumber: change.sequenceNumber, step: decide(processor, change) };
}

/** Deciding is pure: what throws here throws every time, so it is poison and not a reason to hold up the shard. */
function decide<Effect>(processor: StreamProcessor<Effect>, change: Change): Step<Effect> {
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
      return poison(decision.failure);
  }
}

function poison(failure: Failure): { readonly kind: 'ended'; readonly outcome: Outcome } {
  return { kind: 'ended', outcome: { kind: 'poison', failure } };
}

/** What an invariant of ours threw leaves all of the work unsettled: it comes again, and the alarm on transient failures tells. */
async function carryOut<Effect>(
  processor: StreamProcessor<Effect>,
  work: readonly Work<Effect>[],
  context: BatchContext,
): Promise<Map<Work<Effect>, Outcome>> {
  if (work.length === 0) return new Map();
  const answered = await processor.carryOut(work, context).catch((error: unknown): readonly Outcome[] => {
    const failure = failureOf(error);
    return work.map(() => ({ kind: 'transient', failure }));
  });
  return new Map(work.map((element, index) => [element, answered[index] ?? noAnswer]));
}
