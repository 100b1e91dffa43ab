/** A function's process: once dead or done, its timers are silent and nothing it started is heard of again. */
import type { InvokeResult } from '../../../local/event-source-mapping/index.ts';
import type { Clock } from '../../../shared/time/clock.ts';

export class ExecutionEnvironment {
  readonly death: Promise<InvokeResult>;
  readonly clock: Clock;
  /** It ended before it answered. */
  dead = false;
  ended = false;
  #die: (result: InvokeResult) => void = () => {};

  constructor(clock: Clock) {
    this.death = new Promise((resolve) => {
      this.#die = resolve;
    });
    this.clock = {
      now: () => clock.now(),
      after: (ms, fn) =>
        clock.after(ms, () => {
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
    this.#die({ kind: 'error', errorType: 'Runtime.ExitError', errorMessage: 'exit status 1' });
  }

  end(): void {
    this.ended = true;
  }
}
