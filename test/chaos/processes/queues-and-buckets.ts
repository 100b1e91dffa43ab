/**
 * SQS and S3 as a process: they keep what they have in a file. S3 announces each object at least once: what it may have been killed
 * over is announced again (S3 user guide, "Amazon S3 Event Notifications").
 */
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startAwsServices } from '../../../local/engines/aws-services.ts';
import { objectCreatedEvent } from '../../../local/engines/object-created-event.ts';
import type { BucketNotification } from '../../../local/template/bucket-notifications.ts';
import { obey, tell } from './orders.ts';

export interface QueuesAndBucketsSettings {
  readonly region: string;
  readonly accountId: string;
  readonly dataDir: string;
  /** As they were told before it was started again. */
  readonly notifications: readonly BucketNotification[];
}

export interface Notify {
  readonly kind: 'notify';
  readonly notifications: readonly BucketNotification[];
}

/** Objects so young may not have been announced. */
const UNSURE_MS = 30_000;

let notify: (notifications: readonly BucketNotification[]) => void = () => {};

obey(
  async ({ region, accountId, dataDir, notifications }: QueuesAndBucketsSettings) => {
    const aws = await startAwsServices({
      region,
      port: 0,
      dataDir,
      warn: (line) => process.stderr.write(`${line}\n`),
    });
    let notified = notifications.length > 0;
    if (notified) aws.notify(notifications);
    notify = (all) => {
      if (!notified) aws.notify(all);
      notified = true;
    };
    await announceAgain(aws.endpoint, notifications, region, accountId);
    tell({ kind: 'up', port: Number(new URL(aws.endpoint).port) });
    return () => aws.stop();
  },
  ({ notifications }: Notify) => notify(notifications),
);

async function announceAgain(
  endpoint: string,
  notifications: readonly BucketNotification[],
  region: string,
  accountId: string,
): Promise<void> {
  const client = { region, endpoint, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const sqs = new SQSClient(client);
  for (const { bucketName, queueName, prefix, suffix } of notifications) {
    const { Contents: objects = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket: bucketName, Prefix: prefix }),
    );
    for (const { Key: key = '', Size: bytes = 0, ETag: etag = '', LastModified: at } of objects) {
      const createdAtMs = at?.getTime() ?? Date.now();
      if (!key.endsWith(suffix) || Date.now() - createdAtMs > UNSURE_MS) continue;
      const object = { bucket: bucketName, key, bytes, createdAtMs, etag: etag.replaceAll('"', '') };
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: `${endpoint}/${accountId}/${queueName}`,
          MessageBody: JSON.stringify(objectCreatedEvent(object, region)),
        }),
      );
    }
  }
  s3.destroy();
  sqs.destroy();
}
