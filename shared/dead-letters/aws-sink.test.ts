import { gunzipSync } from 'node:zlib';
import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import type { SendMessageCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { awsDeadLetterSink } from './aws-sink.ts';
import type { DeadLetter } from './letter.ts';

/** So many digits of no order that no compression makes a message of them. */
const LARGE = Array.from({ length: 120_000 }, (_, index) => Math.sin(index)).join('');

const letter = (record: unknown): DeadLetter => ({
  version: 1,
  processor: 'bids',
  streamArn: 'arn',
  failedAt: '2026-01-31T23:59:59.000Z',
  requestId: 'r',
  error: { code: 'BAD' },
  record,
});

/** A queue and a bucket that note what they are asked, and answer when the test says so. */
function setUp() {
  const messages: SendMessageCommandInput[] = [];
  const objects: PutObjectCommandInput[] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const { promise: answer, resolve, reject } = Promise.withResolvers<object>();
  const client = <Input>(notes: Input[]) => ({
    send: ({ input }: { readonly input: Input }, options?: { readonly abortSignal?: AbortSignal }) => {
      notes.push(input);
      signals.push(options?.abortSignal);
      return answer;
    },
  });
  let ids = 0;
  const sink = awsDeadLetterSink({
    sqs: client(messages) as unknown as SQSClient,
    s3: client(objects) as unknown as S3Client,
    queueUrl: 'queue',
    bucket: 'bucket',
    newId: () => `id-${ids++}`,
  });
  return { sink, messages, objects, signals, answer: () => resolve({}), refuse: reject };
}

const { signal } = new AbortController();

describe('awsDeadLetterSink', () => {
  it('keeps a letter in the queue, and nowhere else', async () => {
    const { sink, messages, objects, answer } = setUp();
    answer();
    await sink.send(letter({ small: true }), signal);
    expect(messages).toEqual([{ QueueUrl: 'queue', MessageBody: JSON.stringify(letter({ small: true })) }]);
    expect(objects).toEqual([]);
  });

  it('keeps one that no message holds in the bucket, whose notification is the letter, and nowhere else', async () => {
    const { sink, messages, objects, answer } = setUp();
    answer();
    await sink.send(letter(LARGE), signal);
    expect(messages).toEqual([]);
    expect(objects).toMatchObject([
      { Bucket: 'bucket', ContentType: 'application/json', ContentEncoding: 'gzip' },
    ]);
    expect(JSON.parse(gunzipSync(objects[0]?.Body as Buffer).toString())).toEqual(letter(LARGE));
  });

  it('names objects by processor and day, each by an id of its own: none takes another’s place', async () => {
    const { sink, objects, answer } = setUp();
    answer();
    for (let count = 0; count < 2; count++) await sink.send(letter(LARGE), signal);
    expect(objects.map(({ Key }) => Key)).toEqual([
      'dead-letters/bids/2026/01/31/id-0.json.gz',
      'dead-letters/bids/2026/01/31/id-1.json.gz',
    ]);
  });

  it.each([
    ['the queue', { small: true }],
    ['the bucket', LARGE],
  ])('holds a letter for kept when %s says so, and not before', async (_, record) => {
    const { sink, answer } = setUp();
    let isKept = false;
    const sent = sink.send(letter(record), signal).then(() => {
      isKept = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isKept).toBe(false);
    answer();
    await sent;
  });

  it.each([
    ['the queue', { small: true }],
    ['the bucket', LARGE],
  ])('tells when %s refuses a letter, and stops when its caller does', async (_, record) => {
    const { sink, signals, refuse } = setUp();
    const down = new Error('down');
    refuse(down);
    await expect(sink.send(letter(record), signal)).rejects.toBe(down);
    expect(signals).toEqual([signal]);
  });
});
