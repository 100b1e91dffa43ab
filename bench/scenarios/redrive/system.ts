/** The system that is redriven: its services in another process, its items and dead letters made up here. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { toSdkImage } from '../../../fixtures/sdk-image.ts';
import { envelope } from '../../../operator/dead-letters/testing.ts';
import type { ProcessorFacts, System } from '../../../operator/system/system.ts';
import { productImage, productKeys, streamRecord } from '../../../test/support/record.ts';
import type { RedriveEngines } from '../../../test/support/redrive-engines.ts';

export interface RedriveSystem {
  readonly sqs: SQSClient;
  /** A system of its own: nothing is indexed, nothing waits. */
  fresh(): Promise<{ readonly system: System; readonly processor: ProcessorFacts }>;
  /** Puts items, and a dead letter for each; records are as large as is said, roughly. */
  fill(processor: ProcessorFacts, letters: number, recordBytes: number): Promise<void>;
  /** Messages of the same size alone, for the engine's own rate. */
  fillQueue(processor: ProcessorFacts, letters: number, recordBytes: number): Promise<void>;
  close(): Promise<void>;
}

const CREDENTIALS = { accessKeyId: 'bench', secretAccessKey: 'bench' };
const REGION = 'us-east-1';

export async function startRedriveSystem(): Promise<RedriveSystem> {
  const child = fork(join(import.meta.dirname, 'services.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const endpoints = await answer<RedriveEngines['endpoints']>(child);
  const settings = { region: REGION, credentials: CREDENTIALS, endpoint: endpoints.aws };
  const sqs = new SQSClient({ ...settings, useQueueUrlAsEndpoint: false });
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const lambda = new LambdaClient({ ...settings, endpoint: endpoints.lambda });
  const tables = new DynamoDBClient({
    ...settings,
    endpoint: endpoints.dynamodb,
    region: endpoints.dynamodbRegion,
  });
  return {
    sqs,
    async fresh() {
      child.send('fresh');
      const processor = await answer<ProcessorFacts>(child);
      return { processor, system: systemOf(processor, { sqs, s3, lambda, tables }) };
    },
    async fill(processor, letters, recordBytes) {
      await putItems(tables, processor.mappings[0]?.table ?? '', letters, recordBytes);
      await sendLetters(sqs, processor, letters, recordBytes);
    },
    fillQueue: (processor, letters, recordBytes) => sendLetters(sqs, processor, letters, recordBytes),
    async close() {
      for (const client of [sqs, s3, lambda, tables]) client.destroy();
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('the services ended');
    }),
  ]);
  return message as T;
}

function systemOf(
  processor: ProcessorFacts,
  clients: { sqs: SQSClient; s3: S3Client; lambda: LambdaClient; tables: DynamoDBClient },
): System {
  const { tables, ...others } = clients;
  return {
    stage: 'bench',
    title: 'the benchmark',
    production: false,
    region: REGION,
    accountId: '000000000000',
    stacks: [],
    processors: [processor],
    tables: [],
    search: undefined,
    cache: undefined,
    webSocketUrl: undefined,
    gatewayUrl: undefined,
    audit: undefined,
    clients: {
      ...others,
      cloudWatch: undefined,
      dynamodb: () => tables,
      streams: () => {
        throw new Error('no streams here');
      },
    },
  };
}

/** Texts that are hard to compress would measure the compressor; these are as repetitive as descriptions are. */
function attributes(recordBytes: number): object {
  const words = 'fresh ripe tomatoes from the field, picked this morning ';
  const filling = words
    .repeat(Math.ceil(recordBytes / words.length))
    .slice(0, Math.max(0, recordBytes - 900));
  return filling === '' ? {} : { description: { M: { english: { S: filling } } } };
}

/** The most that BatchWriteItem takes (API reference). */
const ITEMS = 25;
/** The most that SendMessageBatch takes, and its 1 MiB in all (SQS API reference). */
const MESSAGES = 10;
const PARALLEL = 4;

async function putItems(
  client: DynamoDBClient,
  table: string,
  items: number,
  recordBytes: number,
): Promise<void> {
  await inChunks(items, ITEMS, async (ids) => {
    const requests = ids.map((id) => ({
      PutRequest: { Item: toSdkImage(productImage(`p${id}`, attributes(recordBytes)), 'item') },
    }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
  });
}

async function sendLetters(
  sqs: SQSClient,
  { queueUrl, mappings }: ProcessorFacts,
  letters: number,
  recordBytes: number,
): Promise<void> {
  const streamArn = mappings[0]?.streamArn ?? '';
  await inChunks(letters, MESSAGES, async (ids) => {
    const entries = ids.map((id) => {
      const record = streamRecord({
        eventID: `event-${id}`,
        seq: String(10n ** 20n * BigInt(1_000 + id)),
        keys: productKeys(`p${id}`),
        newImage: productImage(`p${id}`, attributes(recordBytes)),
      });
      const letter = envelope({
        processor: 'products',
        streamArn,
        record: { ...record, eventSourceARN: streamArn },
      });
      return { Id: String(id), MessageBody: JSON.stringify(letter) };
    });
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
  });
}

async function inChunks(
  total: number,
  size: number,
  work: (ids: readonly number[]) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < total) {
      const from = next;
      next += size;
      await work(Array.from({ length: Math.min(size, total - from) }, (_, index) => from + index));
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, lane));
}
