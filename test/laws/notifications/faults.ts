/** What may go wrong between the function and what it depends on. */
import fc from 'fast-check';
import type { Fault as ClaimFault } from '../../support/claim-table.ts';
import type { Fault } from '../../support/switchboard.ts';

/** Fates of the first requests to the market's tables and the WebSocket API, in order; after them all is well. */
export const fates = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Fault | undefined>(undefined) },
    { weight: 2, arbitrary: fc.constantFrom<Fault | undefined>('fails', 'unanswered', 'lost') },
  ),
  { maxLength: 40 },
);

/** Fates of the first requests to the table of claims. */
export const claimFates = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<ClaimFault | undefined>(undefined) },
    {
      weight: 2,
      arbitrary: fc.constantFrom<ClaimFault | undefined>('lost', 'unanswered', 'silent', 'throttled'),
    },
  ),
  { maxLength: 25 },
);

export interface Outage {
  readonly kind: 'tables-down' | 'claims-down' | 'api-down' | 'api-throttles' | 'queue-down';
  readonly fromMs: number;
  readonly forMs: number;
}

export const outages = fc.array(
  fc.record({
    kind: fc.constantFrom<Outage['kind']>(
      'tables-down',
      'claims-down',
      'api-down',
      'api-throttles',
      'queue-down',
    ),
    fromMs: fc.integer({ min: 0, max: 30_000 }),
    forMs: fc.integer({ min: 100, max: 200_000 }),
  }),
  { maxLength: 2 },
);

/** An invocation that dies, counted from the first, at its `request`-th request of any kind, or just before it answers. */
export interface Crash {
  readonly invocation: number;
  readonly request: number;
  readonly when: 'before' | 'after' | 'before-answer';
}

export const crashes = fc.array(
  fc.record({
    invocation: fc.integer({ min: 0, max: 6 }),
    request: fc.integer({ min: 0, max: 12 }),
    when: fc.constantFrom<Crash['when']>('before', 'after', 'before-answer'),
  }),
  { maxLength: 2 },
);

/** Some records delivered again, at some time, beside what the mapping delivers; `redriven` through the marked door. */
export interface Again {
  readonly atMs: number;
  /** Fractions of the history, so that it means the same however long the history is. */
  readonly from: number;
  readonly size: number;
  readonly redriven: boolean;
}

export const again = fc.array(
  fc.record({
    atMs: fc.integer({ min: 0, max: 60_000 }),
    from: fc.double({ min: 0, max: 0.999, noNaN: true }),
    size: fc.integer({ min: 1, max: 4 }),
    redriven: fc.boolean(),
  }),
  { maxLength: 3 },
);
