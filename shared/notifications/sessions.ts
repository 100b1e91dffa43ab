/** Who is connected now: the live sessions of a user, under either form of the user's id. */
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  ExecuteStatementCommand,
} from '@aws-sdk/client-dynamodb';
import { type LanguageKey, languageOf } from '../languages.ts';
import { decodeImage } from '../stream/attribute-value.ts';
import type { Item } from '../stream/change.ts';
import { bareUserId, userIdForms } from './user-id.ts';

export interface Session {
  readonly connectionId: string;
  readonly key: { readonly PK: string; readonly SK: string };
  /** What the user reads, noted at connect; undefined where the row has none or one that is not known here. */
  readonly language: LanguageKey | undefined;
  /** As it stands in the row. */
  readonly lastActivity: string;
  /** Milliseconds since the epoch: when it was connected or, in rows that do not say, last active; NaN where unreadable. */
  readonly sinceMs: number;
}

export interface Sessions {
  /** The most users of one request. */
  readonly most: number;
  /**
   * The live sessions of each user, in the order of the users, who are all different and named in either form.
   *
   * @param nowS seconds since the epoch: sessions whose `ttl` is not later are over
   */
  find(
    userIds: readonly string[],
    nowS: number,
    signal: AbortSignal,
  ): Promise<readonly (readonly Session[])[]>;
  /** Deletes the row, unless the session was active since it was read. */
  remove(session: Session, signal: AbortSignal): Promise<void>;
}

const PREFIX = 'SESSION#';

/**
 * A Query asks for one partition; PartiQL's SELECT asks for several, and is no scan as long as `IN` names partition keys
 * (developer guide, "PartiQL select statements"). Answers come in pages of ten, so no more are asked for at once (developer
 * guide, "PartiQL operators").
 */
const MOST_PARTITIONS = 10;

export function dynamodbSessions(client: DynamoDBClient, tableName: string): Sessions {
  return {
    most: MOST_PARTITIONS / 2,
    async find(userIds, nowS, signal) {
      const forms = userIds.flatMap((userId) => userIdForms(userId));
      const anyOf = forms.map(() => '?').join(', ');
      const attributes = '"PK", "SK", "user_id", "last_activity", "connected_at", "language"';
      const Statement = `SELECT ${attributes} FROM "${tableName}"."UserIndex" WHERE "user_id" IN [${anyOf}] AND "ttl" > ?`;
      const Parameters = [...forms.map((S) => ({ S })), { N: String(nowS) }];
      const found = new Map(userIds.map((userId) => [bareUserId(userId), new Map<string, Session>()]));
      let from: string | undefined;
      do {
        const page: ExecuteStatementCommand = new ExecuteStatementCommand({
          Statement,
          Parameters,
          ...(from === undefined ? {} : { NextToken: from }),
        });
        const { Items = [], NextToken } = await client.send(page, { abortSignal: signal });
        for (const item of Items.map(decodeImage)) {
          const session = sessionOf(item);
          if (session !== undefined)
            found.get(bareUserId(String(item.user_id)))?.set(session.connectionId, session);
        }
        from = NextToken;
      } while (from !== undefined);
      return [...found.values()].map((sessions) => [...sessions.values()]);
    },

    async remove({ key, lastActivity }, signal) {
      const request = new DeleteItemCommand({
        TableName: tableName,
        Key: { PK: { S: key.PK }, SK: { S: key.SK } },
        ConditionExpression: 'last_activity = :seen',
        ExpressionAttributeValues: { ':seen': { S: lastActivity } },
      });
      try {
        await client.send(request, { abortSignal: signal });
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}

/** @returns undefined for a row that is no session */
export function sessionOf({ PK, SK, last_activity, connected_at, language }: Item): Session | undefined {
  if (typeof PK !== 'string' || typeof SK !== 'string' || typeof last_activity !== 'string') return undefined;
  if (!PK.startsWith(PREFIX) || PK.length === PREFIX.length) return undefined;
  return {
    connectionId: PK.slice(PREFIX.length),
    key: { PK, SK },
    language: typeof language === 'string' ? languageOf(language) : undefined,
    lastActivity: last_activity,
    sinceMs: timeOf(typeof connected_at === 'string' ? connected_at : last_activity),
  };
}

/** The connection of a younger session may not be established yet: its $connect has written the row, and not returned. */
const SETTLED_MS = 30_000;

/** Whether the API's "no longer exists" can be believed of the session; not where its age cannot be told. */
export function isSettled(session: Session, nowMs: number): boolean {
  return nowMs - session.sinceMs > SETTLED_MS;
}

/** ISO 8601, or seconds or milliseconds since the epoch. */
function timeOf(text: string): number {
  if (!/^\d+$/.test(text)) return Date.parse(text);
  const number = Number(text);
  return number < 1e11 ? number * 1000 : number;
}
