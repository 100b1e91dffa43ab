/** Every object that may hold a letter is found, on however many pages they are; nothing else is. */
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { listObjects } from './bucket.ts';

const BUCKET = 'failures';

/** Lists two at a time; a token is good for the prefix that it was given for. */
function bucketOf(objects: Readonly<Record<string, number>>) {
  const send = async (command: unknown) => {
    if (!(command instanceof ListObjectsV2Command)) throw new Error('another command');
    const { Prefix: prefix = '', ContinuationToken: token } = command.input;
    const [of, at] = token?.split(' ') ?? [prefix, '0'];
    if (of !== prefix) throw new Error('InvalidArgument: the token is of another prefix');
    const all = Object.entries(objects).filter(([key]) => key.startsWith(prefix));
    const end = Number(at) + 2;
    return {
      Contents: all.slice(Number(at), end).map(([Key, Size]) => ({ Key, Size })),
      ...(end < all.length ? { NextContinuationToken: `${prefix} ${end}` } : {}),
    };
  };
  return { send } as never;
}

const list = async (objects: Readonly<Record<string, number>>) =>
  (await Array.fromAsync(listObjects(bucketOf(objects), BUCKET, new AbortController().signal))).map(
    ({ bucket, key }) => `${bucket} ${key}`,
  );

test('Lambda’s objects and ours are listed to the last page', async () => {
  const keys = [
    ...[1, 2, 3, 4, 5].map((number) => `aws/lambda/uuid/shard/${number}`),
    ...[1, 2, 3].map((number) => `dead-letters/bids/${number}.json.gz`),
  ];
  const objects = Object.fromEntries(keys.map((key) => [key, 10]));
  expect(await list({ ...objects, 'audit/2026.jsonl': 10 })).toEqual(keys.map((key) => `${BUCKET} ${key}`));
});

test('a folder that a console made holds no letter; an empty object, and a key that ends like a folder, may', async () => {
  expect(
    await list({ 'aws/lambda/': 0, 'aws/lambda/empty': 0, 'dead-letters/bids/': 0, 'dead-letters/odd/': 7 }),
  ).toEqual([`${BUCKET} aws/lambda/empty`, `${BUCKET} dead-letters/odd/`]);
});
