/** What waits for a user: the inbox rows that are still kept, newest first, in one bounded read. */
import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { MOST_COUNTED } from '../../shared/notifications/inbox.ts';
import { decodeImage } from '../../shared/stream/attribute-value.ts';
import type { Value } from '../../shared/stream/change.ts';

export interface Inbox {
  /** Rows that wait; 100 stands for 100 or more. */
  readonly unread: number;
  readonly latest: readonly InboxEntry[];
}

export interface InboxEntry {
  /** The row's sort key: what tells a notification from all others of the user. */
  readonly id: string;
  readonly createdAt: Value;
  readonly notification: Value;
}

export const LATEST = 5;

export type ReadInbox = (userId: string, nowMs: number) => Promise<Inbox>;

/** @param tableName the sessions table, which holds the inboxes too */
export function inboxReader(client: DynamoDBClient, tableName: string): ReadInbox {
  return async (userId, nowMs) => {
    const { Items: items = [] } = await client.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'PK = :inbox AND begins_with(SK, :notification)',
        // Expired rows may stay for days (developer guide, "Using time to live").
        FilterExpression: '#ttl > :now',
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: {
          ':inbox': { S: `NOTIFICATION#${userId}` },
          ':notification': { S: 'NOTIF#' },
          ':now': { N: `${Math.floor(nowMs / 1000)}` },
        },
        ConsistentRead: true,
        ScanIndexForward: false,
        Limit: MOST_COUNTED,
      }),
    );
    return {
      unread: items.length,
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
