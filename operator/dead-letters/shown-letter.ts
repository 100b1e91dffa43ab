/** A letter as `dlq show --json` writes it: one set of names for all forms, images masked unless they are asked for. */
import type { Failure } from '../../shared/stream/outcome.ts';
import type { Letter, LetterContent, LetterForm } from './letter.ts';
import { maskedRecord } from './masked.ts';

export interface ShownLetter {
  readonly form: LetterForm;
  readonly processor?: string;
  readonly condition?: string;
  /** Empty where nothing says it. */
  readonly streamArn: string;
  readonly shardId?: string;
  /** Sequence numbers. */
  readonly start?: string;
  readonly end?: string;
  /** How many records were given up together; of an envelope 1. */
  readonly batchSize: number;
  readonly records: readonly unknown[];
  readonly resolvable: boolean;
  readonly reason?: Failure;
}

export function shownLetter(letter: LetterContent | Letter, images: 'masked' | 'whole'): ShownLetter {
  const { form, processor, condition, batch, records, resolvable, reason } = letter;
  const [first] = records;
  const position = form === 'envelope' ? first?.sequenceNumber : undefined;
  const { shardId, start = position, end = position } = batch ?? {};
  return {
    form,
    ...(processor === undefined ? {} : { processor }),
    ...(condition === undefined ? {} : { condition }),
    streamArn: batch?.streamArn ?? first?.streamArn ?? '',
    ...(shardId === undefined ? {} : { shardId }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    batchSize: batch?.batchSize ?? records.length,
    records: records.map(({ record }) => (images === 'whole' ? record : maskedRecord(record))),
    resolvable,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** What is known besides of a letter that was found in a queue or bucket. */
export interface FoundLetter extends ShownLetter {
  readonly messageId?: string;
  readonly object?: string;
  readonly failedAt?: string;
  /** Why its records failed; each reason once. */
  readonly errors: readonly Failure[];
  readonly expiresAt?: string;
}

export function foundLetter(letter: Letter, images: 'masked' | 'whole'): FoundLetter {
  const { message, object } = letter.source;
  const errors = new Map(letter.records.map(({ error }) => [JSON.stringify(error), error]));
  return {
    ...shownLetter(letter, images),
    ...(message === undefined ? {} : { messageId: message.messageId }),
    ...(object === undefined ? {} : { object: `s3://${object.bucket}/${object.key}` }),
    ...(letter.failedAt === undefined ? {} : { failedAt: letter.failedAt }),
    errors: [...errors.values()],
    ...(letter.expiresAt === undefined ? {} : { expiresAt: letter.expiresAt }),
  };
}
