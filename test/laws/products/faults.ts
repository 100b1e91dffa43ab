/** What may go wrong between the function and its dependencies: one fate per request, then outages by time. */
import fc from 'fast-check';
import { fraction, type Moment, nearAWrite } from '../moment.ts';

/** What becomes of one request to the search engine. */
export type Fate =
  | 'ok'
  /** The connection breaks before the engine sees the request, or after it has carried it out. */
  | 'reset-before'
  | 'reset-after'
  /** No answer ever comes; the request lands while the client has long given up, or never. */
  | 'late-landing'
  | 'lost'
  /** The engine carries it out at once, and answers when nobody listens any more. */
  | 'late-answer'
  /** It is carried out, and of the answer comes half, nothing, half of its list, or what a proxy says instead. */
  | 'cut-answer'
  | 'empty-answer'
  | 'short-answer'
  | 'proxy-502'
  | 'proxy-400'
  /** Every second document of a read cannot be looked at. */
  | 'partly-unread'
  | 'denied'
  /** Refused for what is in it, if there are several operations in it. */
  | 'whole-refused'
  | 'queue-full'
  | 'unavailable'
  /** Every second operation of a bulk is refused for a full queue, the others are carried out. */
  | 'partly-refused';

const troubles: readonly Fate[] = [
  'reset-before',
  'reset-after',
  'late-landing',
  'lost',
  'late-answer',
  'cut-answer',
  'empty-answer',
  'short-answer',
  'proxy-502',
  'proxy-400',
  'partly-unread',
  'denied',
  'whole-refused',
  'queue-full',
  'unavailable',
  'partly-refused',
];

/** Fates of the first requests, in order; after them all is well. */
export const fates = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Fate>('ok') },
    { weight: 2, arbitrary: fc.constantFrom(...troubles) },
  ),
  { maxLength: 25 },
);

/** Of the administrative steps of a rebuild, one fate per request. */
export const stepFates = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Fate>('ok') },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Fate>(
        'reset-before',
        'reset-after',
        'late-answer',
        'lost',
        'cut-answer',
        'proxy-502',
        'unavailable',
      ),
    },
  ),
  { maxLength: 25 },
);

/** What becomes of one read of the table: `hangs` until whoever waits gives up, and some keys or all come back unread. */
export type ReadFate = 'ok' | 'throttled' | 'reset' | 'hangs' | 'partly-unprocessed' | 'unprocessed';

export const reads = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<ReadFate>('ok') },
    {
      weight: 2,
      arbitrary: fc.constantFrom<ReadFate>(
        'throttled',
        'reset',
        'hangs',
        'partly-unprocessed',
        'unprocessed',
      ),
    },
  ),
  { minLength: 2, maxLength: 20 },
);

export interface Outage {
  readonly kind: 'engine-down' | 'write-block' | 'alias-missing' | 'table-down' | 'queue-down';
  readonly fromMs: number;
  readonly forMs: number;
}

export const outages = fc.array(
  fc.record({
    kind: fc.constantFrom<Outage['kind']>(
      'engine-down',
      'write-block',
      'alias-missing',
      'table-down',
      'queue-down',
    ),
    fromMs: fc.integer({ min: 0, max: 60_000 }),
    forMs: fc.integer({ min: 100, max: 300_000 }),
  }),
  { maxLength: 2 },
);

/** An invocation that dies, counted from the first, at its `request`-th request to the engine; or that Lambda does not begin. */
export interface Crash {
  readonly invocation: number;
  readonly request: number;
  readonly when: 'before-write' | 'after-write' | 'before-answer' | 'throttled';
}

export const crashes = fc.array(
  fc.record({
    invocation: fc.integer({ min: 0, max: 8 }),
    request: fc.integer({ min: 0, max: 3 }),
    when: fc.constantFrom<Crash['when']>('before-write', 'after-write', 'before-answer', 'throttled'),
  }),
  { maxLength: 2 },
);

/** By how much the clocks of processes are ahead of the table's, in turn. Behind, they may be by less than what late requests leave of a tombstone's life. */
export const skewsMs: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.constant([0]),
  fc.array(fc.constantFrom(0, -5_000, -1_000, 2_000, 20_000, 3_600_000), { minLength: 1, maxLength: 3 }),
);

/** Some records delivered again, at some time, beside what the mapping delivers; `redriven` through the marked door. */
export interface Again extends Moment {
  /** A fraction of what is written by then. */
  readonly from: number;
  readonly size: number;
  readonly redriven: boolean;
  /** The records come from an earlier stream of the table, which counted higher: their positions prove nothing. */
  readonly fromEarlierStream: boolean;
  /** Each request of this delivery's process takes so much longer: others pass between two of them. */
  readonly slowMs: number;
}

const moment: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ atMs: fc.integer({ min: 0, max: 1_500 }) }) },
  { weight: 2, arbitrary: fc.record({ atMs: fc.integer({ min: 0, max: 30_000 }) }) },
  { weight: 1, arbitrary: fc.record({ atMs: fc.integer({ min: 0, max: 400_000 }) }) },
  { weight: 4, arbitrary: nearAWrite },
);

const delivered = fc.record({
  from: fraction,
  size: fc.integer({ min: 1, max: 4 }),
  redriven: fc.boolean(),
  fromEarlierStream: fc.boolean(),
  slowMs: fc.constantFrom(0, 0, 300, 1_500),
});

export const again: fc.Arbitrary<readonly Again[]> = fc.array(
  fc.tuple(moment, delivered).map(([when, what]) => ({ ...when, ...what })),
  { maxLength: 6 },
);

/** An operator has some products made equal to their items, at any time. */
export interface Reconcile extends Moment {
  readonly products: readonly string[];
}

export const reconciles: fc.Arbitrary<readonly Reconcile[]> = fc.array(
  fc
    .tuple(moment, fc.subarray(['p1', 'p2', 'p3', 'p4'], { minLength: 1 }))
    .map(([when, products]) => ({ ...when, products })),
  { maxLength: 2 },
);

/** Milliseconds that requests and reads take, one after the other and round again: what is slow lets other writers in between. */
export const latenciesMs = fc.oneof(
  fc.constant([3]),
  fc.array(fc.constantFrom(1, 3, 40, 400, 1_500), { minLength: 2, maxLength: 9 }),
);

/** Redrives of an earlier stream's records by slow processes, while the product is written: nothing but the item then says what is newer. */
export const fromEarlierStream: fc.Arbitrary<readonly Again[]> = fc.array(
  fc.tuple(nearAWrite, fraction, fc.constantFrom(300, 1_500)).map(([when, from, slowMs]) => ({
    ...when,
    from,
    slowMs,
    size: 4,
    redriven: true,
    fromEarlierStream: true,
  })),
  { minLength: 1, maxLength: 4 },
);

/** Redrives of any records once all is written, soon after or when tombstones are gone. */
export const redrivenAtLast: fc.Arbitrary<readonly Again[]> = fc.array(
  fc
    .tuple(fraction, fc.integer({ min: 1, max: 6 }), fc.constantFrom(500, 5_000, 90_000))
    .map(([from, size, atMs]) => ({
      atMs,
      near: 0.999,
      from,
      size,
      slowMs: 0,
      redriven: true,
      fromEarlierStream: false,
    })),
  { minLength: 1, maxLength: 4 },
);

/** Requests and reads that are answered too late or never, one after the other: invocations come to the end of their time. */
export const neverAnswered: fc.Arbitrary<readonly Fate[]> = fc.array(
  fc.constantFrom<Fate>('ok', 'lost', 'lost', 'late-landing', 'late-answer', 'unavailable'),
  { minLength: 3, maxLength: 20 },
);

export const neverRead: fc.Arbitrary<readonly ReadFate[]> = fc.array(
  fc.constantFrom<ReadFate>('ok', 'hangs', 'unprocessed'),
  { minLength: 1, maxLength: 8 },
);
