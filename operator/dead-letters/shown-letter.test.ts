/** What `dlq show --json` says of a letter in a queue or bucket is all of it, in the same names for every form. */
import { expect, test } from 'vitest';
import { streamRecord } from '../../test/support/record.ts';
import { letterOf } from './letter-of.ts';
import { maskedRecord } from './masked.ts';
import { foundLetter } from './shown-letter.ts';
import { envelope, givenUp, payloadOf, readLetter, SHARD, threeRecords } from './testing.ts';

const message = { queueUrl: 'q', messageId: 'm1', receiptHandle: 'r', sentAtMs: 0 };
const object = { bucket: 'failures', key: 'aws/lambda/k' };
const STREAM = streamRecord().eventSourceARN;

test('of our own letter', () => {
  expect(foundLetter(letterOf(readLetter(envelope()), 'bids', { message }), 'whole')).toEqual({
    form: 'envelope',
    processor: 'bids',
    streamArn: STREAM,
    start: '100000000000000000001',
    end: '100000000000000000001',
    batchSize: 1,
    records: [streamRecord()],
    resolvable: true,
    messageId: 'm1',
    failedAt: '2026-09-17T13:00:00.000Z',
    errors: [{ code: 'INVALID_BID', details: 'amount: text' }],
  });
});

test('of a batch in an object, masked', () => {
  const batch = readLetter(givenUp({ payload: payloadOf(threeRecords()), functionError: 'Unhandled' }));
  expect(foundLetter(letterOf(batch, 'bids', { message, object }), 'masked')).toEqual({
    form: 'failed-batch',
    processor: 'bids',
    condition: 'RetryAttemptsExhausted',
    streamArn: STREAM,
    shardId: SHARD,
    start: '41800003314721981745013',
    end: '42100001330762507399791',
    batchSize: 3,
    records: threeRecords().map(maskedRecord),
    resolvable: true,
    messageId: 'm1',
    object: 's3://failures/aws/lambda/k',
    failedAt: '2026-09-17T13:03:40.011Z',
    errors: [{ code: 'RetryAttemptsExhausted', type: 'Unhandled' }],
  });
});

test('of a pointer, also one that names no range: no record’s place is taken for one', () => {
  expect(foundLetter(letterOf(readLetter(givenUp()), 'bids', { message }), 'masked')).toMatchObject({
    form: 'pointer',
    batchSize: 3,
    records: [],
    errors: [],
    expiresAt: '2026-09-18T13:02:26.000Z',
  });
  const info = { startSequenceNumber: undefined, endSequenceNumber: undefined };
  const batch = readLetter(givenUp({ payload: payloadOf(threeRecords()), info }));
  expect(foundLetter(letterOf(batch, 'bids', { object }), 'masked')).not.toHaveProperty('start');
});

test('of records that failed in several ways each way is told once', () => {
  const letter = letterOf(readLetter(givenUp({ payload: payloadOf(threeRecords()) })), 'bids', { object });
  const [one, other] = [
    { code: 'C', details: 'price' },
    { code: 'C', details: 'unit' },
  ];
  const records = letter.records.map((record, index) => ({ ...record, error: index === 1 ? other : one }));
  expect(foundLetter({ ...letter, records }, 'masked').errors).toEqual([one, other]);
});
