/** Projections: only the last state of each key is written; if that one is poison, the state before it is tried. */
import type { Outcome } from './outcome.ts';
import type { BatchContext, CarryOut, Work } from './processor.ts';

export type ProjectionOutcome = Exclude<Outcome, { kind: 'ignored' }>;

/** Writes one state per key, all keys distinct, and answers in order. */
export type Project<Effect> = (
  work: readonly Work<Effect>[],
  context: BatchContext,
) => Promise<readonly ProjectionOutcome[]>;

export function latestState<Effect>(project: Project<Effect>): CarryOut<Effect> {
  return async (work, context) => {
    const outcomes = new Map<Work<Effect>, Outcome>();
    const untried = groupByKey(context.redriven ? inStreamOrder(work) : work);
    while (untried.size > 0) {
      const candidates = [...untried.values()].flatMap((states) => states.at(-1) ?? []);
      const results = await project(candidates, context);
      candidates.forEach((candidate, index) => {
        const outcome = results[index] ?? unanswered;
        outcomes.set(candidate, outcome);
        const earlier = untried.get(candidate.key)?.slice(0, -1) ?? [];
        if (outcome.kind === 'poison' && earlier.length > 0) {
          untried.set(candidate.key, earlier);
          return;
        }
        untried.delete(candidate.key);
        for (const state of earlier) outcomes.set(state, outcome.kind === 'transient' ? outcome : superseded);
      });
    }
    return work.map((element) => outcomes.get(element) ?? unanswered);
  };
}

const superseded: Outcome = { kind: 'superseded' };
const unanswered: ProjectionOutcome = { kind: 'transient', failure: { code: 'NO_ANSWER' } };

/**
 * Records that are redriven together may come in any order, and the last of them would stand for all: an earlier state would settle a
 * later deletion. What has no position comes first, where it settles nothing.
 */
function inStreamOrder<Effect>(work: readonly Work<Effect>[]): readonly Work<Effect>[] {
  const positioned = work.map((element) => ({
    element,
    position: BigInt(element.change.sequenceNumber ?? 0),
  }));
  return positioned
    .sort((a, b) => (a.position < b.position ? -1 : a.position > b.position ? 1 : 0))
    .map(({ element }) => element);
}

function groupByKey<Effect>(work: readonly Work<Effect>[]): Map<string, readonly Work<Effect>[]> {
  const groups = new Map<string, Work<Effect>[]>();
  for (const element of work) {
    const group = groups.get(element.key);
    if (group === undefined) groups.set(element.key, [element]);
    else group.push(element);
  }
  return groups;
}
