/** Each record once, however many letters hold it; each letter with what it holds; what may not be sent says why. */
import { expect, test } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { streamRecord } from '../../test/support/record.ts';
import type { FailedRecord, Letter } from '../dead-letters/letter.ts';
import type { OpenLetters } from '../dead-letters/letters.ts';
import { recordFacts } from '../dead-letters/record-facts.ts';
import { ANYWHERE, type Where } from '../dead-letters/where.ts';
import { gather, limitTo } from './gather.ts';
import { emptySpill, entry } from './testing.ts';

const STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/bids/stream/2026-01-01T00:00:00.000';
const ELSEWHERE = STREAM.replace('table/bids', 'table/orders');
const mapping = { id: 'id', word: '', table: 'bids', streamArn: STREAM };

const stream = (changes: Record<string, unknown> = {}) => ({
  ...streamRecord(),
  eventSourceARN: STREAM,
  ...changes,
});

function failed(record: unknown = stream(), parts: Partial<FailedRecord> = {}): FailedRecord {
  return {
    processor: 'bids',
    streamArn: STREAM,
    failedAt: '2026-01-01T00:00:00.000Z',
    error: { code: 'FAILS' },
    ...recordFacts(record),
    record,
    ...parts,
  };
}

let letters = 0;
function letter(records: FailedRecord[], parts: Partial<Letter> = {}): Letter {
  return {
    form: 'failed-batch',
    processor: 'bids',
    source: { object: { bucket: 'failures', key: `${letters++}` } },
    records,
    resolvable: true,
    ...parts,
  };
}

async function gathered(found: Letter[], where: Partial<Where> = {}) {
  const released: Letter[] = [];
  let told = 0;
  const result = await gather({
    letters: {
      async *letters() {
        yield* found;
      },
      release: async (some: readonly Letter[]) => void released.push(...some),
    } as unknown as OpenLetters,
    processor: { name: 'bids', mappings: [mapping] },
    where: { ...ANYWHERE, ...where },
    spill: emptySpill,
    partitionKeyOf: async () => 'PK',
    onLetter: () => told++,
  });
  return { ...result, released, told };
}

const withImages = (images: Record<string, unknown>) => {
  const record = stream();
  return { ...record, dynamodb: { ...record.dynamodb, ...images } };
};

test('what is not meant is released, and held no longer', async () => {
  const meant = letter([failed()]);
  const other = letter([failed(stream({ eventID: 'other' }), { error: { code: 'OTHER' } })]);
  const unread = letter([], { form: 'unknown', resolvable: false, reason: { code: 'NOT_JSON' } });
  const found = await gathered([meant, other, unread], { code: ['FAILS'] });
  const { entries, parcels, released, told } = found;
  expect([entries.length, parcels.length, released, told]).toEqual([1, 1, [other, unread], 3]);
  expect([found.unread, found.empty]).toEqual([[], []]);
});

test('records wait outside of memory: no letter that is kept holds any', async () => {
  const { parcels } = await gathered([letter([failed(), failed(stream({ eventID: 'e2' }))])]);
  expect(parcels.map(({ letter: { records }, entries }) => [records, entries.length])).toEqual([[[], 2]]);
});

test('a record is as large as its bytes, however few characters they are, and an empty id is an id', async () => {
  const record = stream({ eventID: '', awsRegion: 'टमाटर' });
  const { entries } = await gathered([letter([failed(record)])]);
  expect(entries).toMatchObject([
    { bytes: Buffer.byteLength(JSON.stringify(record)), sent: { eventId: '' } },
  ]);
});

test('a record that comes again, in the letter or in another one, is one record', async () => {
  const { entries, parcels } = await gathered([letter([failed(), failed()]), letter([failed()])]);
  expect(entries).toHaveLength(1);
  expect(entries[0]?.parcels.size).toBe(2);
  expect(parcels.map(({ entries: own }) => own.length)).toEqual([1, 1]);
});

test.each([
  ['NewImage', { NewImage: { PK: { S: 'a' } } }],
  ['OldImage', { OldImage: { PK: { S: 'a' } } }],
  ['Keys', { Keys: { PK: { S: 'a' } } }],
])('two letters of one event are two records where they differ in %s', async (_, images) => {
  const { entries } = await gathered([letter([failed()]), letter([failed(withImages(images))])]);
  expect(entries).toHaveLength(2);
});

test('two letters of one event are two records where one says it was an insert', async () => {
  const changes = ['INSERT', 'MODIFY'].map((eventName) => letter([failed(stream({ eventName }))]));
  expect((await gathered(changes)).entries).toHaveLength(2);
});

test('the same change whose members are named in another order is one record', async () => {
  const [one, other] = [
    { price: { M: { min: { N: '1' }, max: { N: '2' } } }, unit: { S: 'kg' } },
    { unit: { S: 'kg' }, price: { M: { max: { N: '2' }, min: { N: '1' } } } },
  ].map((NewImage) => failed(withImages({ NewImage }))) as [FailedRecord, FailedRecord];
  expect((await gathered([letter([one]), letter([other])])).entries).toHaveLength(1);
});

test('a record is chosen by any of its letters, also where another one says otherwise of it', async () => {
  const chosen = failed(stream({ eventID: 'twice' }));
  const otherwise = { ...chosen, error: { code: 'OTHER' } };
  const beside = failed(stream({ eventID: 'beside' }));
  const { entries } = await gathered([letter([chosen]), letter([beside, otherwise])], { code: ['FAILS'] });
  expect(entries.map(({ sent, chosen: is }) => [sent.eventId, is])).toEqual([
    ['twice', true],
    ['beside', true],
  ]);
});

test('what was read of a letter is chosen by why the rest could not be read', async () => {
  const partly = letter([failed()], { resolvable: false, reason: { code: 'STREAM_DENIED' } });
  const whole = letter([failed(stream({ eventID: 'other' }))]);
  const { entries, released } = await gathered([partly, whole], { code: ['STREAM_DENIED'] });
  expect([entries.map(({ chosen }) => chosen), released]).toEqual([[true], [whole]]);
});

test.each<[string, FailedRecord, string | undefined]>([
  ['of its table', failed(), undefined],
  [
    'of its table before the stream was switched on anew',
    failed(stream({ eventSourceARN: STREAM.replace('2026', '2025') })),
    undefined,
  ],
  ['of another processor', failed(stream(), { processor: 'bookings' }), 'OTHER_PROCESSOR'],
  ['of another table', failed(stream({ eventSourceARN: ELSEWHERE })), 'OTHER_TABLE'],
  [
    'of another table by its letter, where it says nothing itself',
    failed(stream({ eventSourceARN: undefined }), { streamArn: ELSEWHERE }),
    'OTHER_TABLE',
  ],
])('a record %s is found by the queue it waits in, and refused or not: %#', async (_, record, code) => {
  const { entries } = await gathered([letter([record])], { processor: ['bids'] });
  expect(entries.map(({ refusal }) => refusal?.code)).toEqual([code]);
  expect(entries).toMatchObject([{ processor: 'bids', chosen: true }]);
});

test('a change is as old as it says, in ms, and stands in the stream that it says', async () => {
  const created = withImages({ ApproximateCreationDateTime: 1_767_225_600 });
  // Its letter may say less exactly where it came from.
  const { entries } = await gathered([
    letter([failed(created, { streamArn: STREAM.split('/stream/')[0] ?? '' })]),
  ]);
  expect(entries[0]).toMatchObject({
    createdAtMs: Date.parse('2026-01-01T00:00:00Z'),
    table: 'bids',
    position: { streamLabel: '2026-01-01T00:00:00.000' },
  });
});

const batchOf = (batchSize: number) => ({ batchSize, streamArn: STREAM }) as NonNullable<Letter['batch']>;
test.each<[string, Partial<Letter>, 'empty' | 'unread']>([
  ['a test message', { form: 'test-message' }, 'empty'],
  ['a window without records', { form: 'pointer', batch: batchOf(0) }, 'empty'],
  [
    'a batch of no records that names no positions',
    { form: 'pointer', batch: batchOf(0), resolvable: false, reason: { code: 'NO_SEQUENCE_NUMBERS' } },
    'empty',
  ],
  [
    'an announcement of a letter that could not be fetched',
    { form: 'envelope', resolvable: false, reason: { code: 'OBJECT_UNREACHABLE' } },
    'unread',
  ],
  [
    'an announcement of a letter that is gone',
    { form: 'envelope', resolvable: false, reason: { code: 'OBJECT_GONE' } },
    'empty',
  ],
  ['an announcement of what is gone', { resolvable: false, reason: { code: 'OBJECT_GONE' } }, 'empty'],
  ['a pointer whose records were not found', { form: 'pointer', batch: batchOf(3) }, 'unread'],
  [
    'a pointer that could not be followed',
    { form: 'pointer', batch: batchOf(0), resolvable: false, reason: { code: 'STREAM_UNREACHABLE' } },
    'unread',
  ],
  ['a text of no known form', { form: 'unknown', resolvable: false }, 'unread'],
])('%s is %3$s', async (_, parts, where) => {
  const one = letter([], parts);
  const { empty, unread, released } = await gathered([one]);
  expect({ empty, unread }).toEqual({ empty: [], unread: [], [where]: [one] });
  expect(released).toEqual([]);
});

test('a limit leaves the oldest', () => {
  const entries = ['03', '01', '02'].map((day) =>
    entry({ eventId: day, failedAt: `2026-01-${day}T00:00:00.000Z` }),
  );
  limitTo(entries, 2);
  expect(entries.map(({ chosen }) => chosen)).toEqual([false, true, true]);
  for (const limit of [0, -1, 1.5, Number.NaN]) expect(() => limitTo(entries, limit)).toThrow(Problem);
});
