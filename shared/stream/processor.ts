/** What one stream's processor has to say; everything that all processors share happens around it. */
import type { Clock } from '../time/clock.ts';
import type { Change } from './change.ts';
import type { Deadline } from './deadline.ts';
import type { Images } from './decode.ts';
import type { Failure, Outcome } from './outcome.ts';
import type { Projection } from './projection.ts';
import type { Verdict } from './verdict.ts';

/** What a change means: pure, from images to intended effects. */
export type Decision<Effect> =
  | { readonly kind: 'effect'; readonly effect: Effect }
  | { readonly kind: 'ignored'; readonly rule: string }
  | { readonly kind: 'poison'; readonly failure: Failure };

/** A change whose effect is to be carried out. `key` is the ordering key: one at a time, in stream order, per key. */
export interface Work<Effect> {
  readonly key: string;
  readonly change: Change;
  readonly effect: Effect;
}

export interface BatchContext {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly deadline: Deadline;
  /** True for records an operator sent through the marked door: older than what is live, so no fast path. */
  readonly redriven: boolean;
  /** Names a replay: its effects have an idempotency namespace of their own, so that they happen again. */
  readonly replay?: string;
}

/** Carries out a batch's work, given in stream order, and answers in the same order. It may throw only if an invariant of ours broke. */
export type CarryOut<Effect> = (
  work: readonly Work<Effect>[],
  context: BatchContext,
) => Promise<readonly Outcome[]>;

/** Says for each what carrying it out would come to, by reading and never by writing; answers in order. */
export type Plan<Effect> = (
  work: readonly Work<Effect>[],
  context: BatchContext,
) => Promise<readonly Verdict[]>;

export interface StreamProcessor<Effect> {
  /** Lower case, as in the stack's outputs and the operator's commands. */
  readonly name: string;
  readonly images: Images;
  /** @returns undefined when the record's key is not of this table's form: the record is poison */
  orderingKey(change: Change): string | undefined;
  decide(change: Change): Decision<Effect>;
  /** What a change means apart from when it is told, for a processor whose `decide` holds something back. */
  readonly describe?: (change: Change) => Decision<unknown>;
  readonly carryOut: CarryOut<Effect>;
  /** Left out by a processor whose effects cannot be compared: then every record that is redriven is carried out. */
  readonly plan?: Plan<Effect>;
  /**
   * For projections: the effect "as the item is now". It stands for a redriven record that is poison as it is, whose item may
   * have been mended since.
   */
  readonly current?: Effect;
  /** What it keeps equal to its table, if it keeps anything. */
  readonly projection?: Projection;
}
