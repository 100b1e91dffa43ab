/** The engine under test as the rules see it: a client, and a queue for each rule. */

import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { outcomeOf as outcome } from '../rule.ts';

export interface AwsEngine {
  readonly endpoint: string;
  readonly region: string;
}

export interface Queues {
  readonly sqs: SQSClient;
  close(): void;
}

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** A refusal is an answer here: nothing is tried twice. */
export function connectQueues({ endpoint, region }: AwsEngine): Queues {
  const sqs = new SQSClient({
    endpoint,
    region,
    credentials: CREDENTIALS,
    maxAttempts: 1,
    useQueueUrlAsEndpoint: false,
  });
  return { sqs, close: () => sqs.destroy() };
}

let made = 0;

/** An engine that runs already may hold what an earlier run left. */
const run = Date.now().toString(36);

export const freshName = (): string => `contract-${run}-${made++}`;

/** Long enough that nothing comes back by itself while a rule is looked at. */
const VISIBILITY_S = '300';

export async function makeQueue(
  { sqs }: Pick<Queues, 'sqs'>,
  attributes: Record<string, string> = {},
): Promise<string> {
  const { QueueUrl: url = '' } = await sqs.send(
    new CreateQueueCommand({
      QueueName: freshName(),
      Attributes: { VisibilityTimeout: VISIBILITY_S, ...attributes },
    }),
  );
  return url;
}

export async function send({ sqs }: Queues, QueueUrl: string, ...bodies: string[]): Promise<string[]> {
  const ids = [];
  for (const MessageBody of bodies)
    ids.push((await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))).MessageId ?? '');
  return ids;
}

export async function receive(
  { sqs }: Pick<Queues, 'sqs'>,
  QueueUrl: string,
  input: Partial<ReceiveMessageCommandInput> = {},
): Promise<Message[]> {
  const { Messages: messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...input }),
  );
  return messages;
}

/** A queue may answer a part of what it has (SQS developer guide, "short polling"): asked until it has nothing more. */
export async function receiveAll(queues: Pick<Queues, 'sqs'>, url: string): Promise<Message[]> {
  const all: Message[] = [];
  for (let page = await receive(queues, url); page.length > 0; page = await receive(queues, url))
    all.push(...page);
  return all;
}

/** AWS's errors have bare names in its JSON protocol; some engines give them the names of its Query protocol. */
export const shortName = (name: string): string => name.replace(/^AWS\.SimpleQueueService\./, '');

/** @returns `done`, or the name of the error */
export async function outcomeOf(request: Promise<unknown>): Promise<string> {
  return shortName(await outcome(request));
}

/** Messages that can be received, and those that are hidden. */
export async function counts({ sqs }: Queues, QueueUrl: string): Promise<[visible: number, hidden: number]> {
  const { Attributes: attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
  );
  return [
    Number(attributes['ApproximateNumberOfMessages']),
    Number(attributes['ApproximateNumberOfMessagesNotVisible']),
  ];
}
