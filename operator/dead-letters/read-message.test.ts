/** Whatever is in the queue is understood in every wrapping, and nothing makes the reader throw. */
import { gzipSync } from 'node:zlib';
import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeLetter } from '../../shared/dead-letters/encoding.ts';
import { streamRecord } from '../../test/support/record.ts';
import type { LetterContent } from './letter.ts';
import { type Found, readBytes, readText } from './read-message.ts';
import { shownLetter } from './shown-letter.ts';
import { announcement, envelope, givenUp, payloadOf, TEST_MESSAGE, threeRecords } from './testing.ts';
import { letterLines } from './text-view.ts';

function only(found: readonly Found[]): LetterContent {
  const [first, ...more] = found;
  if (first?.kind !== 'letter' || more.length > 0)
    throw new Error(`${found.length} found, first ${first?.kind}`);
  return first.content;
}

const read = (value: unknown) => only(readText(JSON.stringify(value)));

const body = JSON.stringify(givenUp());

describe('wrappings', () => {
  const topic = { Type: 'Notification', MessageId: 'm', TopicArn: 'arn', Message: body };
  test.each<[string, unknown]>([
    ['the body alone', JSON.parse(body)],
    ['the body as JSON text', body],
    ['a message', { MessageId: 'm', ReceiptHandle: 'h', Body: body }],
    ['a message with its body as an object', { MessageId: 'm', Body: JSON.parse(body) }],
    ['the output of receive-message', { Messages: [{ MessageId: 'm', Body: body }] }],
    ['a list of messages', [{ Body: body }]],
    ['a message as Lambda gets it', { messageId: 'm', receiptHandle: 'h', body, eventSource: 'aws:sqs' }],
    ['an event of messages as Lambda gets it', { Records: [{ messageId: 'm', body }] }],
    ['a topic’s envelope', topic],
    ['a topic’s envelope in a message', { Messages: [{ Body: JSON.stringify(topic) }] }],
    ['an event of a topic as Lambda gets it', { Records: [{ EventSource: 'aws:sns', Sns: topic }] }],
  ])('%s', (_, value) => {
    expect(read(value)).toMatchObject({ form: 'pointer', condition: 'RetryAttemptsExhausted' });
  });

  test('several messages are several letters, each with the time at which it was sent', () => {
    const messages = [1, 2].map((minute) => ({
      Body: JSON.stringify(givenUp({ timestamp: undefined })),
      Attributes: { SentTimestamp: String(minute * 60_000) },
    }));
    const found = readText(JSON.stringify({ Messages: messages }));
    expect(found.map((element) => element.kind === 'letter' && element.content.failedAt)).toEqual([
      '1970-01-01T00:01:00.000Z',
      '1970-01-01T00:02:00.000Z',
    ]);
  });

  test('what a shell on Windows writes is read too', () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(body, 'utf16le')]);
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(body)]);
    for (const bytes of [utf16, marked]) expect(only(readBytes(bytes)).form).toBe('pointer');
  });
});

describe('a pointer', () => {
  test('says where the records are, until when, and that a system is needed to read them', () => {
    const content = read(givenUp());
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
    const content = read(givenUp(parts));
    expect(content).toMatchObject({
      form: 'pointer',
      condition: parts?.condition ?? 'RetryAttemptsExhausted',
    });
  });

  test('of a window that ended without records names none, and says so', () => {
    const info = Object.fromEntries(
      ['startSequenceNumber', 'endSequenceNumber', 'batchSize'].map((name) => [name, undefined]),
    );
    expect(read(givenUp({ info }))).toMatchObject({
      form: 'pointer',
      reason: { code: 'NO_SEQUENCE_NUMBERS' },
      batch: { batchSize: 0 },
    });
  });
});

describe('a batch with its records', () => {
  test.each<[string, unknown]>([
    ['as text, as AWS writes it', payloadOf(threeRecords())],
    ['as an object, as an emulator writes it', { Records: threeRecords() }],
  ])('%s', (_, payload) => {
    const content = read(givenUp({ payload, functionError: 'Unhandled' }));
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
    expect(read(givenUp({ payload: text, info: { batchSize: 1 } })).records[0]?.record).toEqual(
      threeRecords()[0],
    );
  });

  test('of a final window holds none, and that is all of it', () => {
    const info = { startSequenceNumber: undefined, endSequenceNumber: undefined, batchSize: undefined };
    const window = { window: { start: 'a', end: 'b' }, isFinalInvokeForWindow: true };
    const content = read({ ...givenUp({ info, payload: '{"Records":[]}' }), timeWindowInfo: window });
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
    const content = read(givenUp({ payload: payloadOf(threeRecords().slice(1)) }));
    expect(content).toMatchObject({ resolvable: true, reason: { code: 'BATCH_SIZE_DIFFERS' } });
    expect(content.records).toHaveLength(2);
  });

  test.each(['{"Records":', '[]', '{"Records":{}}', 7, ''])(
    'whose payload is %j is told from a pointer',
    (payload) => {
      expect(read(givenUp({ payload }))).toMatchObject({
        form: 'failed-batch',
        resolvable: false,
        reason: { code: 'PAYLOAD_UNREADABLE' },
        expiresAt: '2026-09-18T13:02:26.000Z',
      });
    },
  );

  test('keeps records that are none, without believing them', () => {
    const odd = [null, 'x', [], { dynamodb: { Keys: { PK: { S: 7 } }, SequenceNumber: 7 } }];
    const content = read(givenUp({ payload: payloadOf(odd), info: { batchSize: 4 } }));
    expect(content.records.map(({ record }) => record)).toEqual(odd);
    expect(content.records.some(({ key, eventId, sequenceNumber }) => key ?? eventId ?? sequenceNumber)).toBe(
      false,
    );
  });
});

describe('our own letter', () => {
  const big = (bytes: number) => envelope({ record: { ...streamRecord(), extra: 'x'.repeat(bytes) } });

  test('plain', () => {
    const content = read(envelope());
    expect(content).toMatchObject({ form: 'envelope', processor: 'bids', resolvable: true });
    expect(content.records).toMatchObject([{ error: { code: 'INVALID_BID' }, record: streamRecord() }]);
    expect(shownLetter(content, 'whole')).toMatchObject({
      start: '100000000000000000001',
      batchSize: 1,
      records: [streamRecord()],
    });
  });

  test('compressed, as it is encoded', () => {
    const encoded = encodeLetter(big(300_000));
    if (encoded.place !== 'queue') throw new Error('not a message');
    expect(encoded.compressed).toBe(true);
    expect(only(readText(encoded.body)).records[0]?.record).toEqual(big(300_000).record);
  });

  test('as an object’s bytes', () => {
    const bytes = gzipSync(JSON.stringify(envelope()));
    expect(only(readBytes(bytes))).toMatchObject({ form: 'envelope', processor: 'bids' });
  });

  test('of a record that cannot be decoded is whole all the same', () => {
    expect(read(envelope({ record: null, streamArn: '' })).records).toMatchObject([
      { record: null, streamArn: '' },
    ]);
  });

  test.each<[string, string, unknown]>([
    ['a newer version', 'UNKNOWN_VERSION', { ...envelope(), version: 2 }],
    ['no version', 'UNKNOWN_VERSION', { ...envelope(), version: undefined }],
    ['a newer compressed version', 'UNKNOWN_VERSION', { version: 2, encoding: 'zstd', letter: 'x' }],
    ['another encoding', 'UNKNOWN_ENCODING', { version: 1, encoding: 'zstd', letter: 'x' }],
    ['text that is not gzip', 'NOT_GZIP', { version: 1, encoding: 'gzip+base64', letter: 'aGVsbG8=' }],
    ['a letter that is no text', 'MALFORMED_ENVELOPE', { version: 1, encoding: 'gzip+base64', letter: 7 }],
    ['no processor', 'MALFORMED_ENVELOPE', { ...envelope(), processor: '' }],
    ['a time that is none', 'MALFORMED_ENVELOPE', { ...envelope(), failedAt: 'yesterday' }],
    ['no error', 'MALFORMED_ENVELOPE', { ...envelope(), error: 'bad' }],
    ['no record', 'MALFORMED_ENVELOPE', { ...envelope(), record: undefined }],
  ])('with %s is kept as unknown', (_, code, value) => {
    expect(read(value)).toMatchObject({ form: 'unknown', resolvable: false, reason: { code } });
  });

  test('that inflates to more than anybody writes is not inflated', () => {
    const letter = gzipSync(Buffer.alloc(65 * 1024 * 1024)).toString('base64');
    expect(read({ version: 1, encoding: 'gzip+base64', letter })).toMatchObject({
      reason: { code: 'TOO_LARGE' },
    });
  });
});

describe('what S3 sends', () => {
  test('names objects, with their keys decoded, each once', () => {
    const keys = ['aws/lambda/u/shardId-1/2026/09/17/a b+c', 'dead-letters/bids/ü.json.gz'];
    expect(readText(JSON.stringify(announcement('failures', ...keys, ...keys)))).toEqual(
      keys.map((key) => ({ kind: 'object', object: { bucket: 'failures', key } })),
    );
  });

  test('through EventBridge, where keys are as they are', () => {
    const event = {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { bucket: { name: 'failures' }, object: { key: 'dead-letters/a+b' } },
    };
    expect(readText(JSON.stringify(event))).toEqual([
      { kind: 'object', object: { bucket: 'failures', key: 'dead-letters/a+b' } },
    ]);
  });

  test('when a notification is set up is a test message', () => {
    expect(read({ Body: JSON.stringify(TEST_MESSAGE) })).toMatchObject({ form: 'test-message', records: [] });
  });

  test('of an object that was deleted, or without a key, holds nothing', () => {
    const [record] = announcement('failures', 'k').Records;
    expect(read({ Records: [{ ...record, eventName: 'ObjectRemoved:Delete' }] })).toMatchObject({
      reason: { code: 'OBJECT_REMOVED' },
    });
    for (const s3 of [{}, { bucket: { name: 'b' }, object: { key: '%zz' } }])
      expect(read({ Records: [{ s3 }] })).toMatchObject({ reason: { code: 'MALFORMED_NOTIFICATION' } });
  });
});

test.each<[string, string]>([
  ['', 'EMPTY'],
  ['   ', 'EMPTY'],
  ['{', 'NOT_JSON'],
  ['<xml/>', 'NOT_JSON'],
  ['7', 'NOT_A_LETTER'],
  ['null', 'NOT_A_LETTER'],
  ['[]', 'NO_MESSAGE'],
  ['{}', 'NOT_A_LETTER'],
  ['{"Messages":[]}', 'NO_MESSAGE'],
  ['{"Records":[]}', 'NO_MESSAGE'],
  ['{"Body":"hello"}', 'NOT_JSON'],
  ['{"Body":7}', 'NOT_A_LETTER'],
  ['{"DDBStreamBatchInfo":null}', 'MALFORMED_BATCH'],
  ['{"DDBStreamBatchInfo":{}}', 'MALFORMED_BATCH'],
  ['{"KinesisBatchInfo":{}}', 'OTHER_STREAM'],
  ['{"requestContext":{},"requestPayload":{}}', 'ASYNCHRONOUS_INVOCATION'],
  ['{"Records":[{"dynamodb":{}}]}', 'BARE_RECORD'],
  ['{"Type":"SubscriptionConfirmation","Message":"confirm"}', 'TOPIC_CONFIRMATION'],
  [`${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'TOO_DEEP'],
  [JSON.stringify({ Body: `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}` }), 'TOO_DEEP'],
])('%.60s is unknown, and says why', (text, code) => {
  const content = only(readText(text));
  expect(content).toMatchObject({ form: 'unknown', resolvable: false, records: [], reason: { code } });
  expect(content.reason?.details).toBeTruthy();
});

describe('nothing makes the reader, or whoever shows what it read, throw', () => {
  const show = (found: readonly Found[]) => {
    expect(found.length).toBeGreaterThan(0);
    for (const element of found) {
      if (element.kind === 'object') continue;
      JSON.stringify(shownLetter(element.content, 'masked'));
      letterLines(element.content, { images: 'whole', nowMs: 0 });
    }
  };

  property.prop([fc.uint8Array({ maxLength: 300 })])('any bytes', (bytes) => show(readBytes(bytes)));

  property.prop([fc.uint8Array({ maxLength: 300 })])('any bytes that begin as gzip', (bytes) =>
    show(readBytes(Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), bytes]))),
  );

  property.prop([fc.json()])('any JSON', (json) => show(readText(json)));

  /** Whole letters with something else in any place. */
  const whole = fc.constantFrom<unknown>(
    givenUp(),
    givenUp({ payload: { Records: threeRecords() } }),
    givenUp({ payload: payloadOf(threeRecords()) }),
    envelope(),
    announcement('b', 'k'),
    TEST_MESSAGE,
    { Messages: [{ Body: body, Attributes: { SentTimestamp: '1' } }] },
    { Type: 'Notification', Message: body },
  );
  property.prop([whole, fc.nat(), fc.jsonValue()])(
    'any letter with anything in any place',
    (letter, place, other) => {
      let at = 0;
      const places = JSON.stringify(letter).split(/[:,]/).length;
      const changed = JSON.stringify(letter, (_, value: unknown) =>
        at++ === place % places ? other : value,
      );
      show(readText(changed ?? ''));
    },
  );
});
