/**
 * What a session or an analysis is worth counting: names from closed sets, and a duration. Nothing of who, for whom or about
 * what leaves this file, whatever an item holds.
 */
import type { Item } from '../../shared/stream/change.ts';

/** Whatever is not among the known values; also what is not there. */
const OTHER = 'other';

/** As the analysis app writes them; a new one counts as `other` until it is added here. */
const ANALYSIS_TYPES = ['standard', 'nova-premier'] as const;
const CONFIDENCES = ['high', 'medium', 'low'] as const;
const OUTCOMES = ['completed', 'failed'] as const;

export type AnalysisType = (typeof ANALYSIS_TYPES)[number] | typeof OTHER;
export type Confidence = (typeof CONFIDENCES)[number] | typeof OTHER;
export type AnalysisOutcome = (typeof OUTCOMES)[number] | typeof OTHER;

export type Measure =
  | {
      readonly kind: 'analysis';
      readonly analysisType: AnalysisType;
      readonly confidence: Confidence;
      readonly outcome: AnalysisOutcome;
    }
  | { readonly kind: 'session-started' }
  /** `durationMs` is absent when the session's times cannot be read. */
  | { readonly kind: 'session-ended'; readonly by: 'expiry' | 'deletion'; readonly durationMs?: number };

export function measureAnalysis(item: Item): Measure {
  return {
    kind: 'analysis',
    analysisType: known(ANALYSIS_TYPES, item.analysisType),
    confidence: known(CONFIDENCES, item.confidence),
    outcome: outcomeOf(item),
  };
}

/** Failed attempts are recorded too; where the writer does not say which it was, a prediction tells. */
function outcomeOf({ outcome, predictedArr }: Item): AnalysisOutcome {
  if (outcome !== undefined && outcome !== null) return known(OUTCOMES, outcome);
  return typeof predictedArr === 'string' && predictedArr !== '' ? 'completed' : 'failed';
}

export function measureSessionEnd(item: Item, expired: boolean): Measure {
  const durationMs = durationOf(item);
  return {
    kind: 'session-ended',
    by: expired ? 'expiry' : 'deletion',
    ...(durationMs === undefined ? {} : { durationMs }),
  };
}

/** From its creation to its last access: what came after was only waiting for the time to live. */
function durationOf({ createdAt, lastAccessedAt }: Item): number | undefined {
  const durationMs = timeOf(lastAccessedAt) - timeOf(createdAt);
  return durationMs >= 0 ? durationMs : undefined;
}

/** Alone, `Date.parse` would also make a moment of `1999` and of `Acme Corp 5` (ECMAScript, "Date.parse": other forms are up to the engine). */
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/;

/** A date and a time in ISO 8601; NaN for anything else. */
function timeOf(value: unknown): number {
  return typeof value === 'string' && ISO_8601.test(value) ? Date.parse(value) : Number.NaN;
}

function known<Name extends string>(names: readonly Name[], value: unknown): Name | typeof OTHER {
  const wanted = typeof value === 'string' ? value.toLowerCase() : OTHER;
  return names.find((name) => name === wanted) ?? OTHER;
}
