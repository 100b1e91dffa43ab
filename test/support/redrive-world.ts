/**
 * A small system for tests of what operators do with dead letters: queues, buckets and tables on embedded engines, the shipped functions
 * behind the gateway's Invoke, and an operator's process that can die at any of its requests.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Image } from '../../fixtures/generate/image.ts';
import { toSdkImage } from '../../fixtures/sdk-image.ts';
import { startAwsServices } from '../../local/engines/aws-services.ts';
import { startDynoxide } from '../../local/engines/dynamodb.ts';
import { startGateway } from '../../local/gateway/index.ts';
import { inProcessConnection } from '../../local/search-engine/index.ts';
import { announcement, envelope, givenUp, payloadOf } from '../../operator/dead-letters/testing.ts';
import type { ProcessorFacts, System } from '../../operator/system/system.ts';
import { bidsProcessor } from '../../processors/bids/processor.ts';
import { productsProcessor } from '../../processors/products/processor.ts';
import type { DeadLetter } from '../../shared/dead-letters/letter.ts';
import { itemReader } from '../../shared/dynamodb/read-items.ts';
import { createIdempotency } from '../../shared/idempotency/idempotency.ts';
import { createSearchClient } from '../../shared/search/client.ts';
import { type StreamHandler, streamHandler } from '../../shared/stream/handler.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { memoryClaimTable } from './claim-table.ts';
import { letterBox } from './letters.ts';
import { ALIAS, type ProductIndex, productIndex } from './product-index.ts';
import { Switchboard } from './switchboard.ts';

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const TIMEOUT_MS = 60_000;

export type WorldProcessor = 'products' | 'bids';

/** An operator's tool: from the request at which it dies on, none of its requests is sent. */
export interface Death {
  /** Which request, from 0, of SQS, S3 and Lambda together. */
  readonly request: number;
  /** Whether that one still arrives. */
  readonly arrives: boolean;
}

export interface OperatorProcess {
  readonly system: System;
  readonly signal: AbortSignal;
  /** How many requests it has made, and which. */
  readonly requests: string[];
  readonly died: () => boolean;
  interrupt(): void;
}

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

export interface RedriveEngines {
  /** For another process's clients. */
  readonly endpoints: {
    readonly aws: string;
    readonly lambda: string;
    readonly dynamodb: string;
    readonly dynamodbRegion: string;
  };
  world(): Promise<RedriveWorld>;
  close(): Promise<void>;
}

/** Linux x64 only; see `embeddedDynamoDb`. */
export async function startRedriveEngines(): Promise<RedriveEngines> {
  const folder = await mkdtemp(join(tmpdir(), 'streamkeeper-redrive-'));
  const dynamodb = await startDynoxide({
    system: 'tests',
    file: join(folder, 'db'),
    port: 0,
    clock: systemClock,
  });
  const aws = await startAwsServices({ region: REGION, port: 0, warn: () => {} });
  const functions = new Map<string, (event: InvokedEvent) => Promise<unknown>>();
  const gateway = await startGateway({
    clock: systemClock,
    warn: () => {},
    async invoke(name, payload) {
      try {
        const run = functions.get(name);
        return run && { kind: 'returned', payload: await run(JSON.parse(payload)) };
      } catch (error) {
        return {
          kind: 'error',
          errorType: error instanceof Error ? error.name : 'Error',
          errorMessage: 'it failed',
        };
      }
    },
  });
  const settings = { region: REGION, credentials: CREDENTIALS, endpoint: aws.endpoint };
  const clients = {
    sqs: () => new SQSClient({ ...settings, useQueueUrlAsEndpoint: false }),
    s3: () => new S3Client({ ...settings, forcePathStyle: true }),
    lambda: () => new LambdaClient({ ...settings, endpoint: gateway.url }),
  };
  const tables = new DynamoDBClient({ ...settings, region: dynamodb.region, endpoint: dynamodb.endpoint });
  const engines = { clients, tables, functions, endpoint: aws.endpoint };
  return {
    endpoints: {
      aws: aws.endpoint,
      lambda: gateway.url,
      dynamodb: dynamodb.endpoint,
      dynamodbRegion: dynamodb.region,
    },
    world: () => newWorld(engines),
    async close() {
      await gateway.close();
      await aws.stop();
      tables.destroy();
      await dynamodb.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Engines {
  readonly clients: { sqs(): SQSClient; s3(): S3Client; lambda(): LambdaClient };
  readonly tables: DynamoDBClient;
  readonly functions: Map<string, (event: InvokedEvent) => Promise<unknown>>;
  readonly endpoint: string;
}

async function newWorld({ clients, tables, functions, endpoint }: Engines): Promise<RedriveWorld> {
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

  const holds = new Map<string, { queueUrl: string; handle: string }>();
  const now = '2026-02-01T00:00:00.000Z';
  const world: RedriveWorld = {
    index,
    board,
    handlers,
    invocations,
    facts: factsOf,
    process: (death) => operatorProcess(clients, tables, [...facts.values()], holds, death),
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

const ports = { clock: systemClock, random: () => 0.5, sink: letterBox(), reporter: { report() {} } };

function productsHandler(index: ProductIndex, tables: DynamoDBClient, table: string): StreamHandler {
  const client = createSearchClient({
    endpoint: 'http://embedded',
    signing: 'none',
    Connection: inProcessConnection(index.engine),
  });
  return streamHandler(
    productsProcessor({ client, alias: ALIAS, readItems: itemReader(tables, table) }),
    ports,
  );
}

function bidsHandler(board: Switchboard): StreamHandler {
  board.connect({ id: 'vendor-phone', user: 'vendor', since: 0 });
  board.connect({ id: 'buyer-phone', user: 'buyer', since: 0 });
  const claims = createIdempotency({ processor: 'bids', table: memoryClaimTable(), newId: randomUUID });
  const { inbox, sessions, post } = board;
  const processor = bidsProcessor({
    ...claims,
    inbox,
    sessions,
    post,
    languageOfUser: async () => 'english',
    measure: () => {},
  });
  return streamHandler(processor, ports);
}

/** An object that nobody reads any more must not fail by it. */
function dropBody(output: unknown): void {
  const { Body: body } = (output ?? {}) as { Body?: unknown };
  if (body instanceof Readable) body.on('error', () => {}).resume();
}

function operatorProcess(
  clients: Engines['clients'],
  tables: DynamoDBClient,
  processors: readonly ProcessorFacts[],
  holds: Map<string, { queueUrl: string; handle: string }>,
  death: Death | undefined,
): OperatorProcess {
  const interrupt = new AbortController();
  const requests: string[] = [];
  let dead = false;
  const faulty = <C extends SQSClient | S3Client | LambdaClient>(client: C): C => {
    const stack = client.middlewareStack as SQSClient['middlewareStack'];
    stack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          if (dead) throw new Error('this process is dead');
          const strikes = death !== undefined && requests.length === death.request;
          requests.push(commandName);
          if (strikes && !death.arrives) die();
          if (dead) throw new Error('this process is dead');
          const answer = await next(args);
          noteHolds(commandName, args.input, answer.output);
          if (strikes) die();
          if (dead) dropBody(answer.output);
          // What was under way when it died may have arrived, but nobody hears of it.
          if (dead) throw new Error('this process is dead');
          return answer;
        },
      { step: 'initialize', name: 'mortality', priority: 'high' },
    );
    return client;
  };
  function die(): void {
    dead = true;
    interrupt.abort();
  }
  function noteHolds(command: string, input: unknown, output: unknown): void {
    if (command !== 'ReceiveMessageCommand') return;
    const { QueueUrl: queueUrl = '' } = input as { QueueUrl?: string };
    const { Messages: messages = [] } = output as {
      Messages?: readonly { MessageId?: string; ReceiptHandle?: string }[];
    };
    for (const { MessageId = '', ReceiptHandle: handle = '' } of messages)
      holds.set(MessageId, { queueUrl, handle });
  }
  const system: System = {
    stage: 'test',
    title: 'the test system',
    production: false,
    region: REGION,
    accountId: ACCOUNT,
    stacks: [],
    processors,
    tables: processors.flatMap(({ name, mappings }) =>
      mappings.map(({ table, streamArn }) => ({ role: name, stack: 'test', name: table, streamArn })),
    ),
    search: undefined,
    cache: undefined,
    webSocketUrl: undefined,
    gatewayUrl: 'http://test',
    audit: undefined,
    clients: {
      sqs: faulty(clients.sqs()),
      s3: faulty(clients.s3()),
      lambda: faulty(clients.lambda()),
      cloudWatch: undefined,
      dynamodb: () => tables,
      streams: () => {
        throw new Error('no streams here');
      },
    },
  };
  return { system, signal: interrupt.signal, requests, died: () => dead, interrupt: () => interrupt.abort() };
}
