/** What may go wrong between the function and what it depends on: one fate per request, outages by time, deaths, deliveries beside the mapping's. */
import fc from 'fast-check';

/**
 * - `lost`: it never takes effect, and fails.
 * - `unanswered`: it takes effect, and fails.
 * - `silent`: it takes effect, and no answer ever comes.
 * - `throttled`: it is refused.
 */
export type Fate = 'ok' | 'lost' | 'unanswered' | 'silent' | 'throttled';

const fate = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Fate>('ok') },
  { weight: 2, arbitrary: fc.constantFrom<Fate>('lost', 'unanswered', 'silent', 'throttled') },
);

/** Fates of the first requests, in order; after them all is well. */
export const fates = fc.array(fate, { maxLength: 20 });

export type Dependency = 'mail' | 'claims' | 'tables';

export interface Outage {
  readonly of: Dependency;
  readonly fromMs: number;
  readonly forMs: number;
}

export const outages = fc.array(
  fc.record({
    of: fc.constantFrom<Dependency>('mail', 'claims', 'tables'),
    fromMs: fc.integer({ min: 0, max: 60_000 }),
    forMs: fc.integer({ min: 100, max: 240_000 }),
  }),
  { maxLength: 2 },
);

/** The invocation of that number dies at its `request`-th request, to whatever it goes. */
export interface Crash {
  readonly invocation: number;
  readonly request: number;
  readonly when: 'before' | 'after';
}

export const crashes = fc.array(
  fc.record({
    invocation: fc.integer({ min: 0, max: 6 }),
    request: fc.integer({ min: 0, max: 12 }),
    when: fc.constantFrom<Crash['when']>('before', 'after'),
  }),
  { maxLength: 3 },
);

/** Some records delivered again, at some time, beside what the mapping delivers; `redriven` through the marked door. */
export interface Again {
  readonly atMs: number;
  /** A fraction of the history. */
  readonly from: number;
  readonly size: number;
  readonly redriven: boolean;
}

export const again = fc.array(
  fc.record({
    atMs: fc.oneof(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 0, max: 4_000_000 })),
    from: fc.double({ min: 0, max: 0.999, noNaN: true }),
    size: fc.integer({ min: 1, max: 4 }),
    redriven: fc.boolean(),
  }),
  { maxLength: 3 },
);

/** How long the indexes hide the first writes, ms; below the five minutes that a review is waited for. Repeats. */
export const lags = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 500 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 240_000 }) },
  ),
  { minLength: 1, maxLength: 12 },
);

/** Milliseconds that requests take, one after the other and round again: what is slow lets others in between. */
export const latenciesMs = fc.oneof(
  fc.constant([4]),
  fc.array(fc.constantFrom(2, 4, 60, 400, 1_500), { minLength: 2, maxLength: 9 }),
);
