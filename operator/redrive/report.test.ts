/** What is alike is one row, what differs in anything that a person decides by is another; and nothing that is known of a letter is left out. */
import { expect, test } from 'vitest';
import type { Letter } from '../dead-letters/letter.ts';
import type { Entry } from './entry.ts';
import { countBy, planRows, resultOf, unreadLetter } from './report.ts';
import { type EntryParts, entry } from './testing.ts';

const unresolvable = (failure: { code: string; type?: string; details?: string }, passing = false) =>
  ({ kind: 'unresolvable', failure, passing }) as const;
const failedWith = (code: string, one = entry()): Entry => ({
  ...one,
  facts: { ...one.facts, error: { code } },
});

test('records that are alike are one row, with some of their names and how many of their items are how', () => {
  const parts: EntryParts[] = [{}, { present: 'deleted' }, {}, {}, {}];
  const rows = planRows(parts.map((one, index) => entry({ eventId: `e${index}`, ...one })));
  expect(rows).toMatchObject([
    { records: 5, code: 'FIRST', verdict: 'apply', itemNow: { 'as in the record': 4, deleted: 1 } },
  ]);
  expect(rows[0]?.samples.map(({ eventId }) => eventId)).toEqual(['e0', 'e1', 'e2']);
});

const tooOld = { settled: false, word: 'too-old', failure: { code: 'TOO_OLD' } } as const;
test.each<[string, Entry, Entry]>([
  ['processor', entry(), entry({ processor: 'bids' })],
  ['verdict', entry(), entry({ verdict: { kind: 'gone' } })],
  ['age', entry(), entry({ result: tooOld })],
  ['first failure', entry(), failedWith('OTHER')],
  [
    'rule',
    entry({ verdict: { kind: 'ignored', rule: 'a' } }),
    entry({ verdict: { kind: 'ignored', rule: 'b' } }),
  ],
  [
    'present failure',
    entry({ verdict: unresolvable({ code: 'A', type: 'b' }) }),
    entry({ verdict: unresolvable({ code: 'A', type: 'c' }) }),
  ],
  [
    'chance to be judged later',
    entry({ verdict: unresolvable({ code: 'A' }) }),
    entry({ verdict: unresolvable({ code: 'A' }, true) }),
  ],
])('records that differ in their %s are two rows', (_, one, other) => {
  expect(
    planRows([one, other, one])
      .map(({ records }) => records)
      .sort(),
  ).toEqual([1, 2]);
});

test('within a processor what is carried out comes first, and what stays comes last', () => {
  const kinds = ['gone', 'ignored', 'superseded', 'apply', 'already-applied'] as const;
  const entries = [
    entry({ verdict: unresolvable({ code: 'A' }) }),
    ...kinds.map((kind) => entry({ verdict: kind === 'ignored' ? { kind, rule: 'a' } : { kind } })),
  ];
  expect(planRows(entries).map(({ verdict }) => verdict)).toEqual([
    'apply',
    'already-applied',
    'superseded',
    'ignored',
    'gone',
    'unresolvable',
  ]);
});

test('a row of what stays says why in the words of the function', () => {
  const failure = { code: 'DOCUMENT_REFUSED', type: 'mapper_parsing_exception', details: 'harvestDate' };
  expect(planRows([entry({ verdict: unresolvable(failure) })])).toMatchObject([
    { why: 'DOCUMENT_REFUSED (mapper_parsing_exception)', details: 'harvestDate' },
  ]);
});

test('a record that was not planned may be judged later: nobody is told to give it up', () => {
  expect(planRows([entry({ verdict: undefined })])).toMatchObject([
    { verdict: 'unresolvable', why: 'NOT_PLANNED', passing: true },
  ]);
});

test.each<[string, EntryParts, object]>([
  [
    'is settled',
    { result: { settled: true, word: 'applied' } },
    { verdict: 'apply', result: 'applied', settled: true },
  ],
  [
    'is ignored, with the rule',
    { verdict: undefined, result: { settled: true, word: 'ignored', rule: 'other-row' } },
    { verdict: null, result: 'ignored', settled: true, rule: 'other-row' },
  ],
  [
    'failed, with the failure',
    { result: { settled: false, word: 'failed', failure: { code: 'NO' } } },
    { verdict: 'apply', result: 'failed', settled: false, failure: { code: 'NO' } },
  ],
  [
    'had no turn',
    { result: undefined },
    { verdict: 'apply', result: 'not-tried', settled: false, failure: { code: 'NOT_TRIED' } },
  ],
])('a result says of a record that it %s', (_, parts, expected) => {
  expect(resultOf(entry(parts))).toEqual({
    processor: 'products',
    eventId: 'e1',
    sequenceNumber: '1',
    key: 'PK=p1',
    ...expected,
  });
});

test('a letter that cannot be read is told of with why, since when, and until when it can be', () => {
  const facts = {
    processor: 'bids',
    form: 'pointer',
    reason: { code: 'STREAM_UNREACHABLE' },
    condition: 'RetryAttemptsExhausted',
    failedAt: '2026-01-01T00:00:00.000Z',
    expiresAt: '2026-01-02T00:00:00.000Z',
  } as const;
  const letter: Letter = { ...facts, source: {}, records: [], resolvable: false };
  expect(unreadLetter(letter)).toEqual(facts);
});

test('what is counted is counted whole', () => {
  expect(countBy(['a', 'b', 'a'], (name) => name)).toEqual({ a: 2, b: 1 });
});
