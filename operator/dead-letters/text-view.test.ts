/** What a person reads of letters is all that there is to know of them, and nothing that somebody else wrote reaches the terminal as it is. */
import { expect, test } from 'vitest';
import { streamRecord } from '../../test/support/record.ts';
import type { Letter } from './letter.ts';
import { letterOf } from './letter-of.ts';
import type { Group, Summary } from './summary.ts';
import { envelope, givenUp, payloadOf, readLetter, threeRecords } from './testing.ts';
import { letterLines, summaryText } from './text-view.ts';

const NOW = Date.parse('2026-09-17T15:00:00.000Z');
const file = { isTTY: false, columns: 0 } as const;

const group = (parts: Partial<Group>): Group => ({
  by: { processor: 'bids', code: 'INVALID_BID' },
  letters: 1,
  records: 1,
  unread: 0,
  oldest: '2026-09-17T13:00:00.000Z',
  expiresAt: '2026-09-19T15:00:00.000Z',
  samples: ['PK=a'],
  ...parts,
});

const summary = (parts: Partial<Summary>): Summary => ({
  letters: 1,
  records: 1,
  unread: 0,
  repeated: 0,
  pointers: { letters: 0 },
  groups: [group({})],
  ...parts,
});

const shown = (parts: Partial<Summary>) => summaryText(summary(parts), ['processor', 'code'], NOW, file);

test('a table of groups says how many, how old, how long still, and what for example', () => {
  const groups = [
    group({ letters: 1_200, records: 1_300, samples: ['PK=a', `PK=${'x'.repeat(200)}`] }),
    group({
      by: { processor: 'bids', code: '' },
      records: 0,
      unread: 3,
      expiresAt: '2026-09-17T14:00:00.000Z',
    }),
  ];
  const [head, first, second] = shown({ letters: 1_201, records: 1_300, unread: 3, groups }).split('\n');
  const cells = (line = '') => line.trim().split(/ {2,}/);
  expect(cells(head)).toEqual(['PROCESSOR', 'CODE', 'RECORDS', 'LETTERS', 'OLDEST', 'TIME LEFT', 'E.G.']);
  expect(cells(first).slice(0, -1)).toEqual(['bids', 'INVALID_BID', '1,300', '1,200', '2 h ago', '2 d']);
  expect(cells(first).at(-1)).toMatch(/^PK=a, PK=x{50,57}…$/);
  // A star stands for what could not be read; what is over is none.
  expect(cells(second)).toEqual(['bids', '-', '3*', '1', '2 h ago', 'none', 'PK=a']);
});

test('below it are all records and letters, those in several letters, and those that could not be read', () => {
  expect(shown({ letters: 2 })).toMatch(/\n\n1 record in 2 letters\n$/);
  expect(shown({ letters: 9, records: 5, repeated: 3, unread: 4 })).toMatch(
    /\n5 records in 9 letters, 3 more times in another letter; \* 4 records could not be read\n$/,
  );
});

test('a single pointer is told with the time that it has, and the command that keeps it', () => {
  expect(shown({ pointers: { letters: 1, expiresAt: '2026-09-17T15:30:00.000Z' } })).toMatch(
    /\n1 letter without records.* time left: 30 min\. To keep them: streamkeeper dlq rescue\n$/,
  );
  expect(shown({ pointers: { letters: 2 } })).toContain('2 letters without records');
  expect(shown({})).not.toContain('rescue');
});

test('forty groups are shown, and how many there are more', () => {
  const groups = Array.from({ length: 43 }, (_, index) =>
    group({ by: { processor: 'bids', code: `C${index}` } }),
  );
  const text = shown({ groups });
  expect(text.match(/C\d+/g)).toHaveLength(40);
  expect(text).toContain('… and 3 more groups (--json has all)');
  expect(shown({ groups: groups.slice(0, 40) })).not.toContain('more group');
});

const message = { queueUrl: 'q', messageId: 'm1', receiptHandle: 'r', sentAtMs: 0 };
const object = { bucket: 'failures', key: 'aws/lambda/k' };
const lines = (letter: Letter, images: 'masked' | 'whole' = 'masked') =>
  letterLines(letter, { images, nowMs: NOW });

test('a letter is shown with where it is, when and why it failed, and its record masked', () => {
  const error = { code: 'DOCUMENT_REFUSED', type: 'mapper_parsing_exception', details: 'harvestDate' };
  const record = streamRecord({ newImage: { unit: { S: 'kg' } } });
  const letter = letterOf(readLetter(envelope({ error, record })), 'bids', { message, object });
  const text = [
    'envelope of bids',
    '  message    m1',
    '  object     s3://failures/aws/lambda/k',
    '  failed     2026-09-17T13:00:00.000Z (2 h ago)',
    `  stream     ${record.eventSourceARN}`,
    '  - INSERT PK=PRODUCT#p1 SK=DETAILS',
    '    event    event-100000000000000000001 at 100000000000000000001',
    '    error    DOCUMENT_REFUSED: mapper_parsing_exception: harvestDate',
    '    made     2023-11-14T22:13:20.000Z',
  ];
  expect(lines(letter)).toEqual([...text, '    after    unit: S ***']);
  expect(lines(letter, 'whole')).toEqual([...text, '    after    unit: S kg']);
});

test('a pointer is shown with its range, the time left, and why it was not read', () => {
  const content = readLetter(givenUp());
  const letter = letterOf(
    {
      ...content,
      reason: { code: 'STREAM_DENIED', details: 'allow it' },
      expiresAt: '2026-09-17T16:00:00.000Z',
    },
    'bids',
    { message },
  );
  expect(lines(letter).slice(2)).toEqual([
    '  failed     2026-09-17T13:03:40.011Z (1 h 56 min ago)',
    '  condition  RetryAttemptsExhausted',
    `  stream     ${content.batch?.streamArn}`,
    '  shard      shardId-00000001789649399079-0d666f96',
    '  range      41800003314721981745013 … 42100001330762507399791',
    '  batch      3 records',
    '  left       1 h, then the stream forgets the first record',
    '  unread     STREAM_DENIED: allow it',
  ]);
});

test('what was read and differs from what its message says is a note', () => {
  const batch = readLetter(givenUp({ payload: payloadOf(threeRecords().slice(1)) }));
  expect(lines(letterOf(batch, 'bids', { object })).join('\n')).toMatch(/\n {2}note +BATCH_SIZE_DIFFERS: /);
});

test('nothing of a letter moves the cursor, or turns its text', () => {
  const evil = 'a\u001b[2J\u202eb\n';
  const record = {
    eventID: evil,
    eventName: evil,
    dynamodb: { Keys: { [evil]: { S: evil } }, NewImage: { [evil]: { S: evil } } },
  };
  const error = { code: evil, type: evil, details: evil };
  const letters = [
    letterOf(readLetter(envelope({ error, record, processor: evil, streamArn: evil })), evil, {
      message: { ...message, messageId: evil },
      object: { bucket: evil, key: evil },
    }),
    letterOf(readLetter(givenUp({ condition: evil, info: { shardId: evil, streamArn: evil } })), 'bids', {}),
  ];
  for (const letter of letters)
    for (const line of lines(letter, 'whole')) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  const groups = [group({ by: { processor: evil, code: evil }, samples: [evil] })];
  expect(shown({ groups }).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
