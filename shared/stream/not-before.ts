/**
 * Keeps a processor whose effects reach people from telling them old news: events from before a fixed moment are ignored by
 * rule, so that attaching to a table that is already in use sends nothing again. Redriven records are exempt: an operator
 * chose them.
 */
import * as z from 'zod/mini';
import type { Change } from './change.ts';
import type { Outcome } from './outcome.ts';
import type { Decision, Plan, StreamProcessor, Work } from './processor.ts';
import { unjudged, type Verdict } from './verdict.ts';

export const BEFORE_START = 'before-start';

/** Whole seconds, because events carry no more (API reference, StreamRecord: rounded down to the closest second). */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.0+)?(?:Z|[+-]\d\d:\d\d)$/;

/** The setting NOT_BEFORE, as text. Left out, or empty: every event counts. */
export const notBeforeSetting = z.optional(
  z.string().check(
    z.refine((text) => text === '' || (INSTANT.test(text) && !Number.isNaN(Date.parse(text))), {
      error: 'expected a moment in whole seconds with its zone, e.g. 2026-03-17T00:00:00Z, or nothing',
    }),
  ),
);

/** @returns milliseconds since the epoch, undefined when every event counts */
export function notBeforeMs(setting: string | undefined): number | undefined {
  return setting === undefined || setting === '' ? undefined : Date.parse(setting);
}

/** What is decided for an event from before the start is held back until it is known whether the record was redriven. */
export type Dated<Effect> =
  | { readonly kind: 'current'; readonly effect: Effect }
  | { readonly kind: 'old'; readonly decide: () => Decision<Effect> };

/**
 * @param startMs milliseconds since the epoch, whole seconds; undefined leaves every event to the processor
 * @returns the processor, ignoring what is older; an event that carries no time counts as current
 */
export function startingAt<Effect>(
  processor: StreamProcessor<Effect>,
  startMs: number | undefined,
): StreamProcessor<Dated<Effect>> {
  const { plan, current, ...rest } = processor;
  return {
    ...rest,
    // What a plan judges and a redrive carries out was chosen by an operator: nothing is too old.
    ...(plan === undefined ? {} : { plan: planOf(plan) }),
    ...(current === undefined ? {} : { current: { kind: 'current', effect: current } }),
    describe: (change) => processor.decide(change),
    decide(change: Change) {
      const old = startMs !== undefined && change.createdAtMs !== undefined && change.createdAtMs < startMs;
      if (old) return { kind: 'effect', effect: { kind: 'old', decide: () => processor.decide(change) } };
      const decision = processor.decide(change);
      return decision.kind === 'effect'
        ? { kind: 'effect', effect: { kind: 'current', effect: decision.effect } }
        : decision;
    },
    async carryOut(work, context) {
      const settled = new Map<Work<Dated<Effect>>, Outcome>();
      const due: Work<Effect>[] = [];
      const origin: Work<Dated<Effect>>[] = [];
      for (const element of work) {
        const decision = decisionOf(element.effect, context.redriven);
        if (decision.kind === 'effect') {
          due.push({ ...element, effect: decision.effect });
          origin.push(element);
        } else settled.set(element, decision);
      }
      const outcomes = due.length === 0 ? [] : await processor.carryOut(due, context);
      outcomes.forEach((outcome, index) => {
        const element = origin[index];
        if (element !== undefined) settled.set(element, outcome);
      });
      return work.map((element) => settled.get(element) ?? noAnswer);
    },
  };
}

function planOf<Effect>(plan: Plan<Effect>): Plan<Dated<Effect>> {
  return async (work, context) => {
    const decisions = work.map(({ effect }) => decisionOf(effect, true));
    const due = work.flatMap((element, index) => {
      const decision = decisions[index];
      return decision?.kind === 'effect' ? [{ ...element, effect: decision.effect }] : [];
    });
    const verdicts = [...(due.length === 0 ? [] : await plan(due, context))];
    return decisions.map((decision) =>
      decision.kind === 'effect' ? (verdicts.shift() ?? unjudged) : verdictOf(decision),
    );
  };
}

function verdictOf(decision: Exclude<Decision<never>, { kind: 'effect' }>): Verdict {
  return decision.kind === 'ignored'
    ? decision
    : { kind: 'unresolvable', failure: decision.failure, passing: false };
}

const noAnswer: Outcome = { kind: 'transient', failure: { code: 'NO_ANSWER' } };

function decisionOf<Effect>(effect: Dated<Effect>, redriven: boolean): Decision<Effect> {
  if (effect.kind === 'current') return { kind: 'effect', effect: effect.effect };
  return redriven ? effect.decide() : { kind: 'ignored', rule: BEFORE_START };
}
