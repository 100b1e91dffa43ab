/** The marketplace's idempotency table on a DynamoDB, the embedded one if no other is given, with a client that counts requests and can lose their answers. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttributeValue,
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { startDynoxide } from '../../local/engines/dynamodb.ts';
import { systemClock } from '../../shared/time/clock.ts';

/** The embedded DynamoDB is a Linux x64 binary. */
export const embeddedDynamoDb = process.platform === 'linux' && process.arch === 'x64';

export const IDEMPOTENCY_TABLE = 'marketplace-test-idempotency-table';

/**
 * - `sent-twice`: the answer to the first sending is lost and the SDK sends the same request again.
 * - `unanswered`: the request takes effect and the SDK gives up on it.
 * - `refused`: the request never takes effect.
 */
export type RequestFault = 'sent-twice' | 'unanswered' | 'refused';

export interface IdempotencyTable {
  readonly client: DynamoDBClient;
  /** Names of the operations sent, in order. */
  readonly sent: string[];
  /** Asked at every request; undefined lets it through. */
  fault: (operation: string) => RequestFault | undefined;
  put(item: Record<string, AttributeValue>): Promise<void>;
  all(): Promise<Record<string, AttributeValue>[]>;
  close(): Promise<void>;
}

/** Where it exists, no test waits for a disk. */
const IN_MEMORY = '/dev/shm';

export interface IdempotencyEngine {
  readonly endpoint: string;
  readonly region: string;
  stop(): Promise<void>;
}

async function startEmbedded(): Promise<IdempotencyEngine> {
  const folder = await mkdtemp(
    join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), 'streamkeeper-idempotency-'),
  );
  const file = join(folder, 'dynamodb.db');
  const { endpoint, region, stop } = await startDynoxide({
    system: 'marketplace',
    file,
    port: 0,
    clock: systemClock,
  });
  return {
    endpoint,
    region,
    async stop() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function createIdempotencyTable(
  client: DynamoDBClient,
  name = IDEMPOTENCY_TABLE,
): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      KeySchema: [{ AttributeName: 'idempotencyKey', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'idempotencyKey', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
}

/** @param start an engine without that table */
export async function startIdempotencyTable(start = startEmbedded): Promise<IdempotencyTable> {
  const engine = await start();
  const options = {
    endpoint: engine.endpoint,
    region: engine.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const keeper = new DynamoDBClient(options);
  await createIdempotencyTable(keeper);
  const table: IdempotencyTable = {
    client: new DynamoDBClient(options),
    sent: [],
    fault: () => undefined,
    put: async (Item) => {
      await keeper.send(new PutItemCommand({ TableName: IDEMPOTENCY_TABLE, Item }));
    },
    all: async () =>
      (await keeper.send(new ScanCommand({ TableName: IDEMPOTENCY_TABLE, ConsistentRead: true }))).Items ??
      [],
    async close() {
      table.client.destroy();
      keeper.destroy();
      await engine.stop();
    },
  };
  injectFaults(table);
  return table;
}

function injectFaults(table: IdempotencyTable): void {
  table.client.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = (context.commandName ?? '').replace(/Command$/, '');
      table.sent.push(operation);
      const fault = table.fault(operation);
      switch (fault) {
        case undefined:
          return next(args);
        case 'sent-twice':
          await next(args);
          table.sent.push(operation);
          return next(args);
        case 'unanswered':
          await next(args);
          throw new RequestLost();
        case 'refused':
          throw new RequestLost();
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'faults' },
  );
}

/** Of a kind that the SDK does not try again: it stands for the last of its attempts. */
class RequestLost extends Error {
  override readonly name = 'RequestLost';
}
