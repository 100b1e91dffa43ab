/** What may go wrong with a function that calls nothing but its dead-letter queue. */
import fc from 'fast-check';

/** The queue is away. */
export interface Outage {
  readonly fromMs: number;
  readonly forMs: number;
}

export const outages = fc.array(
  fc.record({ fromMs: fc.integer({ min: 0, max: 60_000 }), forMs: fc.integer({ min: 100, max: 300_000 }) }),
  { minLength: 1, maxLength: 2 },
);

/** An invocation that dies, counted from the first, at its `line`-th line of metrics and log, or with its answer; or that Lambda does not begin. */
export interface Crash {
  readonly invocation: number;
  readonly line: number;
  readonly when: 'before-line' | 'after-line' | 'before-answer' | 'throttled';
}

export const crashes = fc.array(
  fc.record({
    invocation: fc.integer({ min: 0, max: 8 }),
    line: fc.integer({ min: 0, max: 6 }),
    when: fc.constantFrom<Crash['when']>('before-line', 'after-line', 'before-answer', 'throttled'),
  }),
  { maxLength: 4 },
);
