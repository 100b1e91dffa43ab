/** Asks about keys in requests that fit and no faster than told, and again, after a pause, about those for which the answer may be another soon. */
import { pauseMs } from '../../shared/stream/backoff.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import type { Pace } from '../redrive/carry-out.ts';
import { MAX_REQUEST_KEYS } from './door.ts';

export interface AskPorts {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly pace: Pace;
}

/** With growing pauses, some half a minute. */
const ROUNDS = 10;

/** @returns in the order of the keys, which are distinct. @throws the signal's reason when it aborts first */
export async function askAll<Answer>(
  keys: readonly string[],
  ask: (keys: readonly string[]) => Promise<readonly Answer[]>,
  mayPass: (answer: Answer) => boolean,
  { clock, random, signal, pace }: AskPorts,
): Promise<readonly (readonly [key: string, answer: Answer])[]> {
  const answers = new Map<string, Answer>();
  let pending = keys;
  for (let round = 0; pending.length > 0; round++) {
    if (round > 0) await sleep(clock, pauseMs(round, random), signal);
    for (let from = 0; from < pending.length; ) {
      const page = pending.slice(from, from + Math.min(MAX_REQUEST_KEYS, pace.most));
      if (!(await pace.wait(page.length, signal))) throw signal.reason;
      const results = await ask(page);
      page.forEach((key, index) => {
        const result = results[index];
        if (result !== undefined) answers.set(key, result);
      });
      from += page.length;
    }
    if (round + 1 === ROUNDS) break;
    pending = pending.filter((key) => {
      const answer = answers.get(key);
      return answer === undefined || mayPass(answer);
    });
  }
  return keys.flatMap((key) => {
    const answer = answers.get(key);
    return answer === undefined ? [] : [[key, answer] as const];
  });
}
