/** Objects: letters too large for a message, audit trails, what mappings give up (S3 API reference). */
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { listObjects, removeObject } from '../../../operator/dead-letters/bucket.ts';
import { outcomeOf, type Rule } from '../rule.ts';
import { type Buckets, keysIn, makeBucket, put } from './buckets.ts';

export const objectRules: readonly Rule<Buckets>[] = [
  {
    title: 'an object is read as it was put, byte for byte, and packed if it was',
    aws: ['{"letter":"टमाटर"}', 'application/json', 'gzip', true, true],
    async observe({ s3, ...rest }) {
      const Bucket = await makeBucket({ s3, ...rest });
      const Body = gzipSync('{"letter":"टमाटर"}');
      await s3.send(
        new PutObjectCommand({
          Bucket,
          Key: 'a.json.gz',
          Body,
          ContentType: 'application/json',
          ContentEncoding: 'gzip',
        }),
      );
      const object = await s3.send(new GetObjectCommand({ Bucket, Key: 'a.json.gz' }));
      const bytes = await object.Body?.transformToByteArray();
      return [
        gunzipSync(bytes ?? new Uint8Array()).toString(),
        object.ContentType,
        object.ContentEncoding,
        object.ContentLength === Body.length,
        object.LastModified instanceof Date,
      ];
    },
  },
  {
    title: 'an object of 6 MB and more is kept whole',
    aws: 7 * 1024 * 1024,
    async observe(buckets) {
      const bucket = await makeBucket(buckets);
      await put(buckets, bucket, 'large', 'x'.repeat(7 * 1024 * 1024));
      const { Body: body } = await buckets.s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'large' }));
      return (await body?.transformToByteArray())?.length;
    },
  },
  {
    title: 'an object that is put again is the last one',
    aws: ['second', ['a']],
    async observe(buckets) {
      const bucket = await makeBucket(buckets);
      await put(buckets, bucket, 'a', 'first');
      await put(buckets, bucket, 'a', 'second');
      const { Body: body } = await buckets.s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'a' }));
      return [await body?.transformToString(), await keysIn(buckets, bucket)];
    },
  },
  {
    title: 'an object, or a bucket, that is not there is said not to be',
    aws: ['NoSuchKey', 'NoSuchBucket', 'NoSuchBucket', 'NotFound'],
    async observe({ s3, ...rest }) {
      const Bucket = await makeBucket({ s3, ...rest });
      const never = 'contract-never';
      return [
        await outcomeOf(s3.send(new GetObjectCommand({ Bucket, Key: 'never' }))),
        await outcomeOf(s3.send(new GetObjectCommand({ Bucket: never, Key: 'never' }))),
        await outcomeOf(s3.send(new PutObjectCommand({ Bucket: never, Key: 'never', Body: 'x' }))),
        await outcomeOf(s3.send(new HeadBucketCommand({ Bucket: never }))),
      ];
    },
  },
  {
    title: 'what was deleted is gone, and is deleted again without an error',
    aws: ['done', 'done', 'NoSuchKey', []],
    async observe(buckets) {
      const bucket = await makeBucket(buckets);
      await put(buckets, bucket, 'a');
      const remove = () => outcomeOf(removeObject(buckets.s3, { bucket, key: 'a' }));
      return [
        await remove(),
        await remove(),
        await outcomeOf(buckets.s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'a' }))),
        await keysIn(buckets, bucket),
      ];
    },
  },
  {
    title: 'a bucket that is one’s own already is said to be, or taken for made',
    aws: true,
    async observe({ s3, ...rest }) {
      const Bucket = await makeBucket({ s3, ...rest });
      const again = await outcomeOf(s3.send(new CreateBucketCommand({ Bucket })));
      // In us-east-1 it is no error (API reference, "CreateBucket", BucketAlreadyOwnedByYou).
      return again === 'done' || /^BucketAlready/.test(again);
    },
  },
];

/** As they are, whatever a URL or an XML document makes of them. */
const ODD_KEYS = [
  'a b+c',
  'percent%20sign',
  'plus+and&amp;<tag>"quotes\'',
  'colon:at@2026-01-01T00:00:00.000',
  'टमाटर/😀',
  'double//slash',
  'trailing/',
  '(brackets)[and]{braces}*!~$,;=',
  'question?mark#hash',
];

export const keyRules: readonly Rule<Buckets>[] = [
  {
    title: 'keys with odd characters are written, listed and read as they are',
    aws: Object.fromEntries(ODD_KEYS.map((key) => [key, key])),
    async observe({ s3, ...rest }) {
      const buckets = { s3, ...rest };
      const bucket = await makeBucket(buckets);
      for (const key of ODD_KEYS) await outcomeOf(put(buckets, bucket, key, key));
      const listed = new Set(await keysIn(buckets, bucket));
      const read = async (key: string) => {
        const object = await s3
          .send(new GetObjectCommand({ Bucket: bucket, Key: key }))
          .catch(() => undefined);
        const text = await object?.Body?.transformToString();
        return listed.has(key) ? text : `not listed, ${text === key ? 'but read' : 'and not read'}`;
      };
      return Object.fromEntries(
        await Promise.all(ODD_KEYS.map(async (key): Promise<[string, unknown]> => [key, await read(key)])),
      );
    },
  },
  {
    title: 'a listing is in the order of the keys’ bytes',
    aws: ['A', 'Z', 'a', 'a/b', 'ab', 'é', 'क', '😀'],
    differs: {
      fauxqs: {
        instead: ['😀', 'a', 'A', 'a/b', 'ab', 'é', 'Z', 'क'],
        harmless:
          'it lists as a person would; whoever lists here asks for every page and believes in no order, and names that sort by time are of digits',
        shownBy: ['operator/dead-letters/letters.test.ts', 'many letters are each read once'],
      },
    },
    async observe(buckets) {
      const bucket = await makeBucket(buckets);
      for (const key of ['क', 'a/b', 'ab', '😀', 'Z', 'a', 'é', 'A']) await put(buckets, bucket, key);
      return keysIn(buckets, bucket);
    },
  },
  {
    title: 'the pages of a listing have each object below the prefix once, and no other',
    aws: { pages: [2, 2, 1], keys: ['p/0', 'p/1', 'p/2', 'p/3', 'p/4'] },
    async observe({ s3, ...rest }) {
      const buckets = { s3, ...rest };
      const bucket = await makeBucket(buckets);
      for (const key of ['o/1', 'p/3', 'p/0', 'p/4', 'p/1', 'p', 'p/2', 'q']) await put(buckets, bucket, key);
      const pages: number[] = [];
      const keys: string[] = [];
      let from: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: 'p/', MaxKeys: 2, ContinuationToken: from }),
        );
        pages.push(page.Contents?.length ?? 0);
        keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
        from = page.NextContinuationToken;
      } while (from !== undefined && pages.length < 10);
      return { pages, keys };
    },
  },
  {
    title: 'what the operator’s tool lists lies below Lambda’s prefix and ours, without folders',
    aws: ['aws/lambda/u/s/one', 'dead-letters/p/one.json.gz', 'dead-letters/p/two.json.gz'],
    async observe(buckets) {
      const bucket = await makeBucket(buckets);
      for (const key of [
        'aws/lambda/u/s/one',
        'audit/2026/one',
        'dead-letters/p/one.json.gz',
        'dead-letters/p/two.json.gz',
      ])
        await put(buckets, bucket, key);
      await put(buckets, bucket, 'aws/lambda/', '');
      const found: string[] = [];
      for await (const { key } of listObjects(buckets.s3, bucket, new AbortController().signal))
        found.push(key);
      return found;
    },
  },
];
