/**
 * The inbox: what the apps read when a user comes back. A notification is stored once, because its key follows from its event
 * alone; rows live 24 hours from when they were stored.
 */
import { BatchExecuteStatementCommand, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { attributesOf } from '../dynamodb/attribute-of.ts';
import type { Item } from '../stream/change.ts';
import { cutText } from './characters.ts';
import type { Notification } from './notification.ts';

export interface InboxRow {
  readonly PK: string;
  readonly SK: string;
  readonly user_id: string;
  readonly notification: Notification;
  /** ISO 8601: when the event happened. */
  readonly created_at: string;
  /** Seconds since the epoch. */
  readonly ttl: number;
}

/** Whoever has more waiting needs no exact count. */
export const MOST_COUNTED = 100;

export type Stored = 'stored' | 'existed';

export interface Inbox {
  /** The most rows of one request. */
  readonly most: number;
  /** Puts each row where none stands under its key. All keys are distinct. Answers in order. */
  put(rows: readonly InboxRow[], signal: AbortSignal): Promise<readonly (Stored | InboxRefused)[]>;
  /**
   * How many notifications wait for a user, those stored a moment ago included; at most `MOST_COUNTED`.
   *
   * @param nowS seconds since the epoch
   */
  count(userId: string, nowS: number, signal: AbortSignal): Promise<number>;
}

/** The table refused one row for a reason of its own: throttled, denied. Transient. */
export class InboxRefused extends Error {
  readonly code = 'INBOX_REFUSED';
  override readonly name: string;
  /** @param reason DynamoDB's own code */
  constructor(reason: string) {
    super(`the inbox refused a row: ${reason}`);
    this.name = reason;
  }
}

export interface RowOf {
  readonly processor: string;
  readonly eventId: string;
  /** Milliseconds since the epoch; an event without a time sorts before all others. */
  readonly eventMs: number;
  readonly recipient: string;
  readonly notification: Notification;
}

const DAY_S = 24 * 3600;

/** So that a row, which repeats texts of an item as big as an item can be, never outgrows one itself. */
const LONGEST_TEXT = 4_000;

/** @param nowMs when it is stored, milliseconds since the epoch */
export function inboxRow(of: RowOf, nowMs: number): InboxRow {
  return {
    PK: inboxKey(of.recipient),
    SK: `NOTIF#${of.eventMs}#${of.processor}#${of.eventId}#${of.notification.type}`,
    user_id: of.recipient,
    notification: withShortTexts(of.notification),
    created_at: new Date(of.eventMs).toISOString(),
    ttl: Math.floor(nowMs / 1000) + DAY_S,
  };
}

/** @param userId without `USER#` */
function inboxKey(userId: string): string {
  return `NOTIFICATION#${userId}`;
}

export function withShortTexts(notification: Notification): Notification {
  if (notification.type !== 'bid_status_update') return notification;
  const { vendorMessage, counterOffer } = notification;
  return {
    ...notification,
    vendorMessage: short(vendorMessage),
    counterOffer: counterOffer && { ...counterOffer, message: short(counterOffer.message) },
  };
}

function short(text: string | null): string | null {
  return text === null ? null : cutText(text, LONGEST_TEXT);
}

/**
 * PartiQL's INSERT is "put if absent", and the only one of which a request takes 25 that fail one by one (API reference,
 * BatchExecuteStatement; `DuplicateItem`).
 */
export function dynamodbInbox(client: DynamoDBClient, tableName: string): Inbox {
  const Statement = `INSERT INTO "${tableName}" VALUE {'PK': ?, 'SK': ?, 'user_id': ?, 'notification': ?, 'created_at': ?, 'ttl': ?}`;
  return {
    most: 25,
    async put(rows, signal) {
      const Statements = rows.map((row) => {
        const { PK, SK, user_id, notification, created_at, ttl } = attributesOf(row as unknown as Item);
        const values = [PK, SK, user_id, notification, created_at, ttl];
        return { Statement, Parameters: values.filter((value) => value !== undefined) };
      });
      const request = new BatchExecuteStatementCommand({ Statements });
      const { Responses = [] } = await client.send(request, { abortSignal: signal });
      return rows.map((_, index) => {
        const response = Responses[index];
        if (response === undefined) return new InboxRefused('NoResponse');
        if (response.Error === undefined) return 'stored';
        return response.Error.Code === 'DuplicateItem'
          ? 'existed'
          : new InboxRefused(response.Error.Code ?? 'NoCode');
      });
    },

    async count(userId, nowS, signal) {
      const { Count = 0 } = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'PK = :inbox AND begins_with(SK, :notification)',
          // Expired rows may stay for days (developer guide, "Using time to live").
          FilterExpression: '#ttl > :now',
          ExpressionAttributeNames: { '#ttl': 'ttl' },
          ExpressionAttributeValues: {
            ':inbox': { S: inboxKey(userId) },
            ':notification': { S: 'NOTIF#' },
            ':now': { N: String(nowS) },
          },
          Select: 'COUNT',
          ConsistentRead: true,
          ScanIndexForward: false,
          Limit: MOST_COUNTED,
        }),
        { abortSignal: signal },
      );
      return Count;
    },
  };
}
