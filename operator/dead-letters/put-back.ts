/** Puts one record into its processor's queue as a letter of its own, with its first failure's time: it is as if it had been lettered then. */
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { objectKey } from '../../shared/dead-letters/aws-sink.ts';
import { encodeLetter } from '../../shared/dead-letters/encoding.ts';
import { type DeadLetter, LETTER_VERSION } from '../../shared/dead-letters/letter.ts';
import type { FailedRecord, ObjectPlace } from './letter.ts';

export interface PutBackOptions {
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly s3: Pick<S3Client, 'send'>;
  readonly queueUrl: string;
  readonly bucket: string;
  readonly newId: () => string;
}

export type PutBack =
  | { readonly kind: 'message'; readonly messageId: string }
  /** Whose notification is the letter. */
  | { readonly kind: 'object'; readonly object: ObjectPlace };

/** Not ended by an interrupt: a request that is on its way is waited for. @throws what SQS or S3 says; then the letter may be there or not */
export async function putBackRecord(record: FailedRecord, options: PutBackOptions): Promise<PutBack> {
  const { sqs, s3, queueUrl, bucket, newId } = options;
  const letter: DeadLetter = {
    version: LETTER_VERSION,
    processor: record.processor,
    streamArn: record.streamArn,
    failedAt: record.failedAt,
    requestId: record.requestId ?? '',
    error: record.error,
    record: record.record,
  };
  const encoded = encodeLetter(letter);
  if (encoded.place === 'queue') {
    const { MessageId: messageId = '' } = await sqs.send(
      new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: encoded.body }),
    );
    return { kind: 'message', messageId };
  }
  const object = { bucket, key: objectKey(letter, newId()) };
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: object.key,
      Body: encoded.body,
      ContentType: 'application/json',
      ContentEncoding: 'gzip',
    }),
  );
  return { kind: 'object', object };
}
