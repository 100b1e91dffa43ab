/** What was not pushed waits in the inbox: pushing is bounded to two seconds, and what is stored is safe (docs/notifications.md). */
import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { decodeImage } from '../../../shared/stream/attribute-value.ts';

export interface Unheard {
  readonly messageId: string;
  readonly userId: string;
}

/** Queries at once: as many as the SDK has sockets for. */
const AT_ONCE = 50;

/** @returns how many of them are in their user's inbox */
export async function countInInboxes(
  client: DynamoDBClient,
  table: string,
  unheard: readonly Unheard[],
): Promise<number> {
  let found = 0;
  for (let from = 0; from < unheard.length; from += AT_ONCE) {
    const looks = unheard.slice(from, from + AT_ONCE).map((one) => isInInbox(client, table, one));
    found += (await Promise.all(looks)).filter(Boolean).length;
  }
  return found;
}

async function isInInbox(
  client: DynamoDBClient,
  TableName: string,
  { messageId, userId }: Unheard,
): Promise<boolean> {
  const { Items: rows = [] } = await client.send(
    new QueryCommand({
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: 'PK = :inbox AND begins_with(SK, :notification)',
      ExpressionAttributeValues: {
        ':inbox': { S: `NOTIFICATION#${userId}` },
        ':notification': { S: 'NOTIF#' },
      },
    }),
  );
  return rows.some((row) => {
    const { notification } = decodeImage(row);
    return (
      typeof notification === 'object' &&
      notification !== null &&
      'messageId' in notification &&
      notification.messageId === messageId
    );
  });
}
