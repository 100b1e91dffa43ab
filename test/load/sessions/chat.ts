/** Somebody writes to everybody: one message to each user, at a steady pace, into the conversations' table. */
import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  conversationsStream,
  type Message,
  messageRow,
} from '../../../fixtures/generate/conversations/message.ts';
import { toSdkImage } from '../../../fixtures/sdk-image.ts';
import { type Clock, sleep } from '../../../shared/time/clock.ts';

export interface ChatOptions {
  readonly client: DynamoDBClient;
  readonly users: number;
  readonly userId: (user: number) => string;
  /** Of this round: messages of different rounds differ by it. */
  readonly round: string;
  readonly perSecond: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Before the write is sent. */
  readonly onWrite: (messageId: string, user: number) => void;
}

/** As many as the SDK has sockets for: a table that is slower than the pace is waited for. */
const MOST_UNDER_WAY = 50;

const SENDER = 'load-writer';

/** Resolves when every message is in the table, or `signal` has ended it. @throws what the table says to a write */
export async function writeToAll(options: ChatOptions): Promise<void> {
  const { client, users, userId, round, perSecond, clock, signal, onWrite } = options;
  const beganMs = clock.now();
  const underWay = new Set<Promise<unknown>>();
  let failure: { readonly error: unknown } | undefined;
  for (let user = 0; user < users && !signal.aborted && failure === undefined; user++) {
    const waitMs = beganMs + (user * 1_000) / perSecond - clock.now();
    if (waitMs > 0) await sleep(clock, waitMs, signal).catch(() => {});
    while (underWay.size >= MOST_UNDER_WAY) await Promise.race(underWay);
    if (signal.aborted) break;
    const message = newMessage(userId(user), `${round}-${user}`, clock.now());
    onWrite(message.id, user);
    const write = client
      .send(
        new PutItemCommand({
          TableName: conversationsStream.table,
          Item: toSdkImage(messageRow(message), 'message'),
        }),
      )
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => underWay.delete(write));
    underWay.add(write);
  }
  await Promise.all(underWay);
  if (failure !== undefined) throw failure.error;
}

function newMessage(to: string, id: string, nowMs: number): Message {
  return {
    chat: `${SENDER}#${to}`,
    id,
    senderId: SENDER,
    recipientId: to,
    type: 'text',
    originalText: 'Is it still available?',
    sourceLanguage: 'english',
    targetLanguage: 'english',
    read: false,
    createdAt: new Date(nowMs).toISOString(),
  };
}
