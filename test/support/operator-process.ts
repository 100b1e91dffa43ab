/** An operator's tool as a process that can die at any of its requests, over engines that live on. */
import { Readable } from 'node:stream';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { ProcessorFacts, System } from '../../operator/system/system.ts';

export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

/** An operator's tool: from the request at which it dies on, none of its requests is sent. */
export interface Death {
  /** Which request, from 0, of SQS, S3, Lambda and whatever else it asks for. */
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
  /** One more request, of none of its clients. */
  request<T>(name: string, carryOut: () => Promise<T>): Promise<T>;
  interrupt(): void;
}

/** By message id: what some process has received, with its latest handle. */
export type Holds = Map<string, { readonly queueUrl: string; readonly handle: string }>;

export interface Surroundings {
  readonly clients: { sqs(): SQSClient; s3(): S3Client; lambda(): LambdaClient };
  readonly tables: DynamoDBClient;
  readonly processors: readonly ProcessorFacts[];
  readonly holds: Holds;
}

/** An object that nobody reads any more must not fail by it. */
function dropBody(output: unknown): void {
  const { Body: body } = (output ?? {}) as { Body?: unknown };
  if (body instanceof Readable) body.on('error', () => {}).resume();
}

export function operatorProcess(
  { clients, tables, processors, holds }: Surroundings,
  death: Death | undefined,
): OperatorProcess {
  const interrupt = new AbortController();
  const requests: string[] = [];
  let dead = false;
  async function request<T>(name: string, carryOut: () => Promise<T>): Promise<T> {
    if (dead) throw new Error('this process is dead');
    const strikes = death !== undefined && requests.length === death.request;
    requests.push(name);
    if (strikes && !death.arrives) die();
    if (dead) throw new Error('this process is dead');
    const answer = await carryOut();
    if (strikes) die();
    // What was under way when it died may have arrived, but nobody hears of it.
    if (dead) dropBody((answer as { output?: unknown } | undefined)?.output);
    if (dead) throw new Error('this process is dead');
    return answer;
  }
  const faulty = <C extends SQSClient | S3Client | LambdaClient>(client: C): C => {
    const stack = client.middlewareStack as SQSClient['middlewareStack'];
    stack.add(
      (next, { commandName = '' }) =>
        (args) =>
          request(commandName, async () => {
            const answer = await next(args);
            noteHolds(commandName, args.input, answer.output);
            return answer;
          }),
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
  return {
    system,
    signal: interrupt.signal,
    requests,
    died: () => dead,
    request,
    interrupt: () => interrupt.abort(),
  };
}
