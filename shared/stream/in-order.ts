/** Messages: the records of one key one at a time, in stream order; different keys in parallel. */
import { untilSettled } from './backoff.ts';
import { failureOf } from './failure-of.ts';
import type { Outcome } from './outcome.ts';
import type { BatchContext, CarryOut, Work } from './processor.ts';

/** Carries out one record's effect. What it throws counts as transient. */
export type Perform<Effect> = (work: Work<Effect>, context: BatchContext) => Promise<Outcome>;

/** @param options.lanes how many keys are worked on at once */
export function inOrder<Effect>(
  perform: Perform<Effect>,
  options: { readonly lanes: number },
): CarryOut<Effect> {
  return async (work, context) => {
    const outcomes = new Map<Work<Effect>, Outcome>();
    const waiting = [...Map.groupBy(work, (element) => element.key).values()];
    const lane = async () => {
      for (let states = waiting.shift(); states !== undefined; states = waiting.shift()) {
        await inStreamOrder(states, context, perform, outcomes);
      }
    };
    await Promise.all(Array.from({ length: Math.min(options.lanes, waiting.length) }, lane));
    return work.map((element) => outcomes.get(element) ?? behind);
  };
}

const behind: Outcome = { kind: 'transient', failure: { code: 'BEHIND_UNSETTLED' } };
const deadline: Outcome = { kind: 'transient', failure: { code: 'DEADLINE' } };

/** A transient record ends its key's turn: what comes after it waits, because order is per key. */
async function inStreamOrder<Effect>(
  states: readonly Work<Effect>[],
  context: BatchContext,
  perform: Perform<Effect>,
  outcomes: Map<Work<Effect>, Outcome>,
): Promise<void> {
  for (const element of states) {
    const [outcome = deadline] = context.deadline.passed()
      ? [deadline]
      : await untilSettled([element], context, async () => [await attempt(element, context, perform)]);
    outcomes.set(element, outcome);
    if (outcome.kind === 'transient') return;
  }
}

async function attempt<Effect>(
  work: Work<Effect>,
  context: BatchContext,
  perform: Perform<Effect>,
): Promise<Outcome> {
  try {
    return await perform(work, context);
  } catch (error) {
    return { kind: 'transient', failure: failureOf(error) };
  }
}
