/** What an operator's plan says of a failed record, before anything is done about it. */
import type { Failure } from './outcome.ts';

/**
 * - `apply`: its effect is missing or wrong: carrying it out mends that.
 * - `already-applied`: its effect is in place.
 * - `superseded`: a newer state of the same item is in place.
 * - `ignored`: a stated rule says that it has no effect here.
 * - `gone`: the item no longer exists, and neither does its effect; or nobody may be told of it any more.
 * - `unresolvable`: it cannot be carried out as it is (`passing` false: it stays until it is discarded, or its item is mended), or
 *   could not be looked at just now (`passing` true: plan again later).
 */
export type Verdict =
  | { readonly kind: 'apply' }
  | { readonly kind: 'already-applied' }
  | { readonly kind: 'superseded' }
  | { readonly kind: 'ignored'; readonly rule: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unresolvable'; readonly failure: Failure; readonly passing: boolean };

export type VerdictKind = Verdict['kind'];

/**
 * What comes first decides, for a record with several effects. Nothing is done for a record while one of its effects cannot be
 * judged; one that is missing is a reason to carry the record out, whatever the others are: those are harmless.
 */
const PRECEDENCE = [
  'unresolvable',
  'apply',
  'already-applied',
  'superseded',
  'gone',
  'ignored',
] as const satisfies readonly VerdictKind[];

/** Of a record whose effects were judged like this; at least one. */
export function jointVerdict(verdicts: readonly Verdict[]): Verdict {
  for (const kind of PRECEDENCE) {
    const found = verdicts.find((verdict) => verdict.kind === kind);
    if (found !== undefined) return found;
  }
  return unjudged;
}

export const unjudged: Verdict = {
  kind: 'unresolvable',
  failure: { code: 'NO_ANSWER' },
  passing: true,
};
