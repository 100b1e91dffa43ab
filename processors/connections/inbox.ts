/** What waits for a user: the inbox rows that are still kept, newest first, in one bounded read. */
import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { decodeImage } from '../../shared/stream/attribute-value.ts';
import type { Value } from '../../shared/stream/change.ts';

export interface Inbox {
  /** Rows found; `more` says that older ones were not looked at. */
  readonly waiting: number;
  readonly more: boolean;
  readonly latest: readonly InboxEntry[];
}

export interface InboxEntry {
  /** The row's sort key: what tells a notification from all others of the user. */
  readonly id: string;
  readonly createdAt: Value;
  readonly notification: Value;
}

/** Rows read at most: whoever has more waiting needs no exact count, and each ping asks again. */
export const MOST_ROWS = 100;
export const LATEST = 5;

export type ReadInbox = (userId: string, nowMs: number) => Promise<Inbox>;

/** @param tableName the sessions table, which holds the inboxes too */
export function inboxReader(client: DynamoDBClient, tableName: string): ReadInbox {
  return async (userId, nowMs) => {
    const { Items: items = [], LastEvaluatedKey: next } = await client.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'PK = :inbox',
        // Expired rows may stay for days (developer guide, "Using time to live").
        FilterExpression: '#ttl > :now',
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: {
          ':inbox': { S: `NOTIFICATION#${userId}` },
          ':now': { N: `${Math.floor(nowMs / 1000)}` },
        },
        ScanIndexForward: false,
        Limit: MOST_ROWS,
      }),
    );
    return {
      waiting: items.length,
      more: next !== undefined,
      latest: items.slice(0, LATEST).map((item) => {
        const row = decodeImage(item);
        return {
          id: String(row['SK']),
          createdAt: row['created_at'] ?? null,
          notification: row['notification'] ?? null,
        };
      }),
    };
  };
}
