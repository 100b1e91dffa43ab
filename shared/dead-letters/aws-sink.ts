/** Keeps dead letters in the processor's queue, and those too large for a message in its failure bucket, whose notification is then the letter. */
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { encodeLetter } from './encoding.ts';
import type { DeadLetter, DeadLetterSink } from './letter.ts';

/** The prefix of our own objects, beside Lambda's `aws/lambda/`; the bucket notifies the queue of both. */
export const LETTER_PREFIX = 'dead-letters/';

export interface AwsSinkOptions {
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly queueUrl: string;
  readonly bucket: string;
  readonly newId: () => string;
}

export function awsDeadLetterSink({ sqs, s3, queueUrl, bucket, newId }: AwsSinkOptions): DeadLetterSink {
  return {
    async send(letter, signal) {
      const encoded = encodeLetter(letter);
      if (encoded.place === 'queue') {
        const message = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: encoded.body });
        await sqs.send(message, { abortSignal: signal });
        return;
      }
      const object = new PutObjectCommand({
        Bucket: bucket,
        Key: objectKey(letter, newId()),
        Body: encoded.body,
        ContentType: 'application/json',
        ContentEncoding: 'gzip',
      });
      await s3.send(object, { abortSignal: signal });
    },
  };
}

/** By day, so that a listing shows what failed when; the id comes from us, never from the record. */
export function objectKey(letter: DeadLetter, id: string): string {
  return `${LETTER_PREFIX}${letter.processor}/${letter.failedAt.slice(0, 10).replaceAll('-', '/')}/${id}.json.gz`;
}
