/**
 * What nobody expects in JSON, as text that stays small: a value that is huge or deep stands as a mark, and is written out only
 * when it is used, so that a case that breaks something can be printed, kept and run again.
 */
import fc from 'fast-check';

/** Stands in every text that a record is given here: wherever else it turns up, a value has leaked. */
export const SECRET = 'sEcReT-';

/** Names that mean something to a JavaScript object. */
export const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'toJSON',
  'then',
  'length',
  '',
  'rawJSON',
] as const;

/** Each half of a pair by itself, with what ends lines and moves cursors. */
const ODD_TEXTS = [
  '\ud800',
  '\udfff',
  'a\ud83d',
  '\u0000',
  '\u001b[2J',
  '\u009b31m',
  '\r\nX: y',
  '\u202e',
  '\u2028',
  '',
];

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const text = fc.oneof(
  fc.constantFrom(...ODD_TEXTS, ...NAMES).map((odd) => SECRET + odd),
  fc.string({ unit: 'binary', maxLength: 20 }).map((some) => SECRET + some),
  fc.constantFrom('2026-13-45T99:99', '-0', '1e999', '0x10', 'NaN', 'null', ' ', 'INSERT', 'REMOVE'),
);

const number = fc.oneof(
  fc.constantFrom(0, -0, -1, 1e308, 5e-324, 2 ** 53, 2 ** 53 + 2, -1e21, 8.64e15 + 1, 1.5),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** As attributes of DynamoDB, well and badly formed. */
const attribute = fc.oneof(
  text.map((S) => ({ S })),
  fc
    .constantFrom(
      '0',
      '-0',
      '1e400',
      'NaN',
      'Infinity',
      '',
      '00',
      '9'.repeat(60),
      '1e-500',
      '12345678901234567890.5',
    )
    .map((N) => ({ N })),
  fc.constantFrom<Json>(
    { NULL: true },
    { BOOL: 'true' },
    { M: {} },
    { L: [] },
    { SS: [] },
    { NS: ['x'] },
    { B: '%' },
  ),
  fc.constantFrom<Json>({}, { S: 'a', N: '1' }, { X: 'y' }, { L: { length: 3 } }, { M: [] }, { SS: 'ab' }),
  fc.constantFrom(...NAMES).map((name) => ({ M: { [`own ${name}`]: { S: SECRET } } })),
);

/** Written out by `writtenOut`. */
const mark = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 30_000 }).map((size) => `<text ${size}>`) },
  { weight: 4, arbitrary: fc.nat({ max: 300 }).map((size) => `<list ${size}>`) },
  { weight: 4, arbitrary: fc.nat({ max: 300 }).map((size) => `<map ${size}>`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('<text 1500000>', '<list 20000>', '<map 20000>', '<members 3000>'),
  },
);

export const oddValue: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Json>(null, true, false, [], {}, [null], '') },
  { weight: 4, arbitrary: text },
  { weight: 3, arbitrary: number },
  { weight: 5, arbitrary: attribute },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json> },
  { weight: 1, arbitrary: mark },
);

export const oddName = fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: 'binary', maxLength: 6 }));

const MARK = /"<(text|list|map|members) (\d+)>"/g;

/** @param json with marks. @returns the JSON text that they stand for */
export function writtenOut(json: string): string {
  return json.replace(MARK, (_, kind: string, digits: string) => huge(kind, Number(digits)));
}

function huge(kind: string, size: number): string {
  switch (kind) {
    case 'text':
      return `"${SECRET}${'x'.repeat(size)}"`;
    case 'list':
      return `${'{"L":['.repeat(size)}{"NULL":true}${']}'.repeat(size)}`;
    case 'map':
      return `${'{"M":{"a":'.repeat(size)}{"S":"${SECRET}"}${'}}'.repeat(size)}`;
    default:
      return `{"M":{${Array.from({ length: size }, (_, at) => `"a${at}":{"N":"${at}"}`).join(',')}}}`;
  }
}
