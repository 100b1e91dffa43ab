/** When an invocation stops working: early enough to send its letters, report what is unsettled and answer. */
import type { Clock } from '../time/clock.ts';

export interface Deadline {
  /** Milliseconds since the epoch: no new work begins after this. */
  readonly atMs: number;
  /** Aborts at the deadline; every request in flight listens to it. */
  readonly signal: AbortSignal;
  passed(): boolean;
  remainingMs(): number;
  /** Releases the timer; call when the work is done. */
  cancel(): void;
}

/** A request aborted because the invocation ends; its record is unsettled, and comes again. */
export class DeadlineReached extends Error {
  readonly code = 'DEADLINE';
  constructor() {
    super('the invocation is near its end');
  }
}

export function startDeadline(clock: Clock, ms: number): Deadline {
  const controller = new AbortController();
  const atMs = clock.now() + Math.max(0, ms);
  const abort = () => controller.abort(new DeadlineReached());
  const cancel = ms > 0 ? clock.after(ms, abort) : () => {};
  if (ms <= 0) abort();
  return {
    atMs,
    signal: controller.signal,
    passed: () => controller.signal.aborted || clock.now() >= atMs,
    remainingMs: () => Math.max(0, atMs - clock.now()),
    cancel,
  };
}
