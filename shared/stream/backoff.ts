/** Tries again what is unsettled, with growing, jittered pauses, until it settles or the deadline comes. */
import { sleep } from '../time/clock.ts';
import { DeadlineReached } from './deadline.ts';
import type { Outcome } from './outcome.ts';
import type { BatchContext } from './processor.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/**
 * "Full jitter" (AWS Architecture Blog, "Exponential Backoff And Jitter"), with a floor so that a failing dependency is never hammered.
 *
 * @param attempt 0 after the first failure
 * @returns milliseconds
 */
export function pauseMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 16));
  return ceiling / 4 + random() * ceiling * 0.75;
}

/**
 * @param attempt makes one pass over what is pending and answers in its order
 * @returns one outcome per element of `work`; transient only for what the deadline cut off
 */
export async function untilSettled<T, O extends Outcome>(
  work: readonly T[],
  context: BatchContext,
  attempt: (pending: readonly T[]) => Promise<readonly O[]>,
): Promise<readonly O[]> {
  const outcomes = new Map<T, O>();
  let pending = work;
  for (let round = 0; pending.length > 0; round++) {
    const results = await attempt(pending);
    pending.forEach((element, index) => {
      const outcome = results[index];
      if (outcome !== undefined) outcomes.set(element, outcome);
    });
    pending = pending.filter((element) => outcomes.get(element)?.kind === 'transient');
    if (pending.length === 0 || !(await pause(round, context))) break;
  }
  return work.flatMap((element) => outcomes.get(element) ?? []);
}

export type RetryContext = Pick<BatchContext, 'clock' | 'random' | 'deadline'>;

/** Waits before the next attempt. @returns false when the deadline comes first: there is no next attempt */
export async function pause(round: number, context: RetryContext): Promise<boolean> {
  try {
    await sleep(context.clock, pauseMs(round, context.random), context.deadline.signal);
    return !context.deadline.passed();
  } catch (error) {
    if (error instanceof DeadlineReached) return false;
    throw error;
  }
}
