/** Judges failed records without touching anything: what carrying each out would come to. */
import { failureOf } from './failure-of.ts';
import { prepare } from './prepare.ts';
import type { BatchContext, StreamProcessor, Work } from './processor.ts';
import type { Ended } from './settle.ts';
import { unjudged, type Verdict } from './verdict.ts';

export interface Judged extends Pick<Ended, 'record' | 'sequenceNumber'> {
  readonly verdict: Verdict;
}

/** @returns in the order of the records */
export async function planBatch<Effect>(
  processor: StreamProcessor<Effect>,
  records: readonly unknown[],
  context: BatchContext,
): Promise<readonly Judged[]> {
  const prepared = records.map((record) => prepare(processor, record, true));
  const work = prepared.flatMap(({ step }) => (step.kind === 'work' ? [step.work] : []));
  const verdicts = await judge(processor, work, context);
  return prepared.map(({ record, sequenceNumber, step }) => ({
    record,
    verdict: step.kind === 'work' ? (verdicts.get(step.work) ?? unjudged) : endedVerdict(step.outcome),
    ...(sequenceNumber === undefined ? {} : { sequenceNumber }),
  }));
}

/** Before anything is carried out, a record can end only by a rule or as poison. */
function endedVerdict(outcome: Ended['outcome']): Verdict {
  if (outcome.kind === 'ignored') return outcome;
  return outcome.kind === 'poison'
    ? { kind: 'unresolvable', failure: outcome.failure, passing: false }
    : unjudged;
}

async function judge<Effect>(
  processor: StreamProcessor<Effect>,
  work: readonly Work<Effect>[],
  context: BatchContext,
): Promise<Map<Work<Effect>, Verdict>> {
  if (work.length === 0) return new Map();
  const plan = processor.plan ?? applyAll;
  const verdicts = await plan(work, context).catch((error: unknown): readonly Verdict[] => {
    const failure = failureOf(error);
    return work.map(() => ({ kind: 'unresolvable', failure, passing: true }));
  });
  return new Map(work.map((element, index) => [element, verdicts[index] ?? unjudged]));
}

async function applyAll(work: readonly unknown[]): Promise<readonly Verdict[]> {
  return work.map(() => ({ kind: 'apply' }));
}
