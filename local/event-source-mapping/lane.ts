/**
 * Forms batches out of waiting records: an invocation is due when the batch is full, when the next record would exceed the payload
 * limit, or when the batching window is over (docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html).
 *
 * A window begins with the first record gathered: for records that waited during an invocation that is its end.
 */
import { Queue } from './queue.ts';
import { eventBytes, type StreamRecord } from './stream-record.ts';

export interface BatchLimits {
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  readonly payloadLimitBytes: number;
}

/** One sequence of batches: a shard's only one, or one of several with ParallelizationFactor. */
export class Lane {
  /** True while a batch of this lane is being delivered. */
  busy = false;
  /** Cancels the timer that ends the batching window. */
  cancelWindow: (() => void) | undefined;
  readonly #limits: BatchLimits;
  readonly #waiting = new Queue<StreamRecord>();
  #gathered: StreamRecord[] = [];
  #gatheredBytes = 0;
  #full = false;
  #windowEndsAtMs = 0;

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  /** Records waiting for an invocation. */
  get length(): number {
    return this.#waiting.length + this.#gathered.length;
  }

  add(record: StreamRecord): void {
    this.#waiting.push(record);
  }

  /** Puts records back in front, to be batched anew. */
  giveBack(records: readonly StreamRecord[]): void {
    this.#waiting.unshift([...records, ...this.take()]);
  }

  /** Milliseconds until a batch is due, 0 if it is; `undefined` if nothing waits. */
  dueInMs(nowMs: number): number | undefined {
    this.#gather(nowMs);
    if (this.#gathered.length === 0) return undefined;
    return this.#full ? 0 : Math.max(0, this.#windowEndsAtMs - nowMs);
  }

  /** The batch gathered so far. */
  take(): StreamRecord[] {
    const batch = this.#gathered;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#full = false;
    return batch;
  }

  #gather(nowMs: number): void {
    const { batchSize, batchingWindowMs, payloadLimitBytes } = this.#limits;
    while (!this.#full) {
      const next = this.#waiting.peek();
      if (next === undefined) return;
      const count = this.#gathered.length + 1;
      if (count > 1 && eventBytes(count, this.#gatheredBytes + next.bytes) > payloadLimitBytes) {
        this.#full = true;
        return;
      }
      if (count === 1) this.#windowEndsAtMs = nowMs + batchingWindowMs;
      this.#waiting.shift();
      this.#gathered.push(next);
      this.#gatheredBytes += next.bytes;
      this.#full = count === batchSize;
    }
  }
}
