/** Repeats a set-up until the engine is there: a new domain's name takes minutes to resolve everywhere, a local one seconds to start. */
import { type Clock, sleep } from '../time/clock.ts';
import { engineError, IndexSetUpError } from './engine-error.ts';

/** Whether the same request may succeed a little later. 403: a domain's access policy takes a while to be in force. */
export function mayPass(error: unknown): boolean {
  if (error instanceof IndexSetUpError) return error.retryable;
  if (error instanceof TypeError) return false;
  const answer = engineError(error);
  return !answer || answer.status === 403 || answer.status === 429 || answer.status >= 500;
}

export interface Patience {
  readonly clock: Clock;
  /** Milliseconds since the epoch; no attempt begins later. */
  readonly until: number;
}

/** @throws the last attempt's error */
export async function waitForEngine<T>(attempt: () => Promise<T>, { clock, until }: Patience): Promise<T> {
  for (let pause = 500; ; pause = Math.min(pause * 2, 10_000)) {
    try {
      return await attempt();
    } catch (error) {
      if (!mayPass(error) || clock.now() + pause >= until) throw error;
    }
    await sleep(clock, pause);
  }
}
