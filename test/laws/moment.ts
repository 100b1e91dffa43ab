/** When something happens beside a history: some time after its start or, since most of what can go wrong lies close together, about one of its writes. */
import fc from 'fast-check';

export interface Moment {
  /** After the start; with `near`, after that write, or before it where negative. */
  readonly atMs: number;
  /** A fraction of the history, so that it means the same however long the history is. */
  readonly near?: number;
}

export const fraction = fc.double({ min: 0, max: 0.999, noNaN: true });

export const nearAWrite: fc.Arbitrary<Moment> = fc.record({
  atMs: fc.integer({ min: -2_000, max: 2_000 }),
  near: fc.oneof(fraction, fc.constant(0.999)),
});

/** @returns milliseconds after the start */
export function momentMs({ atMs, near }: Moment, writes: readonly { readonly pauseMs: number }[]): number {
  if (near === undefined) return atMs;
  const upTo = writes.slice(0, Math.floor(near * writes.length) + 1);
  return Math.max(0, atMs + upTo.reduce((total, { pauseMs }) => total + pauseMs, 0));
}
