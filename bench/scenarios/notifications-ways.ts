/** The ways that the notifications scenario compares. Each stores every notification and pushes it to every live session. */
import { randomUUID } from 'node:crypto';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { ConditionalCheckFailedException, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Context, DynamoDBRecord } from 'aws-lambda';
import { decide } from '../../processors/conversations/decide.ts';
import { conversationsProcessor } from '../../processors/conversations/processor.ts';
import { attributesOf } from '../../shared/dynamodb/attribute-of.ts';
import { dynamodbClaimTable } from '../../shared/idempotency/dynamodb-claim-table.ts';
import { createIdempotency } from '../../shared/idempotency/idempotency.ts';
import { WINDOW_S } from '../../shared/idempotency/once.ts';
import { dynamodbInbox, type InboxRow, inboxRow } from '../../shared/notifications/inbox.ts';
import type { Notice } from '../../shared/notifications/notification.ts';
import { postToConnection } from '../../shared/notifications/post.ts';
import { pushBody } from '../../shared/notifications/push-body.ts';
import { dynamodbSessions } from '../../shared/notifications/sessions.ts';
import { renderText } from '../../shared/notifications/texts.ts';
import { userIdForms } from '../../shared/notifications/user-id.ts';
import type { Item } from '../../shared/stream/change.ts';
import { decodeRecord } from '../../shared/stream/decode.ts';
import { streamHandler } from '../../shared/stream/handler.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { IDEMPOTENCY_TABLE, SESSIONS_TABLE, type Target } from './notifications-target.ts';

export interface Way {
  readonly name: 'shipped' | 'loop, in order' | 'loop, parallel' | 'limit';
  /** Delivers a batch. */
  deliver(records: readonly DynamoDBRecord[]): Promise<void>;
}

const INVOCATION_MS = 600_000;

/** The shipped processor through the door that Lambda uses. */
export function shipped({ dynamodb, api }: Target): Way {
  const idempotency = createIdempotency({
    processor: 'conversations',
    table: dynamodbClaimTable(dynamodb, IDEMPOTENCY_TABLE),
    newId: randomUUID,
  });
  const processor = conversationsProcessor({
    ...idempotency,
    inbox: dynamodbInbox(dynamodb, SESSIONS_TABLE),
    sessions: dynamodbSessions(dynamodb, SESSIONS_TABLE),
    languageOfUser: async () => 'english',
    post: postToConnection(api),
    measure: () => {},
  });
  const handler = streamHandler(processor, {
    clock: systemClock,
    random: Math.random,
    sink: { send: () => Promise.reject(new Error('nothing here is poison')) },
    reporter: { report() {} },
  });
  return {
    name: 'shipped',
    async deliver(Records) {
      const context = { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => INVOCATION_MS };
      const response = await handler({ Records }, context);
      if (!('batchItemFailures' in response) || response.batchItemFailures.length > 0)
        throw new Error('the batch was not settled');
    },
  };
}

/** Record by record: Powertools' own idempotency, a conditional put, both look-ups and a push per session, for each record anew. */
export function loop({ dynamodb, api }: Target, how: 'in order' | 'parallel'): Way {
  const post = postToConnection(api);
  const { signal } = new AbortController();
  const deliverOne = makeIdempotent(
    async (_key: string, notice: Notice, row: InboxRow) => {
      await putIfAbsent(dynamodb, row);
      const live = await find(dynamodb, notice.recipient);
      await Promise.all(live.map((connection) => post(connection, bodyOf(notice, row), signal)));
      return true;
    },
    {
      persistenceStore: new DynamoDBPersistenceLayer({
        tableName: IDEMPOTENCY_TABLE,
        keyAttr: 'idempotencyKey',
        expiryAttr: 'ttl',
        dataAttr: 'result',
        awsSdkV3Client: dynamodb,
      }),
      config: new IdempotencyConfig({
        expiresAfterSeconds: WINDOW_S,
        lambdaContext: { getRemainingTimeInMillis: () => INVOCATION_MS } as Context,
      }),
      keyPrefix: `loop-${how.replace(' ', '-')}`,
      dataIndexArgument: 0,
    },
  );
  const handle = ({ key, notice, row }: Meant) => deliverOne(key, notice, row);
  return {
    name: `loop, ${how}`,
    async deliver(records) {
      const meant = records.flatMap(meaningOf);
      if (how === 'parallel') await Promise.all(meant.map(handle));
      else for (const one of meant) await handle(one);
    },
  };
}

const AT_ONCE = 100;

/** What the engine takes of the same rows and pushes when nothing is looked up, claimed or ordered. */
export function limit({ dynamodb, api }: Target, sessionsOf: (user: string) => readonly string[]): Way {
  const inbox = dynamodbInbox(dynamodb, SESSIONS_TABLE);
  const post = postToConnection(api);
  const { signal } = new AbortController();
  return {
    name: 'limit',
    async deliver(records) {
      const meant = records.flatMap(meaningOf);
      for (let from = 0; from < meant.length; from += AT_ONCE) {
        const some = meant.slice(from, from + AT_ONCE);
        const pages = Array.from({ length: Math.ceil(some.length / inbox.most) }, (_, page) =>
          some.slice(page * inbox.most, (page + 1) * inbox.most).map(({ row }) => row),
        );
        await Promise.all(pages.map((rows) => inbox.put(rows, signal)));
        await Promise.all(
          some.flatMap(({ notice, row }) =>
            sessionsOf(notice.recipient).map((connection) => post(connection, bodyOf(notice, row), signal)),
          ),
        );
      }
    },
  };
}

interface Meant {
  readonly key: string;
  readonly notice: Notice;
  readonly row: InboxRow;
}

function meaningOf(record: DynamoDBRecord): readonly Meant[] {
  const decoded = decodeRecord(record, 'new-and-old');
  if (!decoded.ok) return [];
  const { eventId, createdAtMs: eventMs = 0 } = decoded.change;
  const decision = decide(decoded.change);
  if (decision.kind !== 'effect') return [];
  return decision.effect.notices.map((notice) => {
    const { recipient, notification } = notice;
    const of = { processor: 'conversations', eventId, eventMs, recipient, notification };
    return { key: `${eventId}#${recipient}`, notice, row: inboxRow(of, systemClock.now()) };
  });
}

function bodyOf({ notification, details, text }: Notice, row: InboxRow): string {
  const language = 'hindi';
  const head = { type: 'notification', id: row.SK, createdAt: row.created_at, unread: 1, language } as const;
  return pushBody({ ...head, text: renderText(text, language), notification, details }).whole;
}

async function putIfAbsent(client: Target['dynamodb'], row: InboxRow): Promise<void> {
  const request = new PutItemCommand({
    TableName: SESSIONS_TABLE,
    Item: attributesOf(row as unknown as Item),
    ConditionExpression: 'attribute_not_exists(PK)',
  });
  try {
    await client.send(request);
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

/** A query for either form of the id. */
async function find(client: Target['dynamodb'], userId: string): Promise<readonly string[]> {
  const answers = await Promise.all(
    userIdForms(userId).map((S) =>
      client.send(
        new QueryCommand({
          TableName: SESSIONS_TABLE,
          IndexName: 'UserIndex',
          KeyConditionExpression: 'user_id = :user',
          FilterExpression: '#ttl > :now',
          ExpressionAttributeNames: { '#ttl': 'ttl' },
          ExpressionAttributeValues: {
            ':user': { S },
            ':now': { N: String(Math.floor(systemClock.now() / 1000)) },
          },
        }),
      ),
    ),
  );
  return answers.flatMap(({ Items = [] }) =>
    Items.flatMap(({ PK }) => PK?.S?.slice('SESSION#'.length) ?? []),
  );
}
