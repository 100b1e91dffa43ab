/** A processor's queue and bucket over the real protocols, for tests: fauxqs in this process. */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type AwsServices, startAwsServices } from '../../local/engines/aws-services.ts';
import { systemClock } from '../../shared/time/clock.ts';
import type { Clients, MappingFacts, ProcessorFacts, System } from '../system/system.ts';
import type { Letter } from './letter.ts';
import { type LettersOptions, type OpenLetters, openLetters } from './letters.ts';

const REGION = 'us-east-1';
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export interface TestQueues {
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  /** With a queue and bucket of its own. */
  addProcessor(name: string, mappings?: readonly MappingFacts[]): Promise<TestProcessor>;
  stop(): Promise<void>;
}

export interface TestProcessor extends ProcessorFacts {
  /** Clients of this processor's system; `clients` may be exchanged one by one. */
  system(clients?: Partial<Clients>): System;
  open(options?: Partial<LettersOptions>, clients?: Partial<Clients>): OpenLetters;
  send(...bodies: readonly unknown[]): Promise<void>;
  put(key: string, body: string | Uint8Array): Promise<void>;
  /** Bodies of the messages that anybody could receive now. */
  visible(): Promise<string[]>;
  /** Messages in the queue, hidden or not. */
  messages(): Promise<{ readonly visible: number; readonly hidden: number }>;
  objects(): Promise<string[]>;
}

export async function startTestQueues(): Promise<TestQueues> {
  const aws: AwsServices = await startAwsServices({ region: REGION, port: 0, warn: () => {} });
  const settings = { region: REGION, endpoint: aws.endpoint, credentials: CREDENTIALS };
  const sqs = new SQSClient({ ...settings, useQueueUrlAsEndpoint: false });
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  // Nothing listens there: whoever asks Lambda without a client of its own gets no answer.
  const nowhere = {
    region: REGION,
    endpoint: 'http://127.0.0.1:1',
    credentials: CREDENTIALS,
    maxAttempts: 1,
  };
  const dynamodb = new DynamoDBClient(nowhere);
  const streams = new DynamoDBStreamsClient(nowhere);
  const lambda = new LambdaClient(nowhere);

  async function addProcessor(name: string, mappings: readonly MappingFacts[] = []): Promise<TestProcessor> {
    const id = randomUUID().slice(0, 8);
    const failureBucket = `failures-${id}`;
    const { QueueUrl: queueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: `letters-${id}`, Attributes: { VisibilityTimeout: '300' } }),
    );
    await s3.send(new CreateBucketCommand({ Bucket: failureBucket }));
    const facts: ProcessorFacts = {
      name,
      functionName: name,
      queueUrl,
      failureBucket,
      setUpFunctionName: undefined,
      mappings,
    };
    const system = (clients: Partial<Clients> = {}): System => ({
      stage: 'test',
      title: 'test',
      production: false,
      region: REGION,
      accountId: '000000000000',
      stacks: [],
      processors: [facts],
      tables: [],
      search: undefined,
      cache: undefined,
      webSocketUrl: undefined,
      gatewayUrl: undefined,
      audit: undefined,
      clients: {
        sqs,
        s3,
        lambda,
        cloudWatch: undefined,
        dynamodb: () => dynamodb,
        streams: () => streams,
        ...clients,
      },
    });
    return {
      ...facts,
      system,
      open: (options = {}, clients = {}) =>
        openLetters(system(clients), facts, {
          clock: systemClock,
          random: () => 0,
          newId: randomUUID,
          signal: new AbortController().signal,
          waitSeconds: 0,
          ...options,
        }),
      async send(...bodies) {
        for (let from = 0; from < bodies.length; from += 10) {
          await sqs.send(
            new SendMessageBatchCommand({
              QueueUrl: queueUrl,
              Entries: bodies.slice(from, from + 10).map((body, index) => ({
                Id: String(index),
                MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
              })),
            }),
          );
        }
      },
      async put(key, body) {
        await s3.send(new PutObjectCommand({ Bucket: failureBucket, Key: key, Body: body }));
      },
      async visible() {
        const found = new Map<string, Message>();
        for (;;) {
          const { Messages: messages = [] } = await sqs.send(
            new ReceiveMessageCommand({
              QueueUrl: queueUrl,
              MaxNumberOfMessages: 10,
              VisibilityTimeout: 60,
            }),
          );
          if (messages.length === 0) break;
          for (const message of messages) found.set(message.MessageId ?? '', message);
        }
        for (const { ReceiptHandle: handle } of found.values()) {
          await sqs.send(
            new ChangeMessageVisibilityCommand({
              QueueUrl: queueUrl,
              ReceiptHandle: handle,
              VisibilityTimeout: 0,
            }),
          );
        }
        return [...found.values()].map(({ Body: body = '' }) => body);
      },
      async messages() {
        const { Attributes: attributes = {} } = await sqs.send(
          new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
        );
        return {
          visible: Number(attributes['ApproximateNumberOfMessages']),
          hidden: Number(attributes['ApproximateNumberOfMessagesNotVisible']),
        };
      },
      async objects() {
        const { Contents: contents = [] } = await s3.send(
          new ListObjectsV2Command({ Bucket: failureBucket }),
        );
        return contents.flatMap(({ Key: key }) => key ?? []);
      },
    };
  }

  return {
    sqs,
    s3,
    addProcessor,
    async stop() {
      for (const client of [sqs, s3, dynamodb, streams, lambda]) client.destroy();
      await aws.stop();
    },
  };
}

/** Everything there is to read. */
export async function all(letters: OpenLetters): Promise<Letter[]> {
  const found: Letter[] = [];
  for await (const letter of letters.letters()) found.push(letter);
  return found;
}
