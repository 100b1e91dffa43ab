/** The market's sessions and users tables on an embedded DynamoDB. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { type Image, image, type Plain } from '../../fixtures/generate/image.ts';
import { startDynoxide } from '../../local/engines/dynamodb.ts';
import { systemClock } from '../../shared/time/clock.ts';

/** The embedded DynamoDB is a Linux x64 binary. */
export const embeddedDynamoDb = process.platform === 'linux' && process.arch === 'x64';

export const SESSIONS_TABLE = 'ek-bharath-user-sessions';
export const USERS_TABLE = 'ek-bharath-users';

export interface MarketTables {
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  put(table: string, ...items: { readonly [name: string]: Plain }[]): Promise<void>;
  /** All rows of a table whose partition key begins so. */
  rows(table: string, prefix: string): Promise<Image[]>;
  close(): Promise<void>;
}

export async function startMarketTables(): Promise<MarketTables> {
  const folder = await mkdtemp(join(tmpdir(), 'streamkeeper-market-'));
  const file = join(folder, 'dynamodb.db');
  const engine = await startDynoxide({ system: 'ek-bharath', file, port: 0, clock: systemClock });
  const client = new DynamoDBClient({
    endpoint: engine.endpoint,
    region: engine.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const key = [
    { AttributeName: 'PK', KeyType: 'HASH' as const },
    { AttributeName: 'SK', KeyType: 'RANGE' as const },
  ];
  const names = (...all: string[]) =>
    all.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const }));
  await client.send(
    new CreateTableCommand({
      TableName: SESSIONS_TABLE,
      KeySchema: key,
      AttributeDefinitions: names('PK', 'SK', 'user_id', 'last_activity'),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'UserIndex',
          KeySchema: [
            { AttributeName: 'user_id', KeyType: 'HASH' },
            { AttributeName: 'last_activity', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  await client.send(
    new CreateTableCommand({
      TableName: USERS_TABLE,
      KeySchema: key,
      AttributeDefinitions: names('PK', 'SK'),
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  return {
    client,
    endpoint: engine.endpoint,
    async put(table, ...items) {
      for (const item of items)
        await client.send(new PutItemCommand({ TableName: table, Item: itemOf(item) }));
    },
    async rows(table, prefix) {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
      return (Items as Image[]).filter(({ PK }) => PK?.S?.startsWith(prefix));
    },
    async close() {
      client.destroy();
      await engine.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Item = NonNullable<ConstructorParameters<typeof PutItemCommand>[0]['Item']>;

function itemOf(plain: { readonly [name: string]: Plain }): Item {
  return image(plain) as Item;
}
