/** Creates on the engines what the template names. What exists already (a kept folder, a server that was given) is left as it is. */
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  type StreamViewType,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { lineOf, Problem } from '../problem.ts';
import type { Queue, Table } from './system.ts';

/** Of CloudFormation's table properties, those that CreateTable takes under the same name and that matter here. */
const CREATE_TABLE_PROPERTIES = [
  'AttributeDefinitions',
  'KeySchema',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
] as const;

export interface CreatedTable {
  /** Absent for a table without a stream. */
  readonly streamArn?: string;
  /** True if it was there before. */
  readonly existed: boolean;
}

/**
 * @param withStream false leaves a stream of the template out: writes are several times as fast
 * @throws Problem naming the table
 */
export async function createTable(
  client: DynamoDBClient,
  table: Table,
  withStream = table.hasStream,
): Promise<CreatedTable> {
  try {
    const existing = await streamOf(client, table.name);
    if (existing !== undefined) return { ...existing, existed: true };
    const { TableDescription: created } = await client.send(
      new CreateTableCommand(tableInput(table, withStream)),
    );
    await switchOnTimeToLive(client, table);
    const streamArn = created?.LatestStreamArn;
    if (streamArn !== undefined || !withStream)
      return { ...(streamArn === undefined ? {} : { streamArn }), existed: false };
    // A server may tell the stream's ARN only once the table is active.
    return { ...(await streamOf(client, table.name)), existed: false };
  } catch (error) {
    throw new Problem(`table ${table.name}: the DynamoDB engine refuses it (${lineOf(error)})`);
  }
}

async function streamOf(client: DynamoDBClient, name: string): Promise<{ streamArn?: string } | undefined> {
  try {
    const { Table: found } = await client.send(new DescribeTableCommand({ TableName: name }));
    return found?.LatestStreamArn === undefined ? {} : { streamArn: found.LatestStreamArn };
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

function tableInput(table: Table, withStream: boolean): CreateTableCommandInput {
  const { properties } = table;
  const stream = properties['StreamSpecification'] as { StreamViewType?: StreamViewType } | undefined;
  return {
    ...(Object.fromEntries(
      CREATE_TABLE_PROPERTIES.flatMap((name) =>
        properties[name] === undefined ? [] : [[name, properties[name]]],
      ),
    ) as Pick<CreateTableCommandInput, (typeof CREATE_TABLE_PROPERTIES)[number]>),
    TableName: table.name,
    BillingMode: 'PAY_PER_REQUEST',
    ...(withStream
      ? {
          StreamSpecification: {
            StreamEnabled: true,
            StreamViewType: stream?.StreamViewType ?? 'NEW_AND_OLD_IMAGES',
          },
        }
      : {}),
  };
}

async function switchOnTimeToLive(client: DynamoDBClient, table: Table): Promise<void> {
  const ttl = table.properties['TimeToLiveSpecification'] as
    | { readonly AttributeName?: string; readonly Enabled?: boolean }
    | undefined;
  if (ttl?.AttributeName === undefined || ttl.Enabled === false) return;
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: table.name,
      TimeToLiveSpecification: { AttributeName: ttl.AttributeName, Enabled: true },
    }),
  );
}

/** Of CloudFormation's queue properties, those that matter for how letters travel. */
const QUEUE_ATTRIBUTES = [
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
] as const;

/** @throws Problem naming the queue */
export async function createQueue(client: SQSClient, queue: Queue): Promise<void> {
  const redrive = queue.properties['RedrivePolicy'];
  const attributes = Object.fromEntries(
    QUEUE_ATTRIBUTES.flatMap((name) => {
      const value = queue.properties[name];
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
  if (redrive !== undefined) attributes['RedrivePolicy'] = JSON.stringify(redrive);
  try {
    await client.send(new CreateQueueCommand({ QueueName: queue.name, Attributes: attributes }));
  } catch (error) {
    throw new Problem(`queue ${queue.name}: the SQS engine refuses it (${lineOf(error)})`);
  }
}

/** @throws Problem naming the bucket */
export async function createBucket(client: S3Client, name: string): Promise<void> {
  try {
    await client.send(new CreateBucketCommand({ Bucket: name }));
  } catch (error) {
    if (error instanceof Error && /^BucketAlready/.test(error.name)) return;
    throw new Problem(`bucket ${name}: the S3 engine refuses it (${lineOf(error)})`);
  }
}
