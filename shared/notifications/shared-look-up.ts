/** Asks once for what many ask at about the same time: a question under way, or answered a moment ago, is not asked again. */
import { type Patience, patiently } from './patient.ts';

export interface SharedLookUpOptions<T> extends Patience {
  readonly load: (key: string, signal: AbortSignal) => Promise<T>;
  /** How long an answer is given again, ms from when it was asked for. */
  readonly keepMs: number;
}

export type SharedLookUp<T> = (key: string) => Promise<T>;

/** A question that takes longer counts as failed, ms. */
export const ANSWER_MS = 2_000;

/** What fails is asked again by the next who comes. Lives one invocation. */
export function sharedLookUp<T>(options: SharedLookUpOptions<T>): SharedLookUp<T> {
  const { load, clock, keepMs } = options;
  const asked = new Map<string, { readonly answer: Promise<T>; readonly untilMs: number }>();
  return (key) => {
    const found = asked.get(key);
    if (found !== undefined && clock.now() < found.untilMs) return found.answer;
    const answer = patiently(options, ANSWER_MS, (signal) => load(key, signal));
    const entry = { answer, untilMs: clock.now() + keepMs };
    asked.set(key, entry);
    answer.catch(() => {
      if (asked.get(key) === entry) asked.delete(key);
    });
    return answer;
  };
}
