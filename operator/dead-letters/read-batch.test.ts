/** What a mapping gave up is told as it says: when, of which stream and invocation, with its records or where they are. */
import { describe, expect, test } from 'vitest';
import { streamRecord } from '../../test/support/record.ts';
import { readText } from './read-message.ts';
import { shownLetter } from './shown-letter.ts';
import { givenUp, onlyLetter, payloadOf, readLetter, threeRecords } from './testing.ts';

describe('a pointer', () => {
  test('says where the records are, until when, and that a system is needed to read them', () => {
    const content = readLetter(givenUp());
    expect(content).toMatchObject({
      resolvable: false,
      reason: { code: 'NEEDS_SYSTEM' },
      expiresAt: '2026-09-18T13:02:26.000Z',
      failedAt: '2026-09-17T13:03:40.011Z',
    });
    expect(shownLetter(content, 'masked')).toMatchObject({
      form: 'pointer',
      start: '41800003314721981745013',
      end: '42100001330762507399791',
      batchSize: 3,
      records: [],
    });
  });

  test.each<[string, Parameters<typeof givenUp>[0]]>([
    ['without a response, as for records that were too old', { functionError: undefined }],
    ['with a function error', { functionError: 'Unhandled' }],
    ['with a condition that nobody has seen yet', { condition: 'SomethingNew' }],
  ])('%s', (_, parts) => {
    const content = readLetter(givenUp(parts));
    expect(content).toMatchObject({
      form: 'pointer',
      condition: parts?.condition ?? 'RetryAttemptsExhausted',
    });
  });

  test('of a window that ended without records names none, and says so', () => {
    const info = Object.fromEntries(
      ['startSequenceNumber', 'endSequenceNumber', 'batchSize'].map((name) => [name, undefined]),
    );
    expect(readLetter(givenUp({ info }))).toMatchObject({
      form: 'pointer',
      reason: { code: 'NO_SEQUENCE_NUMBERS' },
      batch: { batchSize: 0 },
    });
  });
});

describe('what was given up', () => {
  const at = '2026-09-17T14:00:00.000Z';
  const arrived = { approximateArrivalOfFirstRecord: '2026-09-17T13:02:26Z' };
  test.each<[string, Parameters<typeof givenUp>[0], string | undefined, string | undefined]>([
    ['when it says', {}, at, '2026-09-17T13:03:40.011Z'],
    ['else when its message was sent', { timestamp: undefined }, at, at],
    [
      'else when its first record came',
      { timestamp: 'x', info: arrived },
      undefined,
      '2026-09-17T13:02:26.000Z',
    ],
    [
      'at a time that nobody knows',
      { timestamp: undefined, info: { approximateArrivalOfFirstRecord: undefined } },
      undefined,
      undefined,
    ],
  ])('was so %s', (_, parts, sentAt, failedAt) => {
    expect(onlyLetter(readText(JSON.stringify(givenUp(parts)), sentAt)).failedAt).toBe(failedAt);
  });

  test('without any time failed, record by record, when it was written', () => {
    const content = readLetter(
      givenUp({
        timestamp: undefined,
        info: { approximateArrivalOfFirstRecord: undefined },
        payload: payloadOf([streamRecord({ at: 1_700_000_000 }), {}]),
      }),
    );
    expect(content.records.map(({ failedAt }) => failedAt)).toEqual([
      '2023-11-14T22:13:20.000Z',
      '1970-01-01T00:00:00.000Z',
    ]);
  });

  test.each<[string, Parameters<typeof givenUp>[0]]>([
    ['a queue or topic gets', {}],
    ['a bucket gets', { payload: payloadOf(threeRecords()) }],
    ['an emulator sends, with a payload of null,', { payload: null }],
  ])('as %s says of the invocation what is known, for its records too', (_, parts) => {
    const { requestId, error, functionArn, condition, form, records } = readLetter(
      givenUp({ ...parts, functionError: 'Unhandled' }),
    );
    const said = {
      requestId: 'cb0cfcd7-36cb-4399-9058-ada2be1314eb',
      error: { code: 'RetryAttemptsExhausted', type: 'Unhandled' },
    };
    expect({ requestId, error }).toEqual(said);
    expect({ functionArn, condition }).toEqual({
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:bids:live',
      condition: 'RetryAttemptsExhausted',
    });
    expect(form).toBe(parts?.payload ? 'failed-batch' : 'pointer');
    for (const record of records) expect(record).toMatchObject(said);
  });

  test('is of the stream that its records name, where the message names none, and each record of its own', () => {
    const other = 'arn:aws:dynamodb:us-east-1:000000000000:table/other/stream/x';
    const { eventSourceARN: own, ...bare } = streamRecord();
    const records = [streamRecord(), { ...bare, eventSourceARN: other }, bare];
    const content = readLetter(givenUp({ payload: payloadOf(records), info: { streamArn: undefined } }));
    expect(content.batch?.streamArn).toBe(own);
    expect(content.records.map(({ streamArn }) => streamArn)).toEqual([own, other, own]);
  });

  test.each([undefined, -1, 1.5, '3', 1e300])(
    'of a size of %s has as many records as are there',
    (batchSize) => {
      const content = readLetter(givenUp({ payload: payloadOf(threeRecords()), info: { batchSize } }));
      expect(content).toMatchObject({ batch: { batchSize: 3 }, resolvable: true });
      expect(content.reason).toBeUndefined();
    },
  );

  test('has a range of sequence numbers, however long, and of nothing else', () => {
    const range = (start: string, end: string) =>
      readLetter(givenUp({ info: { startSequenceNumber: start, endSequenceNumber: end } }));
    const [start, end] = [`1${'0'.repeat(39)}`, `2${'0'.repeat(39)}`];
    expect(range(start, end)).toMatchObject({ batch: { start, end }, reason: { code: 'NEEDS_SYSTEM' } });
    for (const odd of ['x', '-1', '1.5', '0x10', '9'.repeat(61)])
      expect(range('1', odd)).toMatchObject({ reason: { code: 'NO_SEQUENCE_NUMBERS' } });
  });
});

describe('a batch with its records', () => {
  test.each<[string, unknown]>([
    ['as text, as AWS writes it', payloadOf(threeRecords())],
    ['as an object, as an emulator writes it', { Records: threeRecords() }],
  ])('%s', (_, payload) => {
    const content = readLetter(givenUp({ payload, functionError: 'Unhandled' }));
    expect(content).toMatchObject({ form: 'failed-batch', resolvable: true });
    expect(content.reason).toBeUndefined();
    expect(content.expiresAt).toBeUndefined();
    expect(content.records.map(({ record }) => record)).toEqual(threeRecords());
    expect(content.records[0]).toMatchObject({
      eventId: 'event-41800003314721981745013',
      sequenceNumber: '41800003314721981745013',
      eventName: 'INSERT',
      key: 'PK=PRODUCT#p1 SK=DETAILS',
      failedAt: '2026-09-17T13:03:40.011Z',
      error: { code: 'RetryAttemptsExhausted', type: 'Unhandled' },
    });
  });

  test('keeps creation times as AWS writes them, with an exponent', () => {
    const text = payloadOf(threeRecords().slice(0, 1)).replace('1700000000', '1.7E9');
    expect(readLetter(givenUp({ payload: text, info: { batchSize: 1 } })).records[0]?.record).toEqual(
      threeRecords()[0],
    );
  });

  test('of a final window holds none, and that is all of it', () => {
    const info = { startSequenceNumber: undefined, endSequenceNumber: undefined, batchSize: undefined };
    const window = { window: { start: 'a', end: 'b' }, isFinalInvokeForWindow: true };
    const content = readLetter({ ...givenUp({ info, payload: '{"Records":[]}' }), timeWindowInfo: window });
    expect(shownLetter(content, 'masked')).toEqual({
      form: 'failed-batch',
      condition: 'RetryAttemptsExhausted',
      streamArn: content.batch?.streamArn,
      shardId: content.batch?.shardId,
      batchSize: 0,
      records: [],
      resolvable: true,
    });
  });

  test('of another size than its message says tells so', () => {
    const content = readLetter(givenUp({ payload: payloadOf(threeRecords().slice(1)) }));
    expect(content).toMatchObject({ resolvable: true, reason: { code: 'BATCH_SIZE_DIFFERS' } });
    expect(content.records).toHaveLength(2);
  });

  test.each(['{"Records":', '[]', '{"Records":{}}', 7, ''])(
    'whose payload is %j is told from a pointer',
    (payload) => {
      expect(readLetter(givenUp({ payload }))).toMatchObject({
        form: 'failed-batch',
        resolvable: false,
        reason: { code: 'PAYLOAD_UNREADABLE' },
        expiresAt: '2026-09-18T13:02:26.000Z',
      });
    },
  );

  test('keeps records that are none, without believing them', () => {
    const odd = [null, 'x', [], { dynamodb: { Keys: { PK: { S: 7 } }, SequenceNumber: 7 } }];
    const content = readLetter(givenUp({ payload: payloadOf(odd), info: { batchSize: 4 } }));
    expect(content.records.map(({ record }) => record)).toEqual(odd);
    expect(content.records.some(({ key, eventId, sequenceNumber }) => key ?? eventId ?? sequenceNumber)).toBe(
      false,
    );
  });
});
