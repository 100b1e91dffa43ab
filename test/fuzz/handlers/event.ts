/** Events for a stream function: good records with bad ones among them, from the mapping or through one of the marked doors. */
import fc from 'fast-check';
import { type Edit, edit, mangled } from '../mangled.ts';
import { type Json, oddValue, writtenOut } from '../values.ts';

export interface EventCase {
  readonly records: readonly { readonly sample: number; readonly edits: readonly Edit[] }[];
  /** How often the list of records is repeated. */
  readonly times: number;
  readonly door: Door | undefined;
  /** Of the event as a whole. */
  readonly edits: readonly Edit[];
}

type Door = { readonly redrive: Json } | { readonly projection: Json };

const id = fc.constant('fuzz');

const keys = fc.array(
  fc.oneof(
    fc.constantFrom(
      'p1',
      '__proto__',
      'a/b#c',
      '\ud800',
      '\u0000',
      ' ',
      '*',
      '"',
      'x'.repeat(600),
      '<text 3000>',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  ),
  { minLength: 1, maxLength: 4 },
);

const marker: fc.Arbitrary<Json> = fc.oneof(
  id.map((one) => ({ id: one })),
  id.map((one) => ({ id: one, plan: true })),
  id.map((one) => ({ id: one, describe: true })),
  id.map((one) => ({ id: one, replay: true })),
);

const request: fc.Arbitrary<Json> = fc.oneof(
  fc.record({ id, action: fc.constantFrom('compare', 'reconcile', 'fill'), keys }),
  fc.record({ id, action: fc.constant('list'), limit: fc.integer({ min: 1, max: 1000 }) }),
  fc.record({ id, action: fc.constant('list'), limit: fc.constant(3), after: fc.string({ unit: 'binary' }) }),
);

const door: fc.Arbitrary<Door | undefined> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: marker.map((redrive) => ({ redrive })) },
  { weight: 1, arbitrary: oddValue.map((redrive) => ({ redrive })) },
  { weight: 2, arbitrary: request.map((projection) => ({ projection })) },
  { weight: 1, arbitrary: oddValue.map((projection) => ({ projection })) },
);

/** @param samples how many kinds of good records there are */
export function eventCase(samples: number): fc.Arbitrary<EventCase> {
  const record = fc.record({
    sample: fc.nat({ max: samples - 1 }),
    edits: fc.array(edit, { maxLength: 3 }),
  });
  return fc.record({
    records: fc.array(record, { maxLength: 5 }),
    times: fc.oneof({ weight: 400, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(2_000) }),
    door,
    edits: fc.oneof(
      { weight: 8, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(edit, { minLength: 1, maxLength: 2 }) },
    ),
  });
}

/** As Lambda's runtime makes it of the payload's text. */
export function eventOf(
  { records, times, door: marked, edits }: EventCase,
  samples: readonly object[],
): unknown {
  const texts = records.map(({ sample, edits: own }) =>
    mangled(samples[sample % samples.length] as Json, own),
  );
  const list = Array.from({ length: times }, () => texts.join(','))
    .filter((text) => text !== '')
    .join(',');
  const door = marked === undefined ? '' : `,${JSON.stringify(marked).slice(1, -1)}`;
  const event = `{"Records":[${list}]${door}}`;
  return JSON.parse(writtenOut(edits.length === 0 ? event : mangled(JSON.parse(event) as Json, edits)));
}
