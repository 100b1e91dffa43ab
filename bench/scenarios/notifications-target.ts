/** What the ways of the notifications scenario work against: tables on an embedded DynamoDB, and a WebSocket API that takes everything. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { BatchWriteItemCommand, CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startDynoxide } from '../../local/engines/dynamodb.ts';
import { systemClock } from '../../shared/time/clock.ts';

export const SESSIONS_TABLE = 'bench-sessions';
export const IDEMPOTENCY_TABLE = 'bench-idempotency';

export interface Target {
  readonly dynamodb: DynamoDBClient;
  readonly api: ApiGatewayManagementApiClient;
  /** Sent to DynamoDB so far. */
  requests(): number;
  /** Taken by the WebSocket API so far. */
  pushes(): number;
  close(): Promise<void>;
}

/** Every write of the embedded engine waits for its disk, which would be all that is measured: its file is kept in memory. */
const IN_MEMORY = '/dev/shm';
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** @param sessions user ids, one for each session that is live */
export async function startTarget(sessions: readonly string[]): Promise<Target> {
  const folder = await mkdtemp(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), 'streamkeeper-bench-'));
  const engine = await startDynoxide({
    system: 'ek-bharath',
    file: join(folder, 'dynamodb.db'),
    port: 0,
    clock: systemClock,
  });
  let pushes = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      pushes++;
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  // A loop in parallel asks for far more than that at once, which is its own business.
  const requestHandler = { httpAgent: agent, socketAcquisitionWarningTimeout: 600_000 };
  const { endpoint, region } = engine;
  const dynamodb = new DynamoDBClient({ endpoint, region, credentials: CREDENTIALS, requestHandler });
  let requests = 0;
  dynamodb.middlewareStack.add(
    (next) => (args) => {
      requests++;
      return next(args);
    },
    { step: 'finalizeRequest', name: 'count' },
  );
  await createTables(dynamodb);
  await connect(dynamodb, sessions);
  return {
    dynamodb,
    api: new ApiGatewayManagementApiClient({
      endpoint: `http://127.0.0.1:${port}/dev`,
      region,
      credentials: CREDENTIALS,
      maxAttempts: 1,
      requestHandler,
    }),
    requests: () => requests,
    pushes: () => pushes,
    async close() {
      dynamodb.destroy();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
      await engine.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function createTables(client: DynamoDBClient): Promise<void> {
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' as const });
  const range = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' as const });
  await client.send(
    new CreateTableCommand({
      TableName: SESSIONS_TABLE,
      KeySchema: [hash('PK'), range('SK')],
      AttributeDefinitions: ['PK', 'SK', 'user_id', 'last_activity'].map(text),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'UserIndex',
          KeySchema: [hash('user_id'), range('last_activity')],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  await client.send(
    new CreateTableCommand({
      TableName: IDEMPOTENCY_TABLE,
      KeySchema: [hash('idempotencyKey')],
      AttributeDefinitions: [text('idempotencyKey')],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
}

async function connect(client: DynamoDBClient, users: readonly string[]): Promise<void> {
  const now = new Date(systemClock.now()).toISOString();
  const ttl = String(Math.floor(systemClock.now() / 1000) + 7_200);
  const puts = users.map((user, index) => ({
    PutRequest: {
      Item: {
        PK: { S: `SESSION#connection-${index}` },
        SK: { S: `USER#${user}` },
        user_id: { S: user },
        last_activity: { S: now },
        language: { S: 'hindi' },
        ttl: { N: ttl },
      },
    },
  }));
  for (let from = 0; from < puts.length; from += 25) {
    const page = puts.slice(from, from + 25);
    await client.send(new BatchWriteItemCommand({ RequestItems: { [SESSIONS_TABLE]: page } }));
  }
}
