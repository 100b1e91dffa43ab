/** Asks once for what many ask at about the same time: a question under way, or answered a moment ago, is not asked again. */
import type { Clock } from '../time/clock.ts';

export interface SharedLookUpOptions<T> {
  readonly load: (key: string) => Promise<T>;
  readonly clock: Clock;
  /** How long an answer is given again, ms from when it was asked for. */
  readonly keepMs: number;
}

export type SharedLookUp<T> = (key: string) => Promise<T>;

/** What fails is asked again by the next who comes. Lives one invocation. */
export function sharedLookUp<T>({ load, clock, keepMs }: SharedLookUpOptions<T>): SharedLookUp<T> {
  const asked = new Map<string, { readonly answer: Promise<T>; readonly untilMs: number }>();
  return (key) => {
    const found = asked.get(key);
    if (found !== undefined && clock.now() < found.untilMs) return found.answer;
    const entry = { answer: load(key), untilMs: clock.now() + keepMs };
    asked.set(key, entry);
    entry.answer.catch(() => {
      if (asked.get(key) === entry) asked.delete(key);
    });
    return entry.answer;
  };
}
