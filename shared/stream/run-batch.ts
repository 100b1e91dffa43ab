/** Takes a batch from raw records to one outcome each: decode, decide, carry out. Nothing a record holds can make it throw. */
import { failureOf } from './failure-of.ts';
import type { Outcome } from './outcome.ts';
import { prepare } from './prepare.ts';
import type { BatchContext, StreamProcessor, Work } from './processor.ts';
import type { Ended } from './settle.ts';

export async function runBatch<Effect>(
  processor: StreamProcessor<Effect>,
  records: readonly unknown[],
  context: BatchContext,
): Promise<readonly Ended[]> {
  const prepared = records.map((record) => prepare(processor, record, context.redriven));
  const work = prepared.flatMap(({ step }) => (step.kind === 'work' ? [step.work] : []));
  const outcomes = await carryOut(processor, work, context);
  return prepared.map(({ record, sequenceNumber, step }) => ({
    record,
    outcome: step.kind === 'ended' ? step.outcome : (outcomes.get(step.work) ?? noAnswer),
    ...(sequenceNumber === undefined ? {} : { sequenceNumber }),
  }));
}

const noAnswer: Outcome = { kind: 'transient', failure: { code: 'NO_ANSWER' } };

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
