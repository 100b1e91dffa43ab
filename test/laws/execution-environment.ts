/** A function's process: once dead or done, its timers are silent and nothing it started is heard of again. */
import type { InvokeResult } from '../../local/event-source-mapping/index.ts';
import type { Clock } from '../../shared/time/clock.ts';

export const died: InvokeResult = {
  kind: 'error',
  errorType: 'Runtime.ExitError',
  errorMessage: 'exit status 1',
};

/** The clocks of processes differ, in turn; where none are given, they do not. */
export function skewOf(skewsMs: readonly number[], invocation: number): number {
  return skewsMs[invocation % skewsMs.length] ?? 0;
}

export class ExecutionEnvironment {
  readonly death: Promise<InvokeResult>;
  /** The world's time, of which a dead process hears no more. */
  readonly clock: Clock;
  /** It ended before it answered. */
  dead = false;
  ended = false;
  readonly #world: Clock;
  #die: (result: InvokeResult) => void = () => {};

  /** @param skewMs by how much its clock is ahead of the world's */
  constructor(world: Clock, skewMs = 0) {
    this.#world = world;
    this.death = new Promise((resolve) => {
      this.#die = resolve;
    });
    this.clock = {
      now: () => world.now() + skewMs,
      after: (ms, fn) =>
        world.after(ms, () => {
          if (this.alive) fn();
        }),
    };
  }

  get alive(): boolean {
    return !this.dead && !this.ended;
  }

  die(): void {
    if (this.ended) return;
    this.dead = true;
    this.#die(died);
  }

  end(): void {
    this.ended = true;
  }

  /** Ends a process that is still at work after `ms`. */
  timeOut(ms: number, onTimeout: () => void): Promise<InvokeResult> {
    return new Promise((resolve) => {
      this.#world.after(ms, () => {
        if (!this.alive) return;
        onTimeout();
        this.die();
        resolve({ kind: 'timeout' });
      });
    });
  }
}
