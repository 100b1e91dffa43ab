/** What a rescue says of each pointer is what became of it: none goes before all of its records are kept, and one that stays says why. */
import { expect, test } from 'vitest';
import { streamRecord } from '../../test/support/record.ts';
import type { FailedRecord, Letter } from './letter.ts';
import { letterOf } from './letter-of.ts';
import { rescue } from './rescue.ts';
import { envelope, givenUp, payloadOf, readLetter } from './testing.ts';
import { ANYWHERE, parseWhere } from './where.ts';

const message = { queueUrl: 'queue', messageId: 'm1', receiptHandle: 'h', sentAtMs: 0 };

/** A pointer as it is when its records were read in the stream, so many of them. */
function pointer(count: number, parts: Partial<Letter> = {}): Letter {
  const records = Array.from({ length: count }, (_, index) => streamRecord({ seq: String(index + 1) }));
  const read = readLetter(givenUp({ payload: payloadOf(records), info: { batchSize: count } }));
  const letter = letterOf(read, 'bids', { message });
  return { ...letter, form: 'pointer', expiresAt: '2026-09-18T13:02:26.000Z', ...parts };
}

interface Run {
  readonly where?: readonly string[];
  readonly dryRun?: boolean;
  /** Event ids that cannot be put back. */
  readonly refused?: readonly string[];
  readonly settling?: Error;
}

async function run(letters: readonly Letter[], given: Run = {}) {
  const { where = [], dryRun = false, refused = [], settling } = given;
  const done: string[] = [];
  const reports = await Array.fromAsync(
    rescue(
      {
        letters: async function* () {
          yield* letters;
        },
        async putBack({ eventId = '' }: FailedRecord) {
          await new Promise((resolve) => setImmediate(resolve));
          if (refused.includes(eventId)) throw Object.assign(new Error('away'), { name: 'SqsError' });
          done.push(eventId);
        },
        async settle() {
          await new Promise((resolve) => setImmediate(resolve));
          if (settling !== undefined) throw settling;
          done.push('settled');
        },
      },
      { where: where.length === 0 ? ANYWHERE : parseWhere(where, 0), dryRun },
    ),
  );
  return { reports, done };
}

test('however many records it has, all are kept, and it goes last', async () => {
  const { reports, done } = await run([pointer(25)]);
  expect(new Set(done).size).toBe(26);
  expect(done.at(-1)).toBe('settled');
  expect(reports).toEqual([
    {
      processor: 'bids',
      outcome: 'rescued',
      streamArn: streamRecord().eventSourceARN,
      shardId: 'shardId-00000001789649399079-0d666f96',
      start: '41800003314721981745013',
      end: '42100001330762507399791',
      batchSize: 25,
      records: 25,
      messageId: 'm1',
      expiresAt: '2026-09-18T13:02:26.000Z',
    },
  ]);
});

test('where one record is not kept the pointer stays, and those that were are counted', async () => {
  const { reports, done } = await run([pointer(15)], { refused: ['event-3', 'event-7'] });
  expect(done).toHaveLength(8);
  expect(done).not.toContain('settled');
  expect(reports).toMatchObject([
    { outcome: 'failed', records: 8, reason: { code: 'NOT_RESCUED', type: 'SqsError', details: 'away' } },
  ]);
});

test('a pointer that could not be deleted has failed, and the next one is looked at all the same', async () => {
  const { reports } = await run([pointer(1), pointer(2)], { settling: new Error('away') });
  expect(reports.map(({ outcome, records }) => [outcome, records])).toEqual([
    ['failed', 1],
    ['failed', 2],
  ]);
});

test('of a pointer of which the stream holds a part, that part is kept and the pointer stays', async () => {
  const missing = { resolvable: false, reason: { code: 'RECORDS_MISSING' } };
  const { reports, done } = await run([pointer(2, missing)]);
  expect(done).toEqual(['event-1', 'event-2']);
  expect(reports).toMatchObject([{ outcome: 'partly', records: 2, reason: { code: 'RECORDS_MISSING' } }]);
});

test('a dry run says what would become of each, and touches nothing', async () => {
  const { reports, done } = await run(
    [pointer(2), pointer(1, { resolvable: false }), pointer(0, { resolvable: false })],
    { dryRun: true },
  );
  expect(reports.map(({ outcome, records }) => [outcome, records])).toEqual([
    ['rescuable', 2],
    ['partly', 1],
    ['unresolvable', 0],
  ]);
  expect(done).toEqual([]);
});

test('what only the stream holds is rescued: pointers without a time, and batches whose copy is damaged', async () => {
  const { expiresAt: _, ...timeless } = pointer(1);
  const damaged = pointer(1, {
    form: 'failed-batch',
    source: { object: { bucket: 'b', key: 'aws/lambda/k' } },
  });
  const { reports } = await run([timeless, damaged]);
  expect(reports.map(({ outcome, object }) => [outcome, object])).toEqual([
    ['rescued', undefined],
    ['rescued', 's3://b/aws/lambda/k'],
  ]);
});

test('what has its records itself is no pointer', async () => {
  const whole = readLetter(givenUp({ payload: payloadOf([streamRecord()]) }));
  const letters = [whole, readLetter(envelope())].map((content) => letterOf(content, 'bids', { message }));
  expect(await run(letters)).toEqual({ reports: [], done: [] });
});

test('a pointer goes as a whole where one of its records is meant, and is left where none is', async () => {
  expect((await run([pointer(3)], { where: ['event=event-2'] })).done).toHaveLength(4);
  expect(await run([pointer(3)], { where: ['event=event-9'] })).toEqual({ reports: [], done: [] });
  const unread = pointer(0, { resolvable: false, reason: { code: 'STREAM_TRIMMED' } });
  expect((await run([unread], { where: ['code=STREAM_TRIMMED'] })).reports).toHaveLength(1);
  expect((await run([unread], { where: ['code=STREAM_DENIED'] })).reports).toEqual([]);
});
