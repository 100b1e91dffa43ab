/** Filters say exactly which records are meant, and refuse what they do not understand: bulk changes depend on them. */
import { describe, expect, test } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { matchesIn, matchesRecord, matchesUnread, namesLetters, parseWhere } from './where.ts';

const NOW = Date.parse('2026-09-17T12:00:00Z');

const bid = {
  processor: 'bids',
  error: { code: 'INVALID_BID' },
  key: 'PK=PRODUCT#1 SK=BID#7',
  eventId: 'e1',
  sequenceNumber: '100',
  failedAt: '2026-09-17T10:30:00.000Z',
};

const matches = (...texts: string[]) => matchesRecord(parseWhere(texts, NOW), bid);

describe('a record is meant', () => {
  test.each([
    [[]],
    [['processor=bids']],
    [['processor=bids,code=INVALID_BID']],
    [['processor=bids', 'code=INVALID_BID']],
    [['code=OTHER', 'code=INVALID_BID']],
    [['key=PRODUCT#1']],
    [['key=BID#7']],
    [['key=PK=PRODUCT#1']],
    [['key=PK=PRODUCT#1 SK=BID#7']],
    [['key=PRODUCT#*']],
    [['key=*BID*']],
    [['event=e1']],
    [['event=100']],
    [['event=e2,event=e1']],
    [['since=2h']],
    [['since=91m']],
    [['since=5400s']],
    [['since=1d']],
    [['until=1h']],
    [['until=89m']],
    [['since=2026-09-17T10:30:00Z,until=2026-09-17T10:30:00.001Z']],
    [['since=2026-09-17']],
    [['processor=bids, code=INVALID_BID']],
    [['since=2h,until=1h']],
  ])('by %j', (texts) => {
    expect(matches(...texts)).toBe(true);
  });
});

describe('a record is not meant', () => {
  test.each([
    [['processor=bid']],
    [['processor=bids,code=OTHER']],
    [['processor=bids', 'code=OTHER']],
    [['key=PRODUCT#']],
    [['key=PRODUCT']],
    [['key=RODUCT#1']],
    [['key=PRODUCT.1']],
    [['event=e']],
    [['since=1h']],
    [['since=89m']],
    [['since=5399s']],
    [['until=2h']],
    [['until=90m']],
    [['until=1d']],
    [['until=2026-09-17T10:30:00Z']],
  ])('by %j', (texts) => {
    expect(matches(...texts)).toBe(false);
  });
});

test('a comma belongs to the value unless a field follows', () => {
  expect(parseWhere([' key=a, b,  code=C'], NOW)).toMatchObject({ key: ['a, b'], code: ['C'] });
  expect(parseWhere(['key=a,b,code=C'], NOW)).toMatchObject({ key: ['a,b'], code: ['C'] });
});

test('a record without a key, an id or a time is not meant by one', () => {
  const bare = { processor: 'bids', error: { code: 'X' }, failedAt: 'never' };
  for (const text of ['key=*', 'event=e1', 'since=3d', 'until=1s'])
    expect(matchesRecord(parseWhere([text], NOW), bare)).toBe(false);
  expect(matchesRecord(parseWhere(['code=X'], NOW), bare)).toBe(true);
});

test('a record is meant by the processor in whose queue it waits, whatever its letter claims', () => {
  const letter = { processor: 'bookings', resolvable: true };
  const inBookings = (text: string) => matchesIn(parseWhere([text], NOW), letter, bid);
  expect(['processor=bookings', 'code=INVALID_BID', 'processor=bids'].map(inBookings)).toEqual([
    true,
    true,
    false,
  ]);
});

test('what was read of a letter is also meant by why the rest could not be read', () => {
  const letter = { processor: 'bids', resolvable: false, reason: { code: 'STREAM_TRIMMED' } };
  const meant = (text: string, parts: object = {}) =>
    matchesIn(parseWhere([text], NOW), { ...letter, ...parts }, bid);
  expect(meant('code=STREAM_TRIMMED')).toBe(true);
  expect(meant('code=INVALID_BID')).toBe(true);
  for (const text of ['code=OTHER', 'code=STREAM_TRIMMED,event=e2', 'code=STREAM_TRIMMED,processor=bookings'])
    expect(meant(text)).toBe(false);
  // Where all was read it is no more than a remark.
  expect(meant('code=STREAM_TRIMMED', { resolvable: true })).toBe(false);
});

test.each([
  ['code=X', true],
  ['key=a', true],
  ['event=e1', true],
  ['since=1h', true],
  ['until=1h', true],
  ['processor=bids', false],
])('%s names letters: %s', (text, names) => {
  expect(namesLetters(parseWhere([text], NOW))).toBe(names);
});

test('a test message is meant by its own code', () => {
  const letter = { form: 'test-message' as const, processor: 'bids' };
  expect(matchesUnread(parseWhere(['code=TEST_MESSAGE'], NOW), letter)).toBe(true);
  expect(matchesUnread(parseWhere(['code=EMPTY'], NOW), letter)).toBe(false);
});

test('a letter that could not be read is meant by its condition or its reason, never by a key', () => {
  const letter = {
    form: 'pointer' as const,
    processor: 'bids',
    condition: 'RetryAttemptsExhausted',
    reason: { code: 'STREAM_TRIMMED' },
    failedAt: bid.failedAt,
  };
  const unread = (text: string) => matchesUnread(parseWhere([text], NOW), letter);
  expect(
    [
      'code=STREAM_TRIMMED',
      'code=RetryAttemptsExhausted',
      'code=OTHER,code=STREAM_TRIMMED',
      'processor=bids',
      'since=2h',
    ].map(unread),
  ).toEqual(Array(5).fill(true));
  expect(['code=X', 'processor=x', 'key=*', 'event=e1', 'since=1h'].map(unread)).toEqual(
    Array(5).fill(false),
  );
});

test.each([
  ['', /there is no field \(empty\)/],
  ['INVALID_BID', /there is no field INVALID_BID/],
  ['procesor=bids', /there is no field procesor; fields are processor, code/],
  ['processor=bids,cod=X', /there is no field cod/],
  ['code=', /code: a value is missing/],
  ['since=yesterday', /since=yesterday: is no time/],
  ['since=2w', /is no time/],
  ['since=x2h', /is no time/],
  ['since=2hours', /is no time/],
  ['since=5', /is no time/],
  ['until=2026-13-01', /until=2026-13-01: is no time/],
  ['since=1h,until=1h', /since must be before until/],
  ['since=1h,since=2h', /since: say it once/],
  ['since=1h,until=2h', /since must be before until/],
])('%j is refused with the way out', (text, message) => {
  const parse = () => parseWhere([text], NOW);
  expect(parse).toThrow(Problem);
  expect(parse).toThrow(message);
});
