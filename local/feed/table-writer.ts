/** Carries out one recorded write on a table. */
import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { PossibleWrite } from './write-feed.ts';

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
