/** Whatever is in the queue is understood in every wrapping, and nothing makes the reader throw. */

import { describe, expect, test } from 'vitest';
import { fc, test as property } from '../../test/support/property.ts';
import { type Found, readBytes, readText } from './read-message.ts';
import { shownLetter } from './shown-letter.ts';
import {
  announcement,
  envelope,
  givenUp,
  onlyLetter,
  payloadOf,
  readLetter,
  TEST_MESSAGE,
  threeRecords,
} from './testing.ts';
import { letterLines } from './text-view.ts';

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
    expect(readLetter(value)).toMatchObject({ form: 'pointer', condition: 'RetryAttemptsExhausted' });
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

  test('a message as Lambda gets it was sent when it says', () => {
    const sent = { messageId: 'm', body: JSON.stringify(givenUp({ timestamp: undefined })) };
    expect(readLetter({ Records: [{ ...sent, attributes: { SentTimestamp: '60000' } }] })).toMatchObject({
      failedAt: '1970-01-01T00:01:00.000Z',
    });
    expect(readLetter({ Records: [{ ...sent, attributes: { SentTimestamp: '9e99' } }] }).form).toBe(
      'pointer',
    );
  });

  test('a wrapping in a wrapping, each as text, is read; without end it is not', () => {
    const wrapped = (times: number): unknown =>
      times === 0 ? givenUp() : { Body: JSON.stringify(wrapped(times - 1)) };
    expect(readLetter(wrapped(3)).form).toBe('pointer');
    expect(readLetter({ Body: JSON.stringify({ ...topic, Message: JSON.stringify(wrapped(1)) }) }).form).toBe(
      'pointer',
    );
    expect(readLetter(wrapped(9))).toMatchObject({ form: 'unknown', reason: { code: 'TOO_DEEP' } });
  });

  test('what a shell on Windows writes is read too', () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(body, 'utf16le')]);
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(body)]);
    for (const bytes of [utf16, marked]) expect(onlyLetter(readBytes(bytes)).form).toBe('pointer');
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
    expect(readLetter({ Body: JSON.stringify(TEST_MESSAGE) })).toMatchObject({
      form: 'test-message',
      records: [],
    });
  });

  test('of two buckets are two objects, also where their keys are the same', () => {
    const [one, other] = ['failures', 'others'].map((bucket) => announcement(bucket, 'dead-letters/k'));
    const found = readText(JSON.stringify([one, other, one]));
    expect(found.map((element) => element.kind === 'object' && element.object.bucket)).toEqual([
      'failures',
      'others',
    ]);
  });

  test.each([
    'ObjectRemoved:Delete',
    's3:ObjectRemoved:DeleteMarkerCreated',
    'LifecycleExpiration:Delete',
    's3:LifecycleExpiration:DeleteMarkerCreated',
  ])('of %s, or through EventBridge of a deletion, holds nothing', (eventName) => {
    const [record] = announcement('failures', 'k').Records;
    const detail = { bucket: { name: 'failures' }, object: { key: 'k' } };
    for (const told of [
      { Records: [{ ...record, eventName }] },
      { source: 'aws.s3', 'detail-type': 'Object Deleted', detail },
    ])
      expect(readLetter(told)).toMatchObject({ reason: { code: 'OBJECT_REMOVED' } });
  });

  test('of an object without a key holds nothing', () => {
    for (const s3 of [{}, { bucket: { name: 'b' }, object: { key: '%zz' } }])
      expect(readLetter({ Records: [{ s3 }] })).toMatchObject({ reason: { code: 'MALFORMED_NOTIFICATION' } });
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
  ['{"Type":"UnsubscribeConfirmation","Message":"confirm"}', 'TOPIC_CONFIRMATION'],
  [`${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'TOO_DEEP'],
  [JSON.stringify({ Body: `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}` }), 'TOO_DEEP'],
])('%.60s is unknown, and says why', (text, code) => {
  const content = onlyLetter(readText(text));
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
