/** A clock that stands still until the work waiting on it is idle, then jumps to the next timer: a day of retries takes milliseconds. */
import type { Clock } from '../shared/time/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly fn: () => void;
}

/** Turns of the event loop granted to work in progress before time moves; covers promise chains and `nextTick`. */
const TURNS_BEFORE_TIME_MOVES = 2;

export class VirtualClock implements Clock {
  #nowMs: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, fn: () => void): () => void {
    const timer: Timer = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Runs until `work` settles, moving time whenever nothing else can happen. Throws if `work` waits for something that no timer will bring. */
  async runUntil<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    work.then(done, done);
    let idleTurns = 0;
    while (!settled) {
      await quiet();
      if (settled) break;
      if (this.#fireNext()) idleTurns = 0;
      else if (++idleTurns > 50) throw new Error('virtual clock: the work waits, and no timer is set');
    }
    return work;
  }

  /** Moves `ms` milliseconds ahead, firing on the way what is due. */
  async advance(ms: number): Promise<void> {
    const until = this.#nowMs + ms;
    await quiet();
    while (this.#fireNext(until)) await quiet();
    this.#nowMs = until;
  }

  #fireNext(untilMs = Number.POSITIVE_INFINITY): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (
        next === undefined ||
        timer.atMs < next.atMs ||
        (timer.atMs === next.atMs && timer.order < next.order)
      )
        next = timer;
    }
    if (next === undefined || next.atMs > untilMs) return false;
    this.#timers.delete(next);
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    next.fn();
    return true;
  }
}

async function quiet(): Promise<void> {
  for (let turn = 0; turn < TURNS_BEFORE_TIME_MOVES; turn++) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
