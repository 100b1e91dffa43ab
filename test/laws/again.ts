/** What is delivered once more, beside the mapping's deliveries or through the marked door, at any time. */
import fc from 'fast-check';
import { fraction, type Moment, nearAWrite } from './moment.ts';

/** Some records delivered again, most of them while others are under way, beside what the mapping delivers; `redriven` through the marked door, there in any order. */
export interface Again extends Moment {
  /** A fraction of what is written by then. */
  readonly from: number;
  readonly size: number;
  readonly redriven: boolean;
  readonly backwards: boolean;
}

const moment: fc.Arbitrary<Moment> = fc.oneof(
  fc.record({ atMs: fc.integer({ min: 0, max: 2_000 }) }),
  fc.record({ atMs: fc.integer({ min: 0, max: 30_000 }) }),
  fc.record({ atMs: fc.integer({ min: 0, max: 400_000 }) }),
  { weight: 3, arbitrary: nearAWrite },
  // Soon after the last: late enough for what was forgotten too early to be missed, too early for what is old.
  fc.record({ atMs: fc.integer({ min: 0, max: 29_000 }), near: fc.constant(0.999) }),
);

const delivered = fc.record({
  from: fraction,
  size: fc.integer({ min: 1, max: 4 }),
  redriven: fc.boolean(),
  backwards: fc.boolean(),
});

export const again: fc.Arbitrary<readonly Again[]> = fc.array(
  fc.tuple(moment, delivered).map(([when, what]) => ({ ...when, ...what })),
  { maxLength: 6 },
);

/** @param all what is written by then */
export function deliveredAgain<R>(
  all: readonly R[],
  { from, size }: Pick<Again, 'from' | 'size'>,
): readonly R[] {
  const start = Math.floor(from * all.length);
  return all.slice(start, start + size);
}
