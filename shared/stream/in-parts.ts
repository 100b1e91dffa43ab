/** Records that intend effects of several kinds: each kind is carried out in its own way, and a record is settled only if all of its effects are. */
import { failureOf } from './failure-of.ts';
import type { Failure, Outcome } from './outcome.ts';
import type { BatchContext, CarryOut, Plan, Work } from './processor.ts';
import { jointVerdict, type Verdict } from './verdict.ts';

/** Answers for those records that intend an effect of its kind. */
export type Part<Whole, Answer = Outcome> = (
  work: readonly Work<Whole>[],
  context: BatchContext,
) => Promise<ReadonlyMap<Work<Whole>, Answer>>;

/** @param select the effect of this kind, undefined for a record that intends none */
export function part<Whole, Effect>(
  select: (whole: Whole) => Effect | undefined,
  carryOut: CarryOut<Effect>,
): Part<Whole> {
  return answering(select, carryOut, (failure) => ({ kind: 'transient', failure }));
}

/** What a plan says of one kind of effect. */
export function plannedPart<Whole, Effect>(
  select: (whole: Whole) => Effect | undefined,
  plan: Plan<Effect>,
): Part<Whole, Verdict> {
  return answering(select, plan, (failure) => ({ kind: 'unresolvable', failure, passing: true }));
}

function answering<Whole, Effect, Answer>(
  select: (whole: Whole) => Effect | undefined,
  ask: (work: readonly Work<Effect>[], context: BatchContext) => Promise<readonly Answer[]>,
  failed: (failure: Failure) => Answer,
): Part<Whole, Answer> {
  return async (work, context) => {
    const origin: Work<Whole>[] = [];
    const selected: Work<Effect>[] = [];
    for (const element of work) {
      const effect = select(element.effect);
      if (effect === undefined) continue;
      origin.push(element);
      selected.push({ ...element, effect });
    }
    if (selected.length === 0) return new Map();
    const answers = await ask(selected, context).catch((error: unknown): readonly Answer[] => {
      const failure = failureOf(error);
      return selected.map(() => failed(failure));
    });
    return new Map(
      origin.map((element, index) => [element, answers[index] ?? failed({ code: 'NO_ANSWER' })]),
    );
  };
}

/** The parts work at the same time; each record intends at least one effect of theirs. */
export function inParts<Whole>(parts: readonly Part<Whole>[]): CarryOut<Whole> {
  return async (work, context) => {
    const answers = await Promise.all(parts.map((one) => one(work, context)));
    return work.map((element) => jointOutcome(answers.flatMap((answer) => answer.get(element) ?? [])));
  };
}

export function planInParts<Whole>(parts: readonly Part<Whole, Verdict>[]): Plan<Whole> {
  return async (work, context) => {
    const answers = await Promise.all(parts.map((one) => one(work, context)));
    return work.map((element) => jointVerdict(answers.flatMap((answer) => answer.get(element) ?? [])));
  };
}

/**
 * What comes first decides. Unsettled before poison: a record leaves the order only when everything else about it is done.
 * Ignored last: one effect that a rule leaves out does not hide another that was carried out.
 */
const PRECEDENCE = ['transient', 'poison', 'applied', 'duplicate', 'superseded', 'gone', 'ignored'] as const;

/** How a record ends whose effects ended like this. */
export function jointOutcome(outcomes: readonly Outcome[]): Outcome {
  for (const kind of PRECEDENCE) {
    const found = outcomes.find((outcome) => outcome.kind === kind);
    if (found !== undefined) return found;
  }
  return noAnswer;
}

const noAnswer: Outcome = { kind: 'transient', failure: { code: 'NO_ANSWER' } };
