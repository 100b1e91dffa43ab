/** What happens in a history of dead letters: records with their natures, letters that hold them, operators who come, and what goes wrong for them. */
import fc from 'fast-check';

/**
 * What a record's function says of it:
 * - `good`: it is carried out, once; then its effect is in place.
 * - `flaky`: so too, but the first attempts fail in a way that may pass.
 * - `done`, `superseded`, `gone`, `ignored`: nothing is left to do.
 * - `poison`: planned as what can never succeed.
 * - `late-poison`: planned as good, and then it is poison.
 * - `crasher`: its function ends in an error wherever it is carried out.
 * - `other-table`, `other-processor`: not for this queue's function.
 */
const NATURES = [
  'good',
  'flaky',
  'done',
  'superseded',
  'gone',
  'ignored',
  'poison',
  'late-poison',
  'crasher',
  'other-table',
  'other-processor',
] as const;
export type Nature = (typeof NATURES)[number];

export interface RecordOf {
  readonly nature: Nature;
  /** Which item. */
  readonly lane: number;
  readonly hasId: boolean;
}

const record = fc.record({
  nature: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<Nature>('good', 'flaky', 'poison') },
    { weight: 2, arbitrary: fc.constantFrom<Nature>(...NATURES) },
  ),
  lane: fc.nat({ max: 2 }),
  hasId: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.boolean()),
});

export interface LetterSpec {
  /** A `damaged` batch names its records as a pointer does, and holds none that can be read. */
  readonly form: 'envelope' | 'batch' | 'pointer' | 'damaged' | 'test-message' | 'unknown';
  /** Of the records, by chance; an envelope holds the first, a pointer all from the lowest to the highest. */
  readonly holds: readonly number[];
  /** How often a batch is announced: not at all, or again and again. */
  readonly announced: number;
  /** In one notification with the batch before it. */
  readonly together: boolean;
}

const letter = fc.record({
  form: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('envelope' as const, 'batch' as const) },
    { weight: 3, arbitrary: fc.constantFrom('pointer' as const, 'damaged' as const) },
    { weight: 1, arbitrary: fc.constantFrom('test-message' as const, 'unknown' as const) },
  ),
  holds: fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 5 }),
  announced: fc.constantFrom(1, 1, 1, 0, 2),
  together: fc.boolean(),
});

/** What becomes of one request of an operator's process. */
export const FATES = ['arrives', 'refused', 'answer-lost', 'odd', 'slow'] as const;
export type Fate = (typeof FATES)[number];

export interface Ending {
  readonly kind: 'killed' | 'interrupted';
  /** At which of its requests. */
  readonly request: number;
  /** Whether that one still arrives. */
  readonly arrives: boolean;
}

export interface Operator {
  readonly command: 'redrive' | 'discard' | 'rescue';
  readonly dryRun: boolean;
  /** Which records it is about, by number; empty for all letters. */
  readonly about: readonly number[];
  readonly limit?: number | undefined;
  readonly stopAfter?: number | undefined;
  readonly concurrency: number;
  /** Begins while the one before is still at it. */
  readonly beside: boolean;
  /** Of its requests in turn; all others arrive. */
  readonly fates: readonly Fate[];
  readonly ending?: Ending | undefined;
}

/** In one case of four. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const operator = fc.record({
  command: fc.constantFrom('redrive' as const, 'redrive' as const, 'discard' as const, 'rescue' as const),
  dryRun: fc.constantFrom(false, false, false, false, true),
  about: fc.oneof(fc.constant([]), fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 3 })),
  limit: rarely(fc.integer({ min: 1, max: 3 })),
  stopAfter: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined, freq: 2 }),
  concurrency: fc.constantFrom(1, 1, 3),
  beside: fc.constantFrom(false, false, true),
  fates: fc.oneof(
    fc.constant([]),
    fc.array(
      fc.oneof({ weight: 4, arbitrary: fc.constant<Fate>('arrives') }, fc.constantFrom<Fate>(...FATES)),
      { maxLength: 30 },
    ),
  ),
  ending: fc.option(
    fc.record({
      kind: fc.constantFrom('killed' as const, 'interrupted' as const),
      request: fc.nat({ max: 30 }),
      arrives: fc.boolean(),
    }),
    { nil: undefined },
  ),
});

export interface Scenario {
  /** The shard ends after so many records: a pointer to more can be read in part only. Undefined: it holds all. */
  readonly streamHolds?: number | undefined;
  readonly records: readonly RecordOf[];
  readonly letters: readonly LetterSpec[];
  readonly operators: readonly Operator[];
}

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  streamHolds: rarely(fc.nat({ max: 5 })),
  records: fc.array(record, { minLength: 1, maxLength: 8 }),
  letters: fc.array(letter, { minLength: 1, maxLength: 7 }),
  operators: fc.array(operator, { maxLength: 3 }),
});
