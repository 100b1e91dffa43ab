/** Random histories of sessions and of the analyses' history, with what everything that is written must count as beside it. */
import fc from 'fast-check';

/** A value that an item holds, and the name under which it must count; without a value the attribute is not there. */
export interface Said {
  readonly value?: object;
  readonly as: string;
}

const said = (as: string, ...values: readonly (object | undefined)[]): readonly Said[] =>
  values.map((value) => (value === undefined ? { as } : { value, as }));

/** Nobody's business: a metric that is told apart by one of these tells it. */
const odd = said(
  'other',
  undefined,
  { NULL: true },
  { S: '' },
  { S: 'Acme special' },
  { S: 'standard medium completed' },
  { S: 'constructor' },
  { N: '17' },
  { BOOL: true },
  { L: [{ S: 'standard' }] },
  { M: { S: { S: 'completed' } } },
  { SS: ['high', 'failed'] },
);

const analysisType = fc.constantFrom(
  ...said('standard', { S: 'standard' }, { S: 'STANDARD' }),
  ...said('nova-premier', { S: 'nova-premier' }, { S: 'Nova-Premier' }),
  ...odd,
);
const confidence = fc.constantFrom(
  ...said('high', { S: 'HIGH' }),
  ...said('medium', { S: 'MEDIUM' }, { S: 'medium' }),
  ...said('low', { S: 'LOW' }),
  ...odd,
);
/** Where a writer does not say how it ended, a prediction tells. */
const ending = fc.constantFrom<{ readonly outcome: Said; readonly predictedArr?: object }>(
  ...said('completed', { S: 'completed' }, { S: 'COMPLETED' }).map((outcome) => ({ outcome })),
  ...said('failed', { S: 'failed' }).map((outcome) => ({ outcome, predictedArr: { S: '$150,000' } })),
  ...said('completed', undefined, { NULL: true }).map((outcome) => ({
    outcome,
    predictedArr: { S: '$150,000' },
  })),
  ...said('failed', undefined, { NULL: true }).flatMap((outcome) => [
    { outcome },
    { outcome, predictedArr: { S: '' } },
    { outcome, predictedArr: { N: '150000' } },
  ]),
  ...odd.filter(({ value }) => value !== undefined && !('NULL' in value)).map((outcome) => ({ outcome })),
);

/** How a moment is written down; `absent`, and those that are no moment, have no duration. */
export type Time =
  | 'utc'
  | 'offset'
  | 'microseconds'
  | 'absent'
  | 'null'
  | 'number'
  | 'digits'
  | 'word'
  | 'word-with-a-number';

const time = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Time>('utc') },
  { weight: 2, arbitrary: fc.constantFrom<Time>('offset', 'microseconds') },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Time>('absent', 'null', 'number', 'digits', 'word', 'word-with-a-number'),
  },
);

/** What can never be counted, and how it is spoilt. */
export type Spoilt = 'type' | 'image' | 'key' | 'key-type';

/** One write, in the app's terms. `pauseMs` passes before it. */
export type Write = { readonly pauseMs: number } & (
  | { readonly kind: 'start'; readonly session: string; readonly created: Time }
  /** Rewrites its last access; a session that has gone comes back with nothing but that. */
  | { readonly kind: 'use'; readonly session: string; readonly accessed: Time }
  | { readonly kind: 'leave' | 'expire'; readonly session: string }
  | {
      readonly kind: 'analyze';
      readonly analysisType: Said;
      readonly confidence: Said;
      readonly outcome: Said;
      readonly predictedArr?: object;
    }
  /** Of the latest entry. */
  | { readonly kind: 'edit' | 'forget' }
  | { readonly kind: 'spoil'; readonly how: Spoilt; readonly of: 'sessions' | 'history' }
  | { readonly kind: 'canary' }
);

const pauseMs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 50 }) },
  { weight: 3, arbitrary: fc.integer({ min: 100, max: 5_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 20_000, max: 4_000_000 }) },
);
const session = fc.constantFrom('session-1', 'session-2');

const spoil = fc.record({
  kind: fc.constant('spoil' as const),
  how: fc.constantFrom<Spoilt>('type', 'image', 'key', 'key-type'),
  of: fc.constantFrom<'sessions' | 'history'>('sessions', 'history'),
  pauseMs,
});

const sessionWrite: fc.Arbitrary<Write> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('start' as const), session, created: time, pauseMs }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('use' as const), session, accessed: time, pauseMs }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('leave' as const, 'expire' as const), session, pauseMs }),
  },
);

const historyWrite: fc.Arbitrary<Write> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.record({ kind: fc.constant('analyze' as const), analysisType, confidence, pauseMs }), ending)
      .map(([write, ended]) => ({ ...write, ...ended })),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('edit' as const, 'forget' as const), pauseMs }) },
);

const canary: fc.Arbitrary<Write> = fc.record({ kind: fc.constant('canary' as const), pauseMs });

export const history: fc.Arbitrary<readonly Write[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: sessionWrite },
    { weight: 8, arbitrary: historyWrite },
    { weight: 2, arbitrary: spoil },
    { weight: 1, arbitrary: canary },
  ),
  { minLength: 1, maxLength: 40, size: 'max' },
);

/** What can never be counted, among the rest. */
export const poisonous: fc.Arbitrary<readonly Write[]> = fc.array(
  fc.oneof(spoil, spoil, sessionWrite, historyWrite),
  { minLength: 2, maxLength: 20 },
);

/** Many sessions end at once: more durations than a metric takes values (CloudWatch, "Embedded metric format specification"). */
export const crowd: fc.Arbitrary<readonly Write[]> = fc
  .tuple(fc.integer({ min: 95, max: 130 }), fc.array(historyWrite, { maxLength: 20 }))
  .map(([people, analyses]) => {
    const sessions = Array.from({ length: people }, (_, index) => `session-${index}`);
    return [
      ...sessions.map((name): Write => ({ kind: 'start', session: name, created: 'utc', pauseMs: 3 })),
      ...analyses,
      ...sessions.map((name): Write => ({ kind: 'leave', session: name, pauseMs: 0 })),
    ];
  });
