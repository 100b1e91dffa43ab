/** One small system for tests of what operators do with dead letters: two processors with their queues, buckets and tables, filled at will. */
import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Image } from '../../fixtures/generate/image.ts';
import { toSdkImage } from '../../fixtures/sdk-image.ts';
import { announcement, envelope, givenUp, payloadOf } from '../../operator/dead-letters/testing.ts';
import type { ProcessorFacts } from '../../operator/system/system.ts';
import type { DeadLetter } from '../../shared/dead-letters/letter.ts';
import type { StreamHandler } from '../../shared/stream/handler.ts';
import { systemClock } from '../../shared/time/clock.ts';
import {
  ACCOUNT,
  type Death,
  type Holds,
  type OperatorProcess,
  operatorProcess,
  REGION,
} from './operator-process.ts';
import { type ProductIndex, productIndex } from './product-index.ts';
import { bidsHandler, productsHandler } from './redrive-handlers.ts';
import { Switchboard } from './switchboard.ts';

const TIMEOUT_MS = 60_000;

export type WorldProcessor = 'products' | 'bids';

export interface RedriveWorld {
  readonly index: ProductIndex;
  readonly board: Switchboard;
  readonly handlers: Map<string, StreamHandler>;
  /** Of every invocation: which function, and the event. */
  readonly invocations: { readonly functionName: string; readonly event: InvokedEvent }[];
  facts(processor: WorldProcessor): ProcessorFacts;
  process(death?: Death): OperatorProcess;
  /** Puts an item of the products table. */
  put(image: Image): Promise<void>;
  remove(keys: Image): Promise<void>;
  letter(processor: WorldProcessor, record: unknown, parts?: Partial<DeadLetter>): Promise<void>;
  message(processor: WorldProcessor, body: unknown): Promise<void>;
  /** A batch that the mapping gave up, and how often it is announced. */
  batch(processor: WorldProcessor, records: readonly unknown[], announced?: number): Promise<void>;
  streamArn(processor: WorldProcessor): string;
  /** What lies in the queue, held or not, as text; everything becomes visible again first. */
  messages(processor: WorldProcessor): Promise<readonly string[]>;
  /** How many messages there are, without touching them. */
  waiting(processor: WorldProcessor): Promise<number>;
  objects(processor: WorldProcessor): Promise<readonly string[]>;
  /** Event ids in batches that were given up, announced or not. */
  recordsInObjects(processor: WorldProcessor): Promise<readonly string[]>;
  /** As if the time had passed for which a process that died holds its messages. */
  forgetHolds(): Promise<void>;
}

export interface InvokedEvent {
  readonly redrive?: { readonly id: string; readonly plan?: boolean; readonly describe?: boolean };
  readonly Records: readonly {
    readonly eventID?: string;
    readonly dynamodb?: { readonly SequenceNumber?: string };
  }[];
}

/** What all worlds share. */
export interface Engines {
  readonly clients: { sqs(): SQSClient; s3(): S3Client; lambda(): LambdaClient };
  readonly tables: DynamoDBClient;
  readonly functions: Map<string, (event: InvokedEvent) => Promise<unknown>>;
  readonly endpoint: string;
}

/** Each world has queues, buckets, tables and functions of its own. */
export async function newWorld({ clients, tables, functions, endpoint }: Engines): Promise<RedriveWorld> {
  const id = randomUUID().slice(0, 8);
  const sqs = clients.sqs();
  const s3 = clients.s3();
  const facts = new Map<WorldProcessor, ProcessorFacts>();
  for (const name of ['products', 'bids'] as const) {
    const table = `${name}-${id}`;
    await tables.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'PK', KeyType: 'HASH' },
          { AttributeName: 'SK', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: ['PK', 'SK'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      }),
    );
    await sqs.send(
      new CreateQueueCommand({ QueueName: `${name}-${id}`, Attributes: { VisibilityTimeout: '300' } }),
    );
    await s3.send(new CreateBucketCommand({ Bucket: `failures-${name}-${id}` }));
    const streamArn = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${table}/stream/2026-01-01T00:00:00.000`;
    facts.set(name, {
      name,
      functionName: `${name}-${id}`,
      queueUrl: `${endpoint}/${ACCOUNT}/${name}-${id}`,
      failureBucket: `failures-${name}-${id}`,
      setUpFunctionName: undefined,
      mappings: [{ id: randomUUID(), word: '', table, streamArn }],
    });
  }
  const factsOf = (name: WorldProcessor): ProcessorFacts => {
    const found = facts.get(name);
    if (found === undefined) throw new Error(`no processor ${name}`);
    return found;
  };
  const tableOf = (name: WorldProcessor) => `${name}-${id}`;

  const index = productIndex(systemClock);
  const board = new Switchboard(systemClock);
  const handlers = new Map<string, StreamHandler>([
    [factsOf('products').functionName, productsHandler(index, tables, tableOf('products'))],
    [factsOf('bids').functionName, bidsHandler(board)],
  ]);
  const invocations: { functionName: string; event: InvokedEvent }[] = [];
  for (const functionName of handlers.keys()) {
    functions.set(functionName, async (event) => {
      invocations.push({ functionName, event });
      const startedMs = Date.now();
      return handlers.get(functionName)?.(event, {
        awsRequestId: randomUUID(),
        getRemainingTimeInMillis: () => TIMEOUT_MS - (Date.now() - startedMs),
      });
    });
  }

  const holds: Holds = new Map();
  const now = '2026-02-01T00:00:00.000Z';
  const world: RedriveWorld = {
    index,
    board,
    handlers,
    invocations,
    facts: factsOf,
    process: (death) => operatorProcess({ clients, tables, processors: [...facts.values()], holds }, death),
    async put(image) {
      await tables.send(
        new PutItemCommand({ TableName: tableOf('products'), Item: toSdkImage(image, 'item') }),
      );
    },
    async remove(keys) {
      await tables.send(
        new DeleteItemCommand({ TableName: tableOf('products'), Key: toSdkImage(keys, 'key') }),
      );
    },
    streamArn: (name) => factsOf(name).mappings[0]?.streamArn ?? '',
    async letter(name, record, parts = {}) {
      const streamArn = world.streamArn(name);
      const whole = ofStream(record, streamArn);
      await world.message(
        name,
        envelope({ processor: name, streamArn, failedAt: now, record: whole, ...parts }),
      );
    },
    async message(name, body) {
      const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
      await sqs.send(new SendMessageCommand({ QueueUrl: factsOf(name).queueUrl, MessageBody }));
    },
    async batch(name, records, announced = 1) {
      const { failureBucket: bucket, functionName } = factsOf(name);
      const streamArn = world.streamArn(name);
      const whole = records.map((record) => ofStream(record, streamArn));
      const body = givenUp({
        payload: payloadOf(whole),
        functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${functionName}`,
        timestamp: now,
        info: { streamArn, batchSize: records.length },
      });
      const key = `aws/lambda/${randomUUID()}/shardId-1/2026/02/01/${randomUUID()}`;
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: JSON.stringify(body) }));
      for (let time = 0; time < announced; time++) await world.message(name, announcement(bucket, key));
    },
    async messages(name) {
      await world.forgetHolds();
      const { queueUrl: QueueUrl } = factsOf(name);
      const bodies = new Map<string, string>();
      for (;;) {
        const { Messages: messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 60 }),
        );
        for (const { MessageId = '', Body = '', ReceiptHandle: handle = '' } of messages) {
          bodies.set(MessageId, Body);
          holds.set(MessageId, { queueUrl: QueueUrl, handle });
        }
        if (messages.length === 0) break;
      }
      await world.forgetHolds();
      return [...bodies.values()];
    },
    async waiting(name) {
      const { Attributes: attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: factsOf(name).queueUrl, AttributeNames: ['All'] }),
      );
      return (
        Number(attributes['ApproximateNumberOfMessages']) +
        Number(attributes['ApproximateNumberOfMessagesNotVisible'])
      );
    },
    async objects(name) {
      const { Contents: contents = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket: factsOf(name).failureBucket }),
      );
      return contents.flatMap(({ Key }) => Key ?? []);
    },
    async recordsInObjects(name) {
      const { failureBucket: Bucket } = factsOf(name);
      const found = await Promise.all(
        (await world.objects(name)).map(async (Key) => {
          const { Body: body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
          const { payload = '{}' } = JSON.parse((await body?.transformToString()) ?? '{}');
          return (JSON.parse(payload).Records ?? []).map(({ eventID }: { eventID: string }) => eventID);
        }),
      );
      return found.flat();
    },
    async forgetHolds() {
      for (const { queueUrl, handle } of holds.values()) {
        await sqs
          .send(
            new ChangeMessageVisibilityCommand({
              QueueUrl: queueUrl,
              ReceiptHandle: handle,
              VisibilityTimeout: 0,
            }),
          )
          .catch(() => {});
      }
      holds.clear();
    },
  };
  return world;
}

function ofStream(record: unknown, streamArn: string): unknown {
  const isRecord = typeof record === 'object' && record !== null && 'eventSourceARN' in record;
  return isRecord ? { ...record, eventSourceARN: streamArn } : record;
}
