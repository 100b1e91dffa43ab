/** Counts are true: each record once in however many letters it is, each group with its oldest and its time left. */
import { describe, expect, test } from 'vitest';
import { streamRecord } from '../../test/support/record.ts';
import { recordIdentity } from './identity.ts';
import type { Letter, LetterContent } from './letter.ts';
import { letterOf } from './letter-of.ts';
import { readText } from './read-message.ts';
import { summing } from './summary.ts';
import { envelope, givenUp, payloadOf, threeRecords } from './testing.ts';
import { summaryText } from './text-view.ts';
import { ANYWHERE, parseWhere } from './where.ts';

const NOW = Date.parse('2026-09-17T15:00:00Z');
const SENT = Date.parse('2026-09-17T14:00:00Z');

let messages = 0;
function letter(value: unknown, processor = 'bids'): Letter {
  const [found] = readText(JSON.stringify(value));
  const content = found?.kind === 'letter' ? found.content : undefined;
  const message = { queueUrl: 'q', messageId: `m${messages++}`, receiptHandle: 'r', sentAtMs: SENT };
  return letterOf(content as LetterContent, processor, { message });
}

function sum(
  letters: readonly Letter[],
  by: Parameters<typeof summing>[0] = ['processor', 'code'],
  where = ANYWHERE,
) {
  const sums = summing(by, where, NOW);
  for (const one of letters) sums.add(one);
  return sums.summary();
}

const failed = (eventID: string, failedAt = '2026-09-17T13:00:00.000Z') =>
  envelope({ failedAt, record: streamRecord({ eventID }) });

describe('a summary', () => {
  test('groups by processor and code, the largest group first', () => {
    const { groups, ...total } = sum([
      letter(failed('a')),
      letter(failed('b', '2026-09-17T12:00:00.000Z')),
      letter({ ...failed('c'), error: { code: 'OTHER' } }),
      letter(givenUp({ payload: payloadOf(threeRecords()) })),
    ]);
    expect(total).toEqual({ letters: 4, records: 6, unread: 0, repeated: 0, pointers: { letters: 0 } });
    expect(groups.map(({ by, records, letters }) => [by.code, records, letters])).toEqual([
      ['RetryAttemptsExhausted', 3, 1],
      ['INVALID_BID', 2, 2],
      ['OTHER', 1, 1],
    ]);
    expect(groups[1]).toMatchObject({
      oldest: '2026-09-17T12:00:00.000Z',
      newest: '2026-09-17T13:00:00.000Z',
      expiresAt: '2026-10-01T14:00:00.000Z',
      samples: ['PK=PRODUCT#p1 SK=DETAILS'],
    });
  });

  test('counts a record that is in two letters once, also when a mapping gave it up as well', () => {
    const [first, second, third] = threeRecords();
    const batch = givenUp({ payload: payloadOf([first, second, third]) });
    const { groups, ...total } = sum([
      letter(envelope({ record: first })),
      letter(envelope({ record: first })),
      letter(batch),
    ]);
    expect(total).toMatchObject({ records: 3, repeated: 2, letters: 3 });
    // In each of the ways in which it failed.
    expect(groups.map(({ by, records, letters }) => [by.code, records, letters])).toEqual([
      ['RetryAttemptsExhausted', 3, 1],
      ['INVALID_BID', 1, 2],
    ]);
  });

  test('shows a pointer that was not read with the records it says, and when the stream forgets them', () => {
    const { groups, pointers, unread } = sum([letter(givenUp())]);
    expect({ pointers, unread }).toEqual({
      pointers: { letters: 1, expiresAt: '2026-09-18T13:02:26.000Z' },
      unread: 3,
    });
    expect(groups).toMatchObject([{ by: { code: 'NEEDS_SYSTEM' }, letters: 1, records: 0, unread: 3 }]);
  });

  test('groups by age, key and form', () => {
    const letters = [
      letter(failed('a', '2026-09-17T14:30:00.000Z')),
      letter(failed('b', '2026-09-10T00:00:00.000Z')),
    ];
    expect(
      sum(letters, ['age'])
        .groups.map(({ by }) => by.age)
        .sort(),
    ).toEqual(['3 d and more', 'under 1 h']);
    expect(sum(letters, ['key']).groups).toMatchObject([
      { by: { key: 'PK=PRODUCT#p1 SK=DETAILS' }, records: 2 },
    ]);
    expect(sum([...letters, letter('x')], ['form']).groups.map(({ by }) => by.form)).toEqual([
      'envelope',
      'unknown',
    ]);
  });

  test('counts only what is meant', () => {
    const letters = [letter(failed('a')), letter(failed('b')), letter('nonsense')];
    expect(sum(letters, ['processor'], parseWhere(['event=a'], NOW))).toMatchObject({
      letters: 1,
      records: 1,
    });
  });

  test('counts of a letter with several records those that are meant', () => {
    const batch = letter(givenUp({ payload: payloadOf(threeRecords()) }));
    const event = threeRecords()[1]?.eventID ?? '';
    expect(sum([batch], ['code'], parseWhere([`event=${event}`], NOW))).toMatchObject({
      letters: 1,
      records: 1,
      groups: [{ letters: 1, records: 1 }],
    });
    const unread = letter(givenUp());
    expect(sum([batch, unread], ['code'], parseWhere(['code=NEEDS_SYSTEM'], NOW))).toMatchObject({
      letters: 1,
      records: 0,
      unread: 3,
    });
  });

  test('finds a letter under the processor in whose queue it waits, whatever it claims', () => {
    const strayed = letter(failed('a'), 'bookings');
    const inBookings = parseWhere(['processor=bookings'], NOW);
    expect(sum([strayed], ['processor'], inBookings).groups).toMatchObject([
      { by: { processor: 'bookings' }, records: 1 },
    ]);
    expect(sum([strayed], ['processor'], parseWhere(['processor=bids'], NOW)).letters).toBe(0);
  });

  test('puts what the mapping says of letters that were not read beside records, then letters, then age', () => {
    const coded = (code: string, failedAt: string, ...ids: string[]) =>
      ids.map((id) => letter({ ...failed(id, failedAt), error: { code } }));
    const [early, late] = ['2026-09-17T10:00:00.000Z', '2026-09-17T11:00:00.000Z'];
    const { groups } = sum(
      [
        ...coded('LATE', late, 'a'),
        ...coded('EARLY', early, 'b'),
        ...coded('TWO', late, 'c', 'd'),
        ...coded('TWICE', late, 'e', 'e'),
        letter(givenUp()),
      ],
      ['code'],
    );
    expect(groups.map(({ by }) => by.code)).toEqual(['NEEDS_SYSTEM', 'TWO', 'TWICE', 'EARLY', 'LATE']);
  });

  test.each([
    ['2026-09-17T14:00:01.000Z', 'under 1 h'],
    ['2026-09-17T14:00:00.000Z', 'under 6 h'],
    ['2026-09-17T09:00:00.000Z', 'under 24 h'],
    ['2026-09-16T15:00:01.000Z', 'under 24 h'],
    ['2026-09-16T15:00:00.000Z', 'under 3 d'],
    ['2026-09-14T15:00:00.000Z', '3 d and more'],
  ])('of what failed at %s is %s old', (failedAt, age) => {
    expect(sum([letter(failed('a', failedAt))], ['age']).groups).toMatchObject([{ by: { age } }]);
  });

  test('of what does not say when, has no age, and the time of its message left', () => {
    const timeless = letter(
      givenUp({ timestamp: undefined, info: { approximateArrivalOfFirstRecord: undefined } }),
    );
    const { groups } = sum([timeless], ['age']);
    expect(groups).toMatchObject([{ by: { age: 'unknown' }, expiresAt: '2026-10-01T14:00:00.000Z' }]);
    expect(groups[0]).not.toHaveProperty('oldest');
  });

  test('has the time left of what is lost first, and the examples that somebody can look for', () => {
    const batch = letter(givenUp({ payload: payloadOf(threeRecords()) }));
    const object = { bucket: 'failures', key: 'aws/lambda/k' };
    const found = { ...batch, source: { object } };
    // Without a message it is as old as its failure.
    expect(sum([found]).groups).toMatchObject([{ expiresAt: '2026-10-01T13:03:40.011Z' }]);
    const unread = { ...letter(givenUp()), source: { object } };
    expect(sum([unread, letter(givenUp({ timestamp: '2026-09-17T14:30:00.000Z' }))]).groups).toMatchObject([
      {
        oldest: '2026-09-17T13:03:40.011Z',
        newest: '2026-09-17T14:30:00.000Z',
        expiresAt: '2026-09-18T13:02:26.000Z',
        samples: ['aws/lambda/k', expect.stringMatching(/^m\d+$/)],
      },
    ]);
    const keyless = letter(envelope({ record: { eventID: 'e1' } }));
    expect(sum([keyless, letter(envelope({ record: null }))]).groups).toMatchObject([
      { samples: ['e1', '(no key)'] },
    ]);
  });

  test('tells of every letter whose records only the stream holds, and of the first that it forgets', () => {
    const damaged = { ...letter(givenUp({ payload: 'damaged' })), expiresAt: '2026-09-18T10:00:00.000Z' };
    const { pointers } = sum([letter(givenUp()), damaged, letter(failed('a'))]);
    expect(pointers).toEqual({ letters: 2, expiresAt: '2026-09-18T10:00:00.000Z' });
  });

  test('keeps the same few samples for ten thousand letters', () => {
    const many = sum(Array.from({ length: 10_000 }, (_, index) => letter(failed(`e${index}`))));
    expect(many.records).toBe(10_000);
    expect(JSON.stringify(many).length).toBeLessThan(1_000);
  });

  test('as text shows no control characters', () => {
    const evil = streamRecord({ keys: { PK: { S: 'a\u001b[2J\u202e' }, SK: { S: 'x' } } });
    const out = { isTTY: false, columns: 80 } as const;
    const text = summaryText(sum([letter(envelope({ record: evil }))]), ['processor', 'code'], NOW, out);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
    expect(text).toContain('INVALID_BID');
    expect(summaryText(sum([]), ['code'], NOW, out)).toBe('no dead letters\n');
  });
});

describe('a record’s identity', () => {
  const identity = (record: unknown) => {
    const one = letter(envelope({ record, streamArn: 'arn:aws:dynamodb:r:1:table/T/stream/x' }));
    const [first] = one.records;
    return first === undefined ? undefined : recordIdentity(first, one, 0);
  };
  const { eventID: _, ...nameless } = streamRecord({ seq: '7' });

  test('is its event’s, else its place in the stream, else its letter’s', () => {
    expect(identity(streamRecord({ eventID: 'a' }))).toBe(identity(streamRecord({ eventID: 'a', seq: '9' })));
    expect(identity(nameless)).toBe(identity(nameless));
    expect(identity(null)).not.toBe(identity(null));
  });

  test('of another table or processor is another', () => {
    const one = letter(envelope({ record: streamRecord() }));
    const [record] = one.records;
    if (record === undefined) throw new Error('no record');
    const own = recordIdentity(record, one, 0);
    expect(recordIdentity({ ...record, processor: 'x' }, one, 0)).not.toBe(own);
    expect(
      recordIdentity({ ...record, streamArn: 'arn:aws:dynamodb:r:1:table/U/stream/x' }, one, 0),
    ).not.toBe(own);
  });
});
