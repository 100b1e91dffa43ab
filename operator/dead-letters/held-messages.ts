/**
 * Messages of one queue that are held: hidden from everybody else, for a short time that is renewed for as long as they are needed,
 * and given back at once when they are not. A process that dies gives them back when that time has passed.
 */
import {
  ChangeMessageVisibilityBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Clock } from '../../shared/time/clock.ts';
import { deleteTogether } from './delete-together.ts';

export interface HoldOptions {
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly clock: Clock;
  readonly queueUrl: string;
  readonly visibilitySeconds: number;
  readonly waitSeconds: number;
}

export interface HeldMessages {
  /** Up to ten more, held from now on. One that was held before has the new handle, the only one that is good. */
  receive(): Promise<readonly Message[]>;
  /** For good. */
  delete(messageId: string): Promise<void>;
  /** Others may have them at once. Best effort: what cannot be given back comes back by itself. */
  giveBack(messageIds: readonly string[]): Promise<void>;
  /** Gives everything back and renews nothing any more. */
  close(): Promise<void>;
  count(): number;
}

interface Held {
  handle: string;
  /** ms since the epoch. */
  untilMs: number;
}

/** Of a batch request (SQS API reference, "ChangeMessageVisibilityBatch"). */
const BATCH = 10;

const PARALLEL = 8;

export function holdMessages(options: HoldOptions): HeldMessages {
  const { sqs, clock, queueUrl, visibilitySeconds, waitSeconds } = options;
  const visibleMs = visibilitySeconds * 1000;
  const held = new Map<string, Held>();
  const remove = deleteTogether(sqs, queueUrl);
  let closed = false;
  let renewing: Promise<void> = Promise.resolve();
  let timing = false;
  let cancelTimer = () => {};

  return {
    count: () => held.size,
    // Not to be cut off: messages of an answer that nobody reads would stay hidden.
    async receive() {
      const askedAtMs = clock.now();
      const { Messages: messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: visibilitySeconds,
          WaitTimeSeconds: waitSeconds,
          MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
        }),
      );
      for (const { MessageId: id, ReceiptHandle: handle } of messages) {
        if (id !== undefined && handle !== undefined)
          held.set(id, { handle, untilMs: askedAtMs + visibleMs });
      }
      if (held.size > 0) startTimer();
      return messages;
    },
    async delete(messageId) {
      const message = held.get(messageId);
      if (message === undefined) throw new Error(`message ${messageId} is not held`);
      await remove(message.handle);
      held.delete(messageId);
    },
    async giveBack(messageIds) {
      const entries = messageIds.flatMap((id) => {
        const message = held.get(id);
        held.delete(id);
        return message === undefined ? [] : [message];
      });
      // A renewal that is under way may land after this, and would hide them once more.
      await renewing;
      await changeVisibility(entries, 0);
    },
    async close() {
      closed = true;
      cancelTimer();
      await this.giveBack([...held.keys()]);
    },
  };

  /** One timer for all, at a third of their time. */
  function startTimer(): void {
    if (timing || closed) return;
    timing = true;
    cancelTimer = clock.after(visibleMs / 3, () => {
      timing = false;
      renewing = renew().finally(() => {
        if (held.size > 0) startTimer();
      });
    });
  }

  async function renew(): Promise<void> {
    const soonMs = clock.now() + (visibleMs * 2) / 3;
    const due = [...held.values()].filter(({ untilMs }) => untilMs <= soonMs);
    const untilMs = clock.now() + visibleMs;
    for (const message of due) message.untilMs = untilMs;
    await changeVisibility(due, visibilitySeconds);
  }

  /** A handle that is no longer good (its time has passed) is no error: the message is with everybody again. */
  async function changeVisibility(messages: readonly Held[], seconds: number): Promise<void> {
    for (let from = 0; from < messages.length; from += BATCH * PARALLEL) {
      const requests = [];
      for (let at = from; at < Math.min(from + BATCH * PARALLEL, messages.length); at += BATCH) {
        const entries = messages.slice(at, at + BATCH).map(({ handle }, index) => ({
          Id: String(index),
          ReceiptHandle: handle,
          VisibilityTimeout: seconds,
        }));
        requests.push(
          sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: entries })),
        );
      }
      await Promise.allSettled(requests);
    }
  }
}
