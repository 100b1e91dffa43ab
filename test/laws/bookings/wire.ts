/** What stands between a function and what it depends on: latency, one fate per request, and the death of the process. */
import { type Clock, sleep } from '../../../shared/time/clock.ts';
import type { ExecutionEnvironment } from '../execution-environment.ts';
import type { Crash, Dependency, Fate } from './faults.ts';

/** One request: what takes effect, takes effect in `act`. */
export type Send = <T>(to: Dependency, act: () => Promise<T>) => Promise<T>;

/** What befalls an invocation. */
export interface Invocation {
  readonly crash: Crash | undefined;
  /** Sent so far. */
  requests: number;
}

export interface Wire {
  readonly clock: Clock;
  readonly environment: ExecutionEnvironment<Invocation>;
  latencyMs(): number;
  /** Called for each request that reaches its dependency. */
  fate(to: Dependency): Fate;
  /** What an error says of what was asked. */
  quoted(): string;
}

/** A dead process sends nothing more, and hears no answer. */
export function wire({ clock, environment, latencyMs, fate: fateOf, quoted }: Wire): Send {
  return async (to, act) => {
    const pauseMs = latencyMs() / 2;
    await sleep(clock, pauseMs);
    const { current } = environment;
    const { crash } = current;
    const strikes = crash?.request === current.requests++;
    if (strikes && crash.when === 'before') environment.die();
    if (!environment.alive) return new Promise(() => {});
    const fate = fateOf(to);
    if (fate === 'lost' || fate === 'throttled') throw new Injected(quoted());
    const answer = await act();
    if (strikes && crash.when === 'after') environment.die();
    if (fate === 'unanswered') throw new Injected(quoted());
    await sleep(clock, pauseMs);
    return fate === 'silent' || !environment.alive ? new Promise(() => {}) : answer;
  };
}

/** Its text quotes what it was asked, as texts of dependencies may. */
export class Injected extends Error {
  readonly code = 'INJECTED';
}

/** A client gives up when it is told to. */
export function heeding<T>(signal: unknown, answer: Promise<T>): Promise<T> {
  if (!(signal instanceof AbortSignal)) return answer;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return Promise.race([answer, promise]).finally(() => signal.removeEventListener('abort', abort));
}
