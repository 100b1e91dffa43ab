/** Asks once for what many ask at about the same time: a question under way, or answered a moment ago, is not asked again. */
import type { Clock } from '../time/clock.ts';

export interface SharedLookUpOptions<T> {
  readonly load: (key: string, signal: AbortSignal) => Promise<T>;
  readonly clock: Clock;
  /** Ends every question; aborts when the invocation must come to an end. */
  readonly signal: AbortSignal;
  /** How long an answer is given again, ms from when it was asked for. */
  readonly keepMs: number;
}

export type SharedLookUp<T> = (key: string) => Promise<T>;

/** A question that takes longer counts as failed, ms. */
export const ANSWER_MS = 2_000;

/** The table did not answer in time. Transient. */
export class LookUpTimedOut extends Error {
  readonly code = 'LOOK_UP_TIMED_OUT';
  override readonly name = 'LookUpTimedOut';
}

/** What fails is asked again by the next who comes. Lives one invocation. */
export function sharedLookUp<T>(options: SharedLookUpOptions<T>): SharedLookUp<T> {
  const { load, clock, signal, keepMs } = options;
  const asked = new Map<string, { readonly answer: Promise<T>; readonly untilMs: number }>();
  return (key) => {
    const found = asked.get(key);
    if (found !== undefined && clock.now() < found.untilMs) return found.answer;
    const answer = inTime(clock, signal, ANSWER_MS, (limit) => load(key, limit));
    const entry = { answer, untilMs: clock.now() + keepMs };
    asked.set(key, entry);
    answer.catch(() => {
      if (asked.get(key) === entry) asked.delete(key);
    });
    return answer;
  };
}

/**
 * Gives a request its time, and does not wait longer for one that heeds no signal.
 *
 * @throws {LookUpTimedOut} or the signal's reason
 */
export async function inTime<T>(
  clock: Clock,
  signal: AbortSignal,
  ms: number,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const abort = () => limit.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const cancel = clock.after(ms, () => limit.abort(new LookUpTimedOut(`no answer within ${ms} ms`)));
  try {
    return await new Promise<T>((resolve, reject) => {
      limit.signal.addEventListener('abort', () => reject(limit.signal.reason), { once: true });
      request(limit.signal).then(resolve, reject);
    });
  } finally {
    cancel();
    signal.removeEventListener('abort', abort);
  }
}
