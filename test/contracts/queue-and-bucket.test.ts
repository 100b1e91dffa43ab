/** The contracts of queue and bucket on fauxqs, with what the local run adds to it. */
import { afterAll, beforeAll } from 'vitest';
import { type AwsServices, startAwsServices } from '../../local/engines/aws-services.ts';
import { connectBuckets } from './bucket/buckets.ts';
import { bucketContract } from './bucket-contract.ts';
import { connectQueues } from './queue/queues.ts';
import { queueContract } from './queue-contract.ts';
import { keepsContract } from './rule.ts';

const region = 'us-east-1';
let engine: AwsServices | undefined;
beforeAll(async () => {
  engine = await startAwsServices({ region, port: 0, warn: () => {} });
});
afterAll(() => engine?.stop());

function running(): AwsServices {
  if (engine === undefined) throw new Error('SQS and S3 are not running');
  return engine;
}

keepsContract('queue', queueContract, 'fauxqs', async () => {
  const port = connectQueues({ endpoint: running().endpoint, region });
  return { port, stop: async () => port.close() };
});

keepsContract('bucket', bucketContract, 'fauxqs', async () => {
  const announce = () => async (bucketName: string, prefix: string, queueUrl: string) =>
    running().notify([{ bucketName, prefix, suffix: '', queueName: queueUrl.split('/').at(-1) ?? '' }]);
  const port = connectBuckets({ endpoint: running().endpoint, region }, announce);
  return { port, stop: async () => port.close() };
});
