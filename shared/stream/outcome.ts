/** How a record can end. Outcomes are values: exceptions are for what nobody expected. */

/** Why a record, or an attempt at it, failed. `details` holds names, kinds and counts, never values of an item. */
export interface Failure {
  /** Stable, SCREAMING_SNAKE; what alarms, filters and the operator's commands go by. */
  readonly code: string;
  /** The failing dependency's own type name, e.g. `mapper_parsing_exception`. */
  readonly type?: string;
  readonly details?: string;
}

/**
 * - `applied`: its effect is in place.
 * - `duplicate`: its effect was in place already.
 * - `superseded`: a newer state of the same item is in place, and was itself applied.
 * - `gone`: the item no longer exists, and neither does its effect.
 * - `ignored`: a stated rule says that this record has no effect here.
 * - `poison`: it can never succeed as it is; it becomes a dead letter.
 * - `transient`: unsettled; it is reported and comes again.
 */
export type Outcome =
  | { readonly kind: 'applied' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'superseded' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'ignored'; readonly rule: string }
  | { readonly kind: 'poison'; readonly failure: Failure }
  | { readonly kind: 'transient'; readonly failure: Failure };

export type OutcomeKind = Outcome['kind'];
