/** Random histories of the products table: hot keys, deletions of both kinds, re-creation, other rows, and items that cannot be projected. */
import fc from 'fast-check';

/** One write, in table terms. `pauseMs` passes before it. */
export type Write =
  | { readonly kind: 'put'; readonly product: string; readonly price: number; readonly pauseMs: number }
  | { readonly kind: 'status'; readonly product: string; readonly status: string; readonly pauseMs: number }
  | { readonly kind: 'spoil'; readonly product: string; readonly how: Spoiled; readonly pauseMs: number }
  | { readonly kind: 'remove'; readonly product: string; readonly pauseMs: number }
  | { readonly kind: 'other-row'; readonly product: string; readonly row: string; readonly pauseMs: number };

/** What makes an item poison: our own schema refuses it, or the engine's mapping does. */
export type Spoiled = 'schema' | 'engine';

/** One is hot. */
const product = fc.constantFrom('p1', 'p1', 'p1', 'p2', 'p3', 'p4');
/** Most writes come in bursts; some after a tombstone's life. */
const pauseMs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 50 }) },
  { weight: 3, arbitrary: fc.integer({ min: 100, max: 5_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 20_000, max: 120_000 }) },
);

const spoilt: fc.Arbitrary<Write> = fc.record({
  kind: fc.constant('spoil' as const),
  product,
  how: fc.constantFrom<Spoiled>('schema', 'engine'),
  pauseMs,
});

export const write: fc.Arbitrary<Write> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      product,
      price: fc.integer({ min: 1, max: 999 }),
      pauseMs,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('status' as const),
      product,
      status: fc.constantFrom('active', 'sold', 'expired', 'deleted'),
      pauseMs,
    }),
  },
  { weight: 2, arbitrary: spoilt },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), product, pauseMs }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('other-row' as const),
      product,
      row: fc.constantFrom('PRICING', 'IMAGES'),
      pauseMs,
    }),
  },
);

export const history = fc.array(write, { minLength: 1, maxLength: 30 });

/** Every third write makes an item poison. */
export const poisonous = fc.array(
  fc.oneof({ weight: 2, arbitrary: write }, { weight: 1, arbitrary: spoilt }),
  { minLength: 1, maxLength: 20 },
);

/** How sequence numbers rise: AWS's counter, with ties in its high digits, or an emulator's small integers. */
export type Numbering = 'aws' | 'aws-with-ties' | 'small';

export const numbering = fc.constantFrom<Numbering>('aws', 'aws', 'aws-with-ties', 'small');

/** What puts a product out of the index, and what then stands in its place that cannot be shown; long after, or at once. */
const outAndSpoiled: fc.Arbitrary<readonly Write[]> = fc
  .record({
    product,
    prices: fc.array(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 3 }),
    isRow: fc.boolean(),
    how: fc.constantFrom<Spoiled>('schema', 'engine'),
    pauseMs: fc.constantFrom(0, 40_000, 61_000, 150_000),
  })
  .map(({ product, prices, isRow, how, pauseMs }) => [
    ...prices.map((price): Write => ({ kind: 'put', product, price, pauseMs: 10 })),
    isRow
      ? { kind: 'remove', product, pauseMs: 10 }
      : { kind: 'status', product, status: 'deleted', pauseMs: 10 },
    { kind: 'spoil', product, how, pauseMs },
  ]);

/** Products that were deleted, and are there again as something that cannot be shown. */
export const spoiledAgain = fc
  .tuple(fc.array(outAndSpoiled, { minLength: 1, maxLength: 3 }), fc.array(write, { maxLength: 5 }))
  .map(([parts, others]) => [...others, ...parts.flat()]);
