/** A bucket tells a queue of its new objects (S3 user guide, "Event message structure"): that message is the letter. */
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { makeQueue, receive } from '../queue/queues.ts';
import type { Rule } from '../rule.ts';
import { type Buckets, makeBucket, put } from './buckets.ts';

interface Announced {
  readonly Event?: string;
  readonly Records?: readonly {
    readonly eventSource: string;
    readonly eventName: string;
    readonly eventTime: string;
    readonly s3: {
      readonly bucket: { readonly name: string };
      readonly object: { readonly key: string; readonly size: number };
    };
  }[];
}

/** Until so many objects were announced. */
async function announced(buckets: Buckets, queueUrl: string, count: number) {
  const messages: Announced[] = [];
  for (let polls = 0; polls < 10 && objectsOf(messages).length < count; polls++) {
    const page = await receive(buckets, queueUrl, { WaitTimeSeconds: 2 });
    messages.push(...page.map(({ Body = '{}' }) => JSON.parse(Body) as Announced));
  }
  return messages;
}

const objectsOf = (messages: readonly Announced[]) => messages.flatMap(({ Records = [] }) => Records);

async function announcing(buckets: Buckets, prefix: string) {
  const bucket = await makeBucket(buckets);
  const queueUrl = await makeQueue(buckets);
  await buckets.announce(bucket, prefix, queueUrl);
  return { bucket, queueUrl };
}

export const notificationRules: readonly Rule<Buckets>[] = [
  {
    title: 'a new object below the prefix is announced with its bucket, key and size, another is not',
    aws: [['aws:s3', 'ObjectCreated:Put', true, 'its bucket', 'aws/lambda/one', 3]],
    async observe(buckets) {
      const { bucket, queueUrl } = await announcing(buckets, 'aws/lambda/');
      await put(buckets, bucket, 'audit/other');
      await put(buckets, bucket, 'aws/lambda/one', 'abc');
      return objectsOf(await announced(buckets, queueUrl, 1)).map(
        ({ eventSource, eventName, eventTime, s3 }) => [
          eventSource,
          eventName,
          !Number.isNaN(Date.parse(eventTime)),
          s3.bucket.name === bucket ? 'its bucket' : s3.bucket.name,
          s3.object.key,
          s3.object.size,
        ],
      );
    },
  },
  {
    title: 'a key is announced as a form writes it, and is read again from that',
    aws: ['aws/lambda/a+b%2Bc%3Ad/%E0%A4%9F', 'found'],
    async observe(buckets) {
      const { bucket, queueUrl } = await announcing(buckets, 'aws/lambda/');
      await put(buckets, bucket, 'aws/lambda/a b+c:d/ट', 'found');
      const [object] = objectsOf(await announced(buckets, queueUrl, 1));
      const written = object?.s3.object.key ?? '';
      const key = decodeURIComponent(written.replaceAll('+', ' '));
      const { Body: body } = await buckets.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return [written, await body?.transformToString()];
    },
  },
  {
    title: 'a queue is tested when it is named: its first message is no object',
    aws: ['s3:TestEvent'],
    differs: {
      fauxqs: {
        instead: [],
        harmless:
          'the local run announces new objects itself, and tests no queue; what a test message is to the operator’s tool is tested on recorded ones, and in the rehearsal',
        shownBy: [
          'operator/dead-letters/read-message.test.ts',
          'when a notification is set up is a test message',
        ],
      },
    },
    async observe(buckets) {
      const { bucket, queueUrl } = await announcing(buckets, '');
      await put(buckets, bucket, 'a');
      const messages = await announced(buckets, queueUrl, 1);
      return messages.flatMap(({ Event }) => Event ?? []);
    },
  },
];
