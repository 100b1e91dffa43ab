/** The deployed stage as a test sees it: found by its stacks' outputs, written to and looked at through the AWS SDK. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { toSdkImage } from '../../fixtures/sdk-image.ts';
import { factsOf, type SystemFacts } from '../../operator/system/facts.ts';
import { describeStage } from '../../operator/system/stacks.ts';
import type { ProcessorFacts } from '../../operator/system/system.ts';
import { connectRedis } from '../../shared/cache/connect.ts';
import type { Redis } from '../../shared/cache/redis.ts';
import { createSearchClient } from '../../shared/search/client.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { CREDENTIALS, REGION, STAGE } from './engine/place.ts';

export type Image = Record<string, AttributeValue>;

export interface Deployed {
  readonly clock: Clock;
  readonly facts: SystemFacts;
  /** Of a stack, by their keys. */
  outputs(stack: string): Readonly<Record<string, string>>;
  readonly s3: S3Client;
  readonly search: ReturnType<typeof createSearchClient>;
  readonly redis: Redis;
  /** By the end of the stack's name and the table's role. @throws Error when there is none */
  table(system: string, role: string): string;
  processor(name: string): ProcessorFacts;
  /** Items and keys as streams have them, binary as base64. */
  put(table: string, item: object): Promise<void>;
  remove(table: string, key: object): Promise<void>;
  item(table: string, key: object): Promise<Image | undefined>;
  inbox(userId: string): Promise<readonly Image[]>;
  /** Letters waiting and being looked at. */
  letterCount(processor: string): Promise<number>;
  /** What a letter in the queue says; it stays visible for others. */
  letter(processor: string): Promise<unknown>;
  mails(): Promise<readonly Mail[]>;
  close(): void;
}

/** As the emulator keeps what was sent. */
export interface Mail {
  readonly Source: string;
  readonly To: readonly string[];
  readonly Subject: string;
}

export async function lookAtStage(url: string, redisUrl: string, clock: Clock): Promise<Deployed> {
  const settings = { endpoint: url, region: REGION, credentials: CREDENTIALS };
  const cloudFormation = new CloudFormationClient(settings);
  const { stacks } = await describeStage(cloudFormation, STAGE, REGION);
  cloudFormation.destroy();
  const facts = factsOf(stacks);
  const dynamodb = new DynamoDBClient(settings);
  const sqs = new SQSClient({ ...settings, useQueueUrlAsEndpoint: false });
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  if (facts.search === undefined) throw new Error('the stage has no search domain');
  const search = createSearchClient({ endpoint: facts.search.endpoint, signing: 'none' });
  const redis = connectRedis({ url: redisUrl, clock });

  function table(system: string, role: string): string {
    const found = facts.tables.find((one) => one.stack.endsWith(`-${system}`) && one.role === role);
    if (found === undefined) throw new Error(`the stack of ${system} has no table ${role}`);
    return found.name;
  }
  function processor(name: string): ProcessorFacts {
    const found = facts.processors.find((one) => one.name === name);
    if (found === undefined) throw new Error(`the stage has no processor ${name}`);
    return found;
  }
  return {
    clock,
    facts,
    outputs: (stack) => stacks.find(({ name }) => name === stack)?.outputs ?? {},
    s3,
    search,
    redis,
    table,
    processor,
    async put(TableName, item) {
      await dynamodb.send(new PutItemCommand({ TableName, Item: toSdkImage(item, 'item') }));
    },
    async remove(TableName, key) {
      await dynamodb.send(new DeleteItemCommand({ TableName, Key: toSdkImage(key, 'key') }));
    },
    async item(TableName, key) {
      const get = { TableName, Key: toSdkImage(key, 'key'), ConsistentRead: true };
      return (await dynamodb.send(new GetItemCommand(get))).Item;
    },
    async inbox(userId) {
      const { Items = [] } = await dynamodb.send(
        new QueryCommand({
          TableName: table('ek-bharath', 'userSessions'),
          KeyConditionExpression: 'PK = :inbox',
          ExpressionAttributeValues: { ':inbox': { S: `NOTIFICATION#${userId}` } },
        }),
      );
      return Items;
    },
    async letterCount(name) {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: processor(name).queueUrl,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      );
      return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
    },
    async letter(name) {
      const { Messages: [message] = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: processor(name).queueUrl, VisibilityTimeout: 0 }),
      );
      return message?.Body === undefined ? undefined : JSON.parse(message.Body);
    },
    async mails() {
      const answer = await fetch(`${url}/_ministack/ses/messages`);
      const { messages } = (await answer.json()) as { messages: Record<string, Mail[]> };
      return Object.values(messages).flat();
    },
    close() {
      for (const client of [dynamodb, sqs, s3]) client.destroy();
      redis.close();
      void search.close();
    },
  };
}
