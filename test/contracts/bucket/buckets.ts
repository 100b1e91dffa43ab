/** The engine under test as the rules see it: clients, a bucket for each rule, and how it comes to tell a queue of new objects. */
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type AwsEngine, connectQueues, freshName, type Queues } from '../queue/queues.ts';

export interface Buckets extends Queues {
  readonly s3: S3Client;
  /** From now on, each new object whose key begins so is announced to the queue. */
  announce(bucket: string, prefix: string, queueUrl: string): Promise<void>;
}

export type Announce = (buckets: Omit<Buckets, 'announce'>) => Buckets['announce'];

export function connectBuckets(engine: AwsEngine, announce: Announce): Buckets {
  const queues = connectQueues(engine);
  const s3 = new S3Client({
    endpoint: engine.endpoint,
    region: engine.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    forcePathStyle: true,
  });
  const clients = {
    ...queues,
    s3,
    close() {
      queues.close();
      s3.destroy();
    },
  };
  return { ...clients, announce: announce(clients) };
}

export async function makeBucket({ s3 }: Pick<Buckets, 's3'>): Promise<string> {
  const bucket = freshName();
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  return bucket;
}

export async function put({ s3 }: Buckets, Bucket: string, Key: string, Body = 'x'): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
}

/** In the order in which they are listed. */
export async function keysIn({ s3 }: Buckets, Bucket: string): Promise<string[]> {
  const { Contents: contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  return contents.flatMap(({ Key }) => Key ?? []);
}
