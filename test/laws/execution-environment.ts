/**
 * The processes that invocations run in. One stays when its invocation ends, frozen until it serves another, so what a function keeps
 * in its memory is met again; once dead it is silent, and nothing it started is heard of any more. (Lambda developer guide, "Execution
 * environment lifecycle".)
 */
import type { InvokeResult } from '../../local/event-source-mapping/index.ts';
import type { Clock } from '../../shared/time/clock.ts';

export const died: InvokeResult = {
  kind: 'error',
  errorType: 'Runtime.ExitError',
  errorMessage: 'exit status 1',
};

/** The clocks of processes differ, in turn; where none are given, they do not. */
export function skewOf(skewsMs: readonly number[], environment: number): number {
  return skewsMs[environment % skewsMs.length] ?? 0;
}

/** @typeParam Invocation what a history says of the invocation that is served now, e.g. where it dies */
export class ExecutionEnvironment<Invocation> {
  /** The world's time, of which a process hears as long as it serves somebody. */
  readonly clock: Clock;
  /** Of the invocation that is served now. */
  death: Promise<InvokeResult> = new Promise(() => {});
  current: Invocation;
  /** It ended before it answered. */
  dead = false;
  ended = false;
  readonly #world: Clock;
  /** Timers that came due while it was frozen. */
  readonly #missed = new Set<() => void>();
  #invocations = 0;
  #die: (result: InvokeResult) => void = () => {};

  /** @param skewMs by how much its clock is ahead of the world's */
  constructor(world: Clock, first: Invocation, skewMs: number) {
    this.#world = world;
    this.current = first;
    this.clock = {
      now: () => world.now() + skewMs,
      after: (ms, fn) => {
        const run = () => {
          if (this.alive) fn();
          else if (!this.dead) this.#missed.add(run);
        };
        const cancel = world.after(ms, run);
        return () => {
          cancel();
          this.#missed.delete(run);
        };
      },
    };
  }

  get alive(): boolean {
    return !this.dead && !this.ended;
  }

  get invocations(): number {
    return this.#invocations;
  }

  begin(invocation: Invocation): void {
    this.#invocations++;
    this.current = invocation;
    this.death = new Promise((resolve) => {
      this.#die = resolve;
    });
    this.ended = false;
    const missed = [...this.#missed];
    this.#missed.clear();
    for (const run of missed) run();
  }

  die(): void {
    if (this.ended) return;
    this.dead = true;
    this.#die(died);
  }

  end(): void {
    this.ended = true;
  }

  /** Ends a process that is still at work on the same invocation after `ms`. */
  timeOut(ms: number, onTimeout: () => void): Promise<InvokeResult> {
    const invocation = this.#invocations;
    return new Promise((resolve) => {
      this.#world.after(ms, () => {
        if (!this.alive || invocation !== this.#invocations) return;
        onTimeout();
        this.die();
        resolve({ kind: 'timeout' });
      });
    });
  }
}

/**
 * So many invocations one environment serves where clocks differ: few, so that a history has many clocks. Else as many as come, so that
 * what spoils an environment is seen to hold its stream up.
 */
const SERVES = 3;

interface Kept<Invocation, Handler> {
  readonly environment: ExecutionEnvironment<Invocation>;
  readonly handler: Handler;
}

export interface EnvironmentsOptions<Invocation, Handler> {
  readonly clock: Clock;
  readonly skewsMs: readonly number[];
  /** Loads the function, once in each environment. */
  readonly start: (environment: ExecutionEnvironment<Invocation>) => Handler;
}

/** @returns finds an environment for an invocation: one that is idle, else a new one */
export function executionEnvironments<Invocation, Handler>({
  clock,
  skewsMs,
  start,
}: EnvironmentsOptions<Invocation, Handler>): (invocation: Invocation) => Kept<Invocation, Handler> {
  const all: Kept<Invocation, Handler>[] = [];
  const serves = skewsMs.length > 1 ? SERVES : Number.POSITIVE_INFINITY;
  return (invocation) => {
    const idle = all.find(
      ({ environment: { dead, ended, invocations } }) => ended && !dead && invocations < serves,
    );
    const kept = idle ?? started(invocation);
    kept.environment.begin(invocation);
    return kept;
  };

  function started(invocation: Invocation): Kept<Invocation, Handler> {
    const environment = new ExecutionEnvironment(clock, invocation, skewOf(skewsMs, all.length));
    const kept = { environment, handler: start(environment) };
    all.push(kept);
    return kept;
  }
}
