/** Session rows in DynamoDB, as those who own the connections write them. */
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Connection } from './event.ts';
import { activity, type SessionRow, sessionKey } from './session.ts';

export interface Sessions {
  put(row: SessionRow): Promise<void>;
  /**
   * - `first`: nothing was heard from this connection before.
   * - `missing`: there is no row; none was made.
   */
  touch(connection: Connection, nowMs: number): Promise<'first' | 'again' | 'missing'>;
  remove(connection: Pick<Connection, 'id' | 'userId'>): Promise<void>;
}

export function sessionTable(client: DynamoDBClient, tableName: string): Sessions {
  return {
    async put(row) {
      await client.send(new PutItemCommand({ TableName: tableName, Item: marshall(row) }));
    },
    async touch(connection, nowMs) {
      const { last_activity, ttl } = activity(connection, nowMs);
      try {
        const { Attributes: before } = await client.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: marshall(sessionKey(connection)),
            ConditionExpression: 'attribute_exists(PK)',
            UpdateExpression: 'SET last_activity = :at, #ttl = :ttl, spoke = :true',
            ExpressionAttributeNames: { '#ttl': 'ttl' },
            ExpressionAttributeValues: marshall({ ':at': last_activity, ':ttl': ttl, ':true': true }),
            ReturnValues: 'UPDATED_OLD',
          }),
        );
        return before?.['spoke'] === undefined ? 'first' : 'again';
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return 'missing';
        throw error;
      }
    },
    async remove(connection) {
      const key = marshall(sessionKey(connection));
      await client.send(new DeleteItemCommand({ TableName: tableName, Key: key }));
    },
  };
}
