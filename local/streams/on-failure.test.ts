/** What a mapping gives up reaches the queue or the bucket it is meant for, on the engines of the local run. */
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AwsServices, startAwsServices } from '../engines/aws-services.ts';
import { onFailureDestinations } from './on-failure.ts';

let aws: AwsServices;
let sqs: SQSClient;
let s3: S3Client;
let deliver: ReturnType<typeof onFailureDestinations>;

beforeAll(async () => {
  aws = await startAwsServices({ region: 'here', port: 0, warn: () => {} });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = { region: 'here', endpoint: aws.endpoint, credentials, maxAttempts: 1 };
  sqs = new SQSClient(client);
  s3 = new S3Client({ ...client, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'failures' }));
  await sqs.send(new CreateQueueCommand({ QueueName: 'letters' }));
  deliver = onFailureDestinations({ sqs, s3, queueUrl: (name) => `${aws.endpoint}/000000000000/${name}` });
});
afterAll(async () => {
  sqs.destroy();
  s3.destroy();
  await aws.stop();
});

const QUEUE = 'arn:aws:sqs:here:000000000000:letters';

test('a queue gets the body as its message', async () => {
  await deliver({ destination: QUEUE, body: '{"version":"1.0"}' });
  const { Messages: messages } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: `${aws.endpoint}/000000000000/letters` }),
  );
  expect(messages?.map(({ Body: body }) => body)).toEqual(['{"version":"1.0"}']);
});

test('a bucket gets the body as an object under the key that the mapping chose, as AWS writes it', async () => {
  const key = 'aws/lambda/one/shard/2026/03/17/2026-03-17T00.00.00-two';
  await deliver({ destination: 'arn:aws:s3:::failures', body: '{"payload":"ü"}', key });
  const found = await s3.send(new GetObjectCommand({ Bucket: 'failures', Key: key }));
  expect([await found.Body?.transformToString(), found.ContentType]).toEqual([
    '{"payload":"ü"}',
    'application/octet-stream',
  ]);
});

test.each([
  ['a queue that is not there', `${QUEUE}2`],
  ['a bucket that is not there', 'arn:aws:s3:::nowhere'],
  ['a topic, which the local run does not have', 'arn:aws:sns:here:000000000000:letters'],
])('%s refuses, so that the mapping counts its records as lost', async (_, destination) => {
  await expect(deliver({ destination, body: '{}', key: 'a' })).rejects.toThrow();
});
