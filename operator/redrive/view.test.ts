/** What a person reads before they confirm, and after: nothing that goes, stays or is not known is left unsaid. */
import { expect, test } from 'vitest';
import type { DiscardedRecord, DiscardList } from './discard.ts';
import type { PlanReport, PlanRow, RecordResult, UnreadLetter } from './report.ts';
import { discardText, planText, resultText } from './view.ts';

/** A pipe: nothing is cut. */
const PIPE = { isTTY: false, columns: 0 };

const lines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/ {2,}/g, ' | '));

const plan = (parts: Partial<PlanReport>): PlanReport => ({
  records: 0,
  letters: 0,
  rows: [],
  empty: {},
  unread: [],
  incomplete: [],
  ...parts,
});
const sample = (key: string | null, eventId: string | null = 'e1') => ({
  processor: 'bids',
  eventId,
  sequenceNumber: null,
  key,
});
const row = (parts: Partial<PlanRow> = {}): PlanRow => ({
  processor: 'bids',
  verdict: 'apply',
  code: 'INVALID_BID',
  records: 1,
  itemNow: { 'as in the record': 1 },
  samples: [sample('PK=b1')],
  ...parts,
});

test('a plan says how many records are in how many letters, and of each kind why, and how its items are now', () => {
  const rows = [
    row({ records: 1_200, itemNow: { 'as in the record': 1_000, deleted: 200 } }),
    row({ tooOld: true }),
    row({ verdict: 'already-applied', samples: [sample(null)] }),
    row({ verdict: 'ignored', why: 'other-row', itemNow: { unread: 1 }, samples: [sample(null, null)] }),
    row({ verdict: 'unresolvable', why: 'DOCUMENT_REFUSED (x)', details: 'harvestDate: text' }),
  ];
  expect(lines(planText(plan({ records: 1_204, letters: 3, rows }), PIPE))).toEqual([
    '1,204 records in 3 letters',
    'PROCESSOR | VERDICT | RECORDS | FAILED WITH | BECAUSE | ITEM NOW | E.G.',
    'bids | apply | 1,200 | INVALID_BID | 1,000 as in the record, 200 deleted | PK=b1',
    'bids | left: too old | 1 | INVALID_BID | as in the record | PK=b1',
    'bids | already applied | 1 | INVALID_BID | as in the record | e1',
    'bids | ignored | 1 | INVALID_BID | other-row | unread | —',
    'bids | unresolvable | 1 | INVALID_BID | DOCUMENT_REFUSED (x) | as in the record | PK=b1',
    'bids, DOCUMENT_REFUSED (x), e.g. PK=b1: harvestDate: text',
  ]);
});

const unread = (parts: Partial<UnreadLetter> = {}): UnreadLetter => ({
  processor: 'bids',
  form: 'pointer',
  reason: { code: 'STREAM_DENIED', details: 'allow it' },
  ...parts,
});

test('a plan says which letters go with nothing in them, which cannot be decided, and what was not read', () => {
  const text = planText(
    plan({
      empty: { 'test-message': 2, envelope: 1 },
      unread: [
        unread(),
        unread(),
        unread({ processor: 'products' }),
        unread({ form: 'unknown', reason: { code: 'NOT_JSON' } }),
      ],
      incomplete: ['products: more than 100,000 messages'],
    }),
    PIPE,
  );
  expect(lines(text)).toEqual([
    '2 test messages of S3: nothing is in there, it goes too',
    '1 notification of a letter that is settled: nothing is in there, it goes too',
    'bids: 2 letters of form pointer cannot be decided and stay: STREAM_DENIED: allow it',
    'products: 1 letter of form pointer cannot be decided and stays: STREAM_DENIED: allow it',
    'bids: 1 letter of form unknown cannot be decided and stays: NOT_JSON',
    'not all was read: products: more than 100,000 messages',
  ]);
});

const result = (parts: Partial<RecordResult>): RecordResult => ({
  ...sample('PK=b1'),
  verdict: 'apply',
  result: 'applied',
  settled: true,
  ...parts,
});
const left = (code: string, parts: Partial<RecordResult> = {}) =>
  result({ result: 'failed', settled: false, failure: { code }, ...parts });

test('a result says what became of how many records, and what is left for which reason', () => {
  const results = [
    result({}),
    result({ result: 'already-applied' }),
    result({}),
    left('BUSY'),
    left('BUSY'),
    left('DOWN', { key: null }),
    left('EARLIER_UNSETTLED', { result: 'held-back' }),
  ];
  expect(lines(resultText(results, { settled: 2, putBack: 1 }, PIPE))).toEqual([
    '2 applied, 1 already applied, 3 failed, 1 held back; 2 letters gone, 1 record put back as letters of their own',
    'left:',
    'PROCESSOR | RESULT | RECORDS | BECAUSE | E.G.',
    'bids | failed | 2 | BUSY | PK=b1',
    'bids | failed | 1 | DOWN | e1',
    'bids | held back | 1 | EARLIER_UNSETTLED | PK=b1',
  ]);
});

test('a result tells of letters that went with nothing in them, and says nothing where nothing was done', () => {
  expect(resultText([], { settled: 2, putBack: 0 }, PIPE)).toBe('2 letters gone\n');
  expect(resultText([], { settled: 0, putBack: 0 }, PIPE)).toBe('');
});

const discarded = (key: string, failedAt = '2026-01-02T00:00:00.000Z', code = 'BAD'): DiscardedRecord => ({
  ...sample(key),
  code,
  failedAt,
});
const list = (parts: Partial<DiscardList>): DiscardList => ({ records: [], letters: [], kept: [], ...parts });
const STAYS =
  'bids: a letter of form pointer stays: it could not be read just now (STREAM_DENIED); try again, or name its code with --where';

test('who discards sees of each group its oldest failure and its keys, and every letter that goes or stays', () => {
  const records = [
    discarded('a'),
    discarded('a', '2026-01-01T00:00:00.000Z'),
    discarded('b', '2026-01-03T00:00:00.000Z'),
    discarded('c'),
    discarded('d'),
    discarded('e', undefined, 'WORSE'),
    discarded('f', undefined, 'WORSE'),
    discarded('g', undefined, 'WORSE'),
  ];
  const letters = [
    unread({ form: 'unknown', reason: { code: 'NOT_JSON' } }),
    { processor: 'bids', form: 'test-message' } as const,
  ];
  expect(lines(discardText(list({ records, letters, kept: [unread()] }), PIPE))).toEqual([
    'to be discarded:',
    'PROCESSOR | FAILED WITH | RECORDS | OLDEST | KEYS',
    'bids | BAD | 5 | 2026-01-01 00:00:00Z | a, b, c, and 1 more',
    'bids | WORSE | 3 | 2026-01-02 00:00:00Z | e, f, g',
    'bids: a letter of form unknown (NOT_JSON)',
    'bids: a letter of form test-message',
    STAYS,
  ]);
});

test('who discards is told of what stays also when nothing goes', () => {
  expect(lines(discardText(list({ kept: [unread()] }), PIPE))).toEqual([STAYS]);
  expect(discardText(list({}), PIPE)).toBe('');
});
