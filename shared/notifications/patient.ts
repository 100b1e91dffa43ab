/** Asks until it is answered or its time is over: a single request that fails costs a pause, not the whole effect. */
import { pauseMs } from '../stream/backoff.ts';
import { type Clock, sleep } from '../time/clock.ts';

export interface Patience {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Ends every request; aborts when the invocation must come to an end. */
  readonly signal: AbortSignal;
}

/** Nothing answered in time. Transient. */
export class RequestTimedOut extends Error {
  readonly code = 'REQUEST_TIMED_OUT';
  override readonly name = 'RequestTimedOut';
}

/**
 * @param ms for all attempts together; a request that heeds no signal is not waited for any longer
 * @throws what the last attempt threw, {@link RequestTimedOut}, or the signal's reason
 */
export async function patiently<T>(
  { clock, random, signal }: Patience,
  ms: number,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const limit = new AbortController();
  let failure: unknown;
  const abort = () => limit.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const cancel = clock.after(ms, () =>
    limit.abort(failure ?? new RequestTimedOut(`no answer within ${ms} ms`)),
  );
  const attempts = async (): Promise<T> => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await request(limit.signal);
      } catch (error) {
        if (!limit.signal.aborted) failure = error;
        await sleep(clock, pauseMs(attempt, random), limit.signal);
      }
    }
  };
  try {
    return await new Promise<T>((resolve, reject) => {
      limit.signal.addEventListener('abort', () => reject(limit.signal.reason), { once: true });
      attempts().then(resolve, reject);
    });
  } finally {
    cancel();
    signal.removeEventListener('abort', abort);
  }
}
