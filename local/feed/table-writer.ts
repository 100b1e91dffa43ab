/** Carries out recorded writes on a table: in batches, because one request per item costs more than the engine's own work. */
import {
  BatchWriteItemCommand,
  type BatchWriteItemCommandOutput,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import type { PendingWrite, PossibleWrite } from './write-feed.ts';

/** Pause before what a busy table left unprocessed is sent again. */
const AGAIN_MS = 100;

/**
 * @param writes up to 25 different items of one table
 * @returns those that the table refuses for what they hold, with the reason
 */
export async function writeItems(
  client: DynamoDBClient,
  table: string,
  writes: readonly PendingWrite[],
  clock: Clock,
): Promise<Map<PendingWrite, string>> {
  try {
    let requests: WriteRequest[] | undefined = writes.map(({ write }) => requestOf(write));
    while (requests !== undefined && requests.length > 0) {
      const answer: BatchWriteItemCommandOutput = await client.send(
        new BatchWriteItemCommand({ RequestItems: { [table]: requests } }),
      );
      requests = answer.UnprocessedItems?.[table];
      if (requests !== undefined && requests.length > 0) await sleep(clock, AGAIN_MS);
    }
    return new Map();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // One bad item fails its batch, and nothing of it is written (API reference, "BatchWriteItem").
    return oneByOne(client, table, writes);
  }
}

export async function writeItem(client: DynamoDBClient, table: string, write: PossibleWrite): Promise<void> {
  switch (write.kind) {
    case 'put':
      await client.send(new PutItemCommand({ TableName: table, Item: write.item }));
      return;
    case 'delete':
      await client.send(new DeleteItemCommand({ TableName: table, Key: write.key }));
      return;
  }
}

async function oneByOne(
  client: DynamoDBClient,
  table: string,
  writes: readonly PendingWrite[],
): Promise<Map<PendingWrite, string>> {
  const refused = new Map<PendingWrite, string>();
  for (const pending of writes) {
    try {
      await writeItem(client, table, pending.write);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refused.set(pending, `table ${table} refuses it (ValidationException)`);
    }
  }
  return refused;
}

function requestOf(write: PossibleWrite): WriteRequest {
  return write.kind === 'put' ? { PutRequest: { Item: write.item } } : { DeleteRequest: { Key: write.key } };
}

const isRefusal = (error: unknown) => error instanceof Error && error.name === 'ValidationException';
