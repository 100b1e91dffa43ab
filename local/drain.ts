/** Waits until everything that was written has come through: read from the stream, processed, acknowledged. */
import { type Clock, sleep } from '../shared/time/clock.ts';

export interface DrainOptions {
  readonly clock: Clock;
  /** What keeps it from being done; empty when nothing does. */
  readonly obstacles: () => readonly string[];
  /** Grows whenever something is done: while it does, nobody gives up. */
  readonly progress: () => number;
  /** Without progress for so long, it is given up. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

const EVERY_MS = 25;

/** @returns the obstacles that were left: none if all is done */
export async function drain(options: DrainOptions): Promise<readonly string[]> {
  const { clock, obstacles, progress, patienceMs, signal } = options;
  let last = progress();
  let sinceMs = clock.now();
  for (;;) {
    const left = obstacles();
    if (left.length === 0 || signal.aborted) return left;
    if (progress() !== last) {
      last = progress();
      sinceMs = clock.now();
    }
    if (clock.now() - sinceMs >= patienceMs) return left;
    await sleep(clock, EVERY_MS, signal).catch(() => {});
  }
}
