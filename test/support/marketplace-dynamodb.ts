/** The marketplace's tables, with the keys and indexes they are deployed with, on an embedded DynamoDB. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Image } from '../../fixtures/generate/image.ts';
import { toSdkImage } from '../../fixtures/sdk-image.ts';
import type { IndexDefinition, Key, KeyAttribute } from '../../infra/tables/definition.ts';
import { marketplaceTables } from '../../infra/tables/marketplace.ts';
import { startDynoxide } from '../../local/engines/dynamodb.ts';
import type { TableNames } from '../../processors/bookings/ratings/dynamodb-tables.ts';
import { decodeImage } from '../../shared/stream/attribute-value.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { KEY_OF, type TableName } from './marketplace-tables.ts';

export const TABLE_NAMES: TableNames = {
  bookings: 'marketplace-test-bookings-table',
  providers: 'marketplace-test-providers-table',
  services: 'marketplace-test-services-table',
  reviews: 'marketplace-test-reviews-table',
};

export interface Marketplace {
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  put(table: TableName, image: Image): Promise<void>;
  delete(table: TableName, id: string): Promise<void>;
  /** The item as JSON would show it. */
  item(table: TableName, id: string): Promise<Record<string, unknown> | undefined>;
  close(): Promise<void>;
}

/** Linux x64 only; see `embeddedDynamoDb`. */
export async function startMarketplace(): Promise<Marketplace> {
  const folder = await mkdtemp(join(tmpdir(), 'streamkeeper-marketplace-'));
  const file = join(folder, 'dynamodb.db');
  const engine = await startDynoxide({ system: 'marketplace', file, port: 0, clock: systemClock });
  const client = new DynamoDBClient({
    endpoint: engine.endpoint,
    region: engine.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const key = (table: TableName, id: string) => ({
    TableName: TABLE_NAMES[table],
    Key: { [KEY_OF[table]]: { S: id } },
  });
  for (const table of Object.keys(TABLE_NAMES)) await client.send(creation(table as TableName));
  return {
    client,
    endpoint: engine.endpoint,
    async put(table, image) {
      const Item = toSdkImage(image, 'item');
      await client.send(new PutItemCommand({ TableName: TABLE_NAMES[table], Item }));
    },
    async delete(table, id) {
      await client.send(new DeleteItemCommand(key(table, id)));
    },
    async item(table, id) {
      const { Item } = await client.send(new GetItemCommand({ ...key(table, id), ConsistentRead: true }));
      return Item === undefined ? undefined : JSON.parse(JSON.stringify(decodeImage(Item)));
    },
    async close() {
      client.destroy();
      await engine.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function creation(table: TableName): CreateTableCommand {
  const { key, indexes } = marketplaceTables[table];
  const all = Object.entries<IndexDefinition>(indexes);
  const keys = [key, ...all.map(([, index]) => index.key)];
  const attributes = keys.flatMap(({ partition, sort }) => [partition, sort ?? partition]);
  return new CreateTableCommand({
    TableName: TABLE_NAMES[table],
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...new Map(attributes.map((one) => [nameOf(one), one])).values()].map((one) => ({
      AttributeName: nameOf(one),
      AttributeType: typeof one === 'string' ? 'S' : 'N',
    })),
    KeySchema: schema(key),
    ...(all.length === 0
      ? {}
      : {
          GlobalSecondaryIndexes: all.map(([IndexName, index]) => ({
            IndexName,
            KeySchema: schema(index.key),
            Projection: { ProjectionType: index.projection },
          })),
        }),
  });
}

function schema({ partition, sort }: Key) {
  return [
    { AttributeName: nameOf(partition), KeyType: 'HASH' as const },
    ...(sort === undefined ? [] : [{ AttributeName: nameOf(sort), KeyType: 'RANGE' as const }]),
  ];
}

function nameOf(attribute: KeyAttribute): string {
  return typeof attribute === 'string' ? attribute : attribute.number;
}
