import { createServer } from 'node:net';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AwsServices, startAwsServices } from './aws-services.ts';

const region = 'here';
const warnings: string[] = [];
let aws: AwsServices;
let sqs: SQSClient;
let s3: S3Client;
beforeAll(async () => {
  aws = await startAwsServices({ region, port: 0, warn: (line) => warnings.push(line) });
  const client = {
    region,
    endpoint: aws.endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  sqs = new SQSClient(client);
  s3 = new S3Client({ ...client, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'failures' }));
  await sqs.send(new CreateQueueCommand({ QueueName: 'letters' }));
  aws.notify([{ bucketName: 'failures', queueName: 'letters', prefix: 'aws/', suffix: '' }]);
});
afterAll(() => aws.stop());

async function letters(count: number): Promise<{ key: string; size: number }[]> {
  const found: { key: string; size: number }[] = [];
  while (found.length < count) {
    const { Messages: messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: `${aws.endpoint}/000000000000/letters`,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
      }),
    );
    for (const { Body: body = '' } of messages) {
      const { key, size } = JSON.parse(body).Records[0].s3.object;
      found.push({ key, size });
    }
  }
  return found;
}

test('each new object that matches is announced to the queue, with its key encoded as S3 does', async () => {
  const keys = ['other/a', ...Array.from({ length: 20 }, (_, n) => `aws/lambda/a b+ü/${n}`)];
  await Promise.all(
    keys.map((Key) => s3.send(new PutObjectCommand({ Bucket: 'failures', Key, Body: 'four' }))),
  );
  const announced = await letters(20);
  expect(announced.map(({ key }) => key).toSorted()).toEqual(
    Array.from({ length: 20 }, (_, n) => `aws/lambda/a+b%2B%C3%BC/${n}`).toSorted(),
  );
  expect(new Set(announced.map(({ size }) => size))).toEqual(new Set([4]));
  expect(warnings).toEqual([]);
});

test('a port that is taken is refused by the option that sets it', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await expect(startAwsServices({ region, port, warn: () => {} })).rejects.toThrow(
    `--aws-port: port ${port} is taken`,
  );
  server.close();
});
