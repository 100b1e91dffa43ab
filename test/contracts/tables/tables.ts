/** The engine under test as the rules see it: clients, and tables of the shapes that this project uses, made anew for each rule. */
import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  type _Record as StreamsRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { listShards } from '../../../local/streams/stream-shards.ts';
import { readingEveryName } from '../../../shared/dynamodb/every-name.ts';

export interface TablesEngine {
  readonly endpoint: string;
  readonly region: string;
}

export interface Tables {
  readonly client: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  close(): void;
}

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** A refusal is an answer here: nothing is tried twice. */
export function connect({ endpoint, region }: TablesEngine): Tables {
  const settings = { endpoint, region, credentials: CREDENTIALS, maxAttempts: 1 };
  const client = readingEveryName(new DynamoDBClient(settings));
  const streams = readingEveryName(new DynamoDBStreamsClient(settings));
  return {
    client,
    streams,
    close() {
      client.destroy();
      streams.destroy();
    },
  };
}

export type Item = Record<string, AttributeValue>;

export interface TableShape {
  /** Names of attributes, all of them texts. */
  readonly key: readonly [partition: string, sort?: string];
  /** By the index's name. */
  readonly indexes?: Readonly<Record<string, readonly [partition: string, sort?: string]>>;
  readonly stream?: boolean;
}

export interface Table {
  readonly name: string;
  readonly streamArn: string;
  put(item: Item): Promise<void>;
  /** All different. */
  putAll(items: readonly Item[]): Promise<void>;
  /** Read consistently. */
  get(key: Item): Promise<Item | undefined>;
}

let made = 0;

/** An engine that runs already may hold what an earlier run left. */
const run = Date.now().toString(36);

export async function makeTable({ client }: Tables, shape: TableShape): Promise<Table> {
  const name = `contract-${run}-${made++}`;
  const schema = ([partition, sort]: readonly [string, string?]) => [
    { AttributeName: partition, KeyType: 'HASH' as const },
    ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: 'RANGE' as const }]),
  ];
  const indexes = Object.entries(shape.indexes ?? {});
  const attributes = new Set([shape.key, ...indexes.map(([, key]) => key)].flat());
  const { TableDescription: table } = await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: schema(shape.key),
      AttributeDefinitions: [...attributes].flatMap((attribute) =>
        attribute === undefined ? [] : [{ AttributeName: attribute, AttributeType: 'S' as const }],
      ),
      ...(indexes.length === 0
        ? {}
        : {
            GlobalSecondaryIndexes: indexes.map(([index, key]) => ({
              IndexName: index,
              KeySchema: schema(key),
              Projection: { ProjectionType: 'ALL' as const },
            })),
          }),
      ...(shape.stream === true
        ? { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' as const } }
        : {}),
    }),
  );
  return {
    name,
    streamArn: table?.LatestStreamArn ?? '',
    async put(item) {
      await client.send(new PutItemCommand({ TableName: name, Item: item }));
    },
    async putAll(items) {
      for (let from = 0; from < items.length; from += 25)
        await client.send(
          new BatchWriteItemCommand({
            RequestItems: { [name]: items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } })) },
          }),
        );
    },
    async get(key) {
      const { Item: item } = await client.send(
        new GetItemCommand({ TableName: name, Key: key, ConsistentRead: true }),
      );
      return item;
    },
  };
}

/** With a key `id` and nothing else. */
export const plainTable = (tables: Tables): Promise<Table> => makeTable(tables, { key: ['id'] });

export const streamedTable = (tables: Tables): Promise<Table> =>
  makeTable(tables, { key: ['id'], stream: true });

/** As the sessions and inboxes have it. */
export const sessionsTable = (tables: Tables): Promise<Table> =>
  makeTable(tables, { key: ['PK', 'SK'], indexes: { UserIndex: ['user_id', 'last_activity'] } });

export async function iteratorAt(
  { streams }: Tables,
  place: Omit<GetShardIteratorCommandInput, 'ShardId'> & { readonly ShardId?: string },
): Promise<string | undefined> {
  const shardId = place.ShardId ?? (await onlyShard(streams, place.StreamArn ?? ''));
  const { ShardIterator: iterator } = await streams.send(
    new GetShardIteratorCommand({ ...place, ShardId: shardId }),
  );
  return iterator;
}

/** The tables here are small: each engine has one shard for them. */
export async function onlyShard(streams: DynamoDBStreamsClient, streamArn: string): Promise<string> {
  const [shard, ...more] = await listShards(streams, streamArn, new AbortController().signal);
  if (shard?.ShardId === undefined || more.length > 0)
    throw new Error(`the stream has ${more.length + 1} shards`);
  return shard.ShardId;
}

/** Until a page is empty. */
export async function recordsFrom(
  { streams }: Tables,
  iterator: string | undefined,
  limit?: number,
): Promise<StreamsRecord[]> {
  const records: StreamsRecord[] = [];
  for (let next = iterator; next !== undefined; ) {
    const page = await streams.send(new GetRecordsCommand({ ShardIterator: next, Limit: limit }));
    if (page.Records === undefined || page.Records.length === 0) break;
    records.push(...page.Records);
    next = page.NextShardIterator;
  }
  return records;
}

export async function allRecords(tables: Tables, { streamArn }: Table): Promise<StreamsRecord[]> {
  const iterator = await iteratorAt(tables, { StreamArn: streamArn, ShardIteratorType: 'TRIM_HORIZON' });
  return recordsFrom(tables, iterator);
}
