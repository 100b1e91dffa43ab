/** The names of all outcomes, as data; the compiler says when one is missing. */
import type { OutcomeKind } from '../../../shared/stream/outcome.ts';

const ALL: Readonly<Record<OutcomeKind, true>> = {
  applied: true,
  duplicate: true,
  superseded: true,
  gone: true,
  ignored: true,
  poison: true,
  transient: true,
};

export const OUTCOMES: readonly string[] = Object.keys(ALL);
