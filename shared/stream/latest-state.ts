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
    const untried = groupByKey(work, context.redriven);
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
 * The last of a key stands for all, so it must be the last in the stream: redriven records may come in any order, and of live ones an
 * earlier one may come once more behind a later, and would settle it as what it is itself, a duplicate.
 */
function groupByKey<Effect>(
  work: readonly Work<Effect>[],
  redriven: boolean,
): Map<string, readonly Work<Effect>[]> {
  const groups = new Map<string, readonly Work<Effect>[]>();
  for (const [key, states] of Map.groupBy(work, (element) => element.key))
    groups.set(key, states.length === 1 ? states : inStreamOrder(states, redriven));
  return groups;
}

/** What is redriven without a position comes first, where it settles nothing; live, the order of the delivery is the only one then. */
function inStreamOrder<Effect>(states: readonly Work<Effect>[], redriven: boolean): readonly Work<Effect>[] {
  if (!redriven && states.some(({ change }) => change.sequenceNumber === undefined)) return states;
  const positioned = states.map((element) => ({
    element,
    position: BigInt(element.change.sequenceNumber ?? 0),
  }));
  return positioned
    .sort((a, b) => (a.position < b.position ? -1 : a.position > b.position ? 1 : 0))
    .map(({ element }) => element);
}
