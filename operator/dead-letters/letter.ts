/** The words of the operator's view of dead letters: messages of any form, and the failed records in them. */
import type { Failure } from '../../shared/stream/outcome.ts';

/**
 * - `envelope`: our own letter, in the message or in the bucket.
 * - `failed-batch`: what a mapping gave up, with its whole records, as an S3 object.
 * - `pointer`: what a mapping gave up, as SQS or SNS get it: where in the stream the records are, for as long as it keeps them.
 * - `test-message`: what S3 sends when a notification is set up; holds nothing.
 * - `unknown`: none of these; kept, shown, never deleted but by a discard.
 */
export type LetterForm = 'envelope' | 'failed-batch' | 'pointer' | 'test-message' | 'unknown';

/** One message, or one object that no message announces, as it was received. */
export interface Letter {
  readonly form: LetterForm;
  /** Of the queue or bucket it came from; `unresolved` pointers and batches too carry it. */
  readonly processor: string;
  readonly source: LetterSource;
  /** ISO 8601; when it first failed, or the batch was given up; absent where the message does not say. */
  readonly failedAt?: string;
  /** Of a batch that a mapping gave up: `RetryAttemptsExhausted`, `RecordAgeExceeded`, or what else AWS says. */
  readonly condition?: string;
  readonly batch?: BatchFacts;
  readonly records: readonly FailedRecord[];
  /** Whether `records` is all there was; if not, `reason` says why and what can still be done. */
  readonly resolvable: boolean;
  /** Beside `resolvable: true`: how the records differ from what the message says of them. */
  readonly reason?: Failure;
  /** Of what only the stream still holds: ISO 8601, when it forgets the first record. */
  readonly expiresAt?: string;
}

/** Which message and which object stand for it. Both go when its records are settled. */
export interface LetterSource {
  /** Absent for an object that was found in the bucket without a message. */
  readonly message?: {
    readonly queueUrl: string;
    readonly messageId: string;
    readonly receiptHandle: string;
    /** ms since the epoch, SQS's SentTimestamp. */
    readonly sentAtMs: number;
  };
  readonly object?: { readonly bucket: string; readonly key: string };
}

export interface BatchFacts {
  readonly streamArn: string;
  readonly shardId?: string;
  /** Sequence numbers; absent for windows that ended without records. */
  readonly start?: string;
  readonly end?: string;
  /** How many records the mapping says it gave up. */
  readonly batchSize: number;
}

/** One record that waits for somebody to decide. */
export interface FailedRecord {
  readonly processor: string;
  readonly streamArn: string;
  /** Absent where the record itself carries none that is usable. */
  readonly eventId?: string;
  readonly sequenceNumber?: string;
  readonly eventName?: string;
  /** The item's key as text, e.g. `PK=PRODUCT#1 SK=DETAILS`; absent where it cannot be read. */
  readonly key?: string;
  /** ISO 8601, UTC. */
  readonly failedAt: string;
  readonly error: Failure;
  /** Of the invocation that gave up on it, where that is known. */
  readonly requestId?: string;
  /** Whole, in the form in which Lambda delivers it. */
  readonly record: unknown;
}

/** What a text says by itself, before anybody has looked where it came from. */
export interface LetterContent extends Pick<Letter, 'form' | 'resolvable'> {
  /** As the letter says; absent where only its queue tells. */
  readonly processor?: string;
  /** Of the function that a mapping called, with its alias. */
  readonly functionArn?: string;
  readonly failedAt?: string;
  readonly condition?: string;
  /** Of each record, and of the invocation that gave up on them: for records that are still to be read. */
  readonly error?: Failure;
  readonly requestId?: string;
  readonly batch?: BatchFacts;
  readonly records: readonly RecordContent[];
  readonly reason?: Failure;
  readonly expiresAt?: string;
}

export type RecordContent = Omit<FailedRecord, 'processor'>;

export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
}
