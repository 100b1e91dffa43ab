/** Random histories of the results table, and what may go wrong while they are followed: hot keys, times to live of every length, deletions of both kinds. */
import fc from 'fast-check';

const analysis = fc.constantFrom('a1', 'a2', 'a3');

/** Most writes come in bursts; some after minutes. */
const pauseMs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 50 }) },
  { weight: 3, arbitrary: fc.integer({ min: 100, max: 5_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 20_000, max: 120_000 }) },
);

/** One write, in table terms. `pauseMs` passes before it; `lifeS` is what is left of the time to live, negative if it has passed, null for none. */
export type Write =
  | {
      readonly kind: 'put';
      readonly analysis: string;
      readonly lifeS: number | null;
      readonly pauseMs: number;
    }
  | { readonly kind: 'spoil'; readonly analysis: string; readonly pauseMs: number }
  | { readonly kind: 'remove'; readonly analysis: string; readonly pauseMs: number }
  /** Time to live removes it, if it has passed. */
  | { readonly kind: 'expire'; readonly analysis: string; readonly pauseMs: number };

const lifeS = fc.oneof(
  { weight: 4, arbitrary: fc.constant(7 * 86_400) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 120 }) },
  { weight: 1, arbitrary: fc.integer({ min: -100, max: 0 }) },
  { weight: 1, arbitrary: fc.constant(null) },
);

const write: fc.Arbitrary<Write> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('put' as const), analysis, lifeS, pauseMs }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('spoil' as const), analysis, pauseMs }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), analysis, pauseMs }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('expire' as const), analysis, pauseMs }) },
);

export const history = fc.array(write, { minLength: 1, maxLength: 30 });

/** How sequence numbers rise: AWS's counter, or an emulator's small integers, which grow a digit on the way. */
export type Numbering = 'aws' | 'small';

export const numbering = fc.constantFrom<Numbering>('aws', 'aws', 'small');

/** What becomes of what is sent to Redis at once. */
export type Fate =
  | 'ok'
  /** The connection breaks before the server sees it, in the middle, or after it has carried it out. */
  | 'reset-before'
  | 'reset-between'
  | 'reset-after'
  /** No answer ever comes; it lands when the client has long given up, or never. */
  | 'late-landing'
  | 'lost'
  | 'refused'
  | 'script-forgotten';

const troubles: readonly Fate[] = [
  'reset-before',
  'reset-between',
  'reset-after',
  'late-landing',
  'lost',
  'refused',
  'script-forgotten',
];

/** Fates of the first requests, in order; after them all is well. */
export const fates = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Fate>('ok') },
    { weight: 2, arbitrary: fc.constantFrom(...troubles) },
  ),
  { maxLength: 25 },
);

export interface Outage {
  readonly kind: 'cache-down' | 'table-down';
  readonly fromMs: number;
  readonly forMs: number;
}

export const outages = fc.array(
  fc.record({
    kind: fc.constantFrom<Outage['kind']>('cache-down', 'table-down'),
    fromMs: fc.integer({ min: 0, max: 60_000 }),
    forMs: fc.integer({ min: 100, max: 300_000 }),
  }),
  { maxLength: 2 },
);

/** An invocation that dies, counted from the first, at its `request`-th request to the cache. */
export interface Crash {
  readonly invocation: number;
  readonly request: number;
  readonly when: 'before-write' | 'after-write' | 'before-answer';
}

export const crashes = fc.array(
  fc.record({
    invocation: fc.integer({ min: 0, max: 8 }),
    request: fc.integer({ min: 0, max: 3 }),
    when: fc.constantFrom<Crash['when']>('before-write', 'after-write', 'before-answer'),
  }),
  { maxLength: 2 },
);

/** Readers that fill the cache, at any time. */
export const reads = fc.array(
  fc.record({
    atMs: fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 60_000 })),
    analysis,
  }),
  {
    maxLength: 8,
  },
);

/** When the server loses all it holds. */
export const losses = fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 2 });
