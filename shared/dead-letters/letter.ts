/** A dead letter: the whole record that could not succeed, and why; one JSON envelope that plain tools can read. */
import type { Failure } from '../stream/outcome.ts';

/** The envelope's own version; readers accept every version they know. */
export const LETTER_VERSION = 1;

export interface DeadLetter {
  readonly version: typeof LETTER_VERSION;
  readonly processor: string;
  readonly streamArn: string;
  /** ISO 8601, UTC; of the first failure: a letter that is put back keeps it. */
  readonly failedAt: string;
  /** Of the invocation that gave up on the record. */
  readonly requestId: string;
  readonly error: Failure;
  /** Exactly what the stream delivered. */
  readonly record: unknown;
}

/** Where letters go. */
export interface DeadLetterSink {
  /** Resolves once the letter is kept; rejects, with the letter perhaps kept, on anything else. */
  send(letter: DeadLetter, signal: AbortSignal): Promise<void>;
}

export interface DeadLetterFacts {
  readonly processor: string;
  readonly requestId: string;
  readonly failedAtMs: number;
}

export function writeLetter(record: unknown, error: Failure, facts: DeadLetterFacts): DeadLetter {
  return {
    version: LETTER_VERSION,
    processor: facts.processor,
    streamArn: streamArnOf(record),
    failedAt: new Date(facts.failedAtMs).toISOString(),
    requestId: facts.requestId,
    error,
    record,
  };
}

function streamArnOf(record: unknown): string {
  const arn =
    typeof record === 'object' && record !== null && 'eventSourceARN' in record && record.eventSourceARN;
  return typeof arn === 'string' ? arn : '';
}
