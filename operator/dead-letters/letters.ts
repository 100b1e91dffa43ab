/**
 * All dead letters of one processor: every message of its queue, and every object of its bucket that no message announces. Messages
 * are held while they are read and given back afterwards; nothing is deleted but by `settle`.
 */
import type { Message } from '@aws-sdk/client-sqs';
import { lineOf, Problem } from '../../local/problem.ts';
import type { Clock } from '../../shared/time/clock.ts';
import type { ProcessorFacts, System } from '../system/system.ts';
import { ahead } from './ahead.ts';
import { listObjects, removeObject } from './bucket.ts';
import { completer } from './complete.ts';
import { holdMessages } from './held-messages.ts';
import { isoTime } from './json.ts';
import type { FailedRecord, Letter, LetterSource, ObjectPlace } from './letter.ts';
import { letterOf } from './letter-of.ts';
import { letterParts } from './letter-parts.ts';
import { putBackRecord } from './put-back.ts';
import { type Found, objectId, readText } from './read-message.ts';

export interface LettersOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly newId: () => string;
  /** Ends the reading; what was begun by `settle`, `putBack` and `close` is finished. */
  readonly signal: AbortSignal;
  /** Whether pointers are followed into their stream. @default true */
  readonly resolve?: boolean;
  /** Seconds for which a message stays hidden if this process dies. Renewed while it lives. @default 120 */
  readonly visibilitySeconds?: number;
  /** Seconds of a long poll; 0 may overlook messages on AWS (SQS developer guide, "Short and long polling"). @default 1 */
  readonly waitSeconds?: number;
  /** Messages at which the reading ends, and says so. @default 100,000: SQS lets 120,000 of a queue be in flight */
  readonly mostHeld?: number;
}

/**
 * ```ts
 * const letters = openLetters(system, processor, options);
 * try {
 *   for await (const letter of letters.letters()) {
 *     // once every record of it is settled, or put back as a letter of its own:
 *     await letters.settle(letter);
 *   }
 * } finally {
 *   await letters.close();
 * }
 * ```
 */
export interface OpenLetters {
  /**
   * Each letter once, as far as possible in the order of the queue; then objects without a message. To be run through once. At most 20
   * messages are read ahead. Letters that `putBack` wrote are left out. A record may be in several letters: see `recordIdentity`.
   *
   * @throws Problem when the queue or the bucket cannot be read; the signal's reason when it aborts
   */
  letters(): AsyncIterable<Letter>;
  /**
   * Deletes the letter for good: its message, also a repeated one, then its object. Killed in between, the object is found again
   * without a message, and its records are decided again. Calling it twice is harmless.
   */
  settle(letter: Letter): Promise<void>;
  /** Gives letters back, at the latest when the reading ends: earlier it would only receive them again. */
  release(letters: readonly Letter[]): Promise<void>;
  /** Keeps one record as a letter of its own, with its first `failedAt` and its `error`. Resolves once it is kept. */
  putBack(record: FailedRecord): Promise<void>;
  /** Why not all letters were read; undefined if all were. Complete once `letters()` has ended. */
  incomplete(): string | undefined;
  /** Gives back what is still held and ends the renewing. To be called in any case. */
  close(): Promise<void>;
}

/** Answers without anything new, one after the other, that say: this was all. */
const LAST_ANSWERS = 2;

/** SQS lets 120,000 messages of a queue be in flight (SQS developer guide, "Message quotas"); some are left to others. */
const MOST_HELD = 100_000;

/** Objects and pointers that are fetched at once. */
const PARALLEL = 4;

/** Where a letter is. */
interface Place {
  readonly found: Found;
  readonly source: LetterSource;
}

export function openLetters(
  system: Pick<System, 'clients' | 'processors'>,
  processor: Pick<ProcessorFacts, 'name' | 'queueUrl' | 'failureBucket'>,
  options: LettersOptions,
): OpenLetters {
  const { clock, signal, newId } = options;
  const { waitSeconds = 1, mostHeld = MOST_HELD } = options;
  const { sqs, s3 } = system.clients;
  const { queueUrl, failureBucket: bucket } = processor;
  const held = holdMessages({
    sqs,
    clock,
    queueUrl,
    visibilitySeconds: options.visibilitySeconds ?? 120,
    waitSeconds,
  });
  const complete = completer({ ...options, system, resolve: options.resolve ?? true });
  const parts = letterParts();
  /** What `putBack` wrote: by message id or object. */
  const own = new Set<string>();
  const puttingBack = new Set<Promise<unknown>>();
  const released = new Set<string>();
  let answer: Promise<readonly Message[]> | undefined;
  let reading = false;
  let incomplete: string | undefined;

  return {
    letters,
    async settle({ source }) {
      const { messages, object } = parts.settle(source);
      for (const id of messages) await held.delete(id);
      if (object !== undefined) await removeObject(s3, object);
    },
    async release(letters) {
      for (const { source } of letters) {
        for (const id of parts.release(source)) released.add(id);
      }
      if (!reading) await giveBackReleased();
    },
    async putBack(record) {
      const sent = putBackRecord(record, { sqs, s3, queueUrl, bucket, newId }).then((kept) => {
        own.add(kept.kind === 'message' ? kept.messageId : objectId(kept.object));
      });
      puttingBack.add(sent);
      await sent.finally(() => puttingBack.delete(sent));
    },
    incomplete: () => incomplete,
    async close() {
      await answer?.catch(() => {});
      await held.close();
    },
  };

  async function* letters(): AsyncGenerator<Letter> {
    reading = true;
    try {
      yield* ahead(places(), PARALLEL, async ({ found, source }) =>
        letterOf(await complete(found), processor.name, source),
      );
    } finally {
      reading = false;
      await giveBackReleased();
    }
  }

  async function* places(): AsyncGenerator<Place> {
    yield* fromQueue();
    yield* fromBucket();
  }

  async function* fromQueue(): AsyncGenerator<Place> {
    const seen = new Set<string>();
    let unchanged = 0;
    answer = receive();
    while (answer !== undefined) {
      const messages = await answer;
      // Which messages are our own is known only when they were sent.
      await Promise.allSettled([...puttingBack]);
      const fresh = messages.filter(
        ({ MessageId: id = '' }) => !seen.has(id) && seen.add(id) && !own.has(id),
      );
      // A long poll asks all of SQS's servers: one empty answer is the end (SQS developer guide, "Short and long polling").
      const isEnd = messages.length === 0 && waitSeconds > 0;
      unchanged = isEnd ? LAST_ANSWERS : fresh.length === 0 ? unchanged + 1 : 0;
      const full = held.count() >= mostHeld;
      if (full) incomplete = `${mostHeld} messages of the queue are held at once; there are more`;
      answer = unchanged < LAST_ANSWERS && !full ? receive() : undefined;
      for (const message of fresh) yield* lettersIn(message);
    }
  }

  function receive(): Promise<readonly Message[]> {
    signal.throwIfAborted();
    const next = held.receive().catch((error: unknown) => {
      signal.throwIfAborted();
      throw unreadable('queue', error);
    });
    // It may fail while an earlier letter is being worked on; whoever awaits it learns of it.
    next.catch(() => {});
    return next;
  }

  async function* lettersIn(message: Message): AsyncGenerator<Place> {
    const { MessageId: messageId = '', ReceiptHandle: receiptHandle = '', Body: body = '' } = message;
    const sentAtMs = Number(message.Attributes?.SentTimestamp ?? clock.now());
    const facts = { queueUrl, messageId, receiptHandle, sentAtMs };
    const found = readText(body, isoTime(sentAtMs));
    const { fresh, done } = parts.add(
      messageId,
      found.filter((element) => element.kind === 'letter' || !own.has(objectId(element.object))),
    );
    // A repeated notification of an object that was settled a moment ago.
    if (done) await held.delete(messageId);
    for (const element of fresh) {
      signal.throwIfAborted();
      const object = element.kind === 'object' ? { object: element.object } : {};
      yield { found: element, source: { message: facts, ...object } };
    }
  }

  async function* fromBucket(): AsyncGenerator<Place> {
    const objects = listObjects(s3, bucket, signal);
    for (;;) {
      let next: IteratorResult<ObjectPlace>;
      try {
        next = await objects.next();
      } catch (error) {
        signal.throwIfAborted();
        throw unreadable('bucket', error);
      }
      if (next.done === true) return;
      const object = next.value;
      await Promise.allSettled([...puttingBack]);
      if (own.has(objectId(object)) || !parts.addObject(object)) continue;
      yield { found: { kind: 'object', object }, source: { object } };
    }
  }

  async function giveBackReleased(): Promise<void> {
    const ids = [...released];
    released.clear();
    await held.giveBack(ids);
  }

  function unreadable(what: 'queue' | 'bucket', error: unknown): Problem {
    const name = error instanceof Error ? error.name : typeof error;
    const place = what === 'queue' ? queueUrl : bucket;
    const right =
      what === 'queue'
        ? 'sqs:ReceiveMessage and sqs:ChangeMessageVisibility'
        : 's3:ListBucket and s3:GetObject';
    return new Problem(
      `${processor.name}: its ${what} ${place} cannot be read (${name}: ${lineOf(error)}); it must exist in this account and region, and allow ${right}`,
    );
  }
}
