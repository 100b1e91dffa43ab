/** The failure bucket: where letters lie in it, and how one goes. */
import { DeleteObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { LETTER_PREFIX } from '../../shared/dead-letters/aws-sink.ts';
import type { ObjectPlace } from './letter.ts';

/** Lambda's (developer guide, "services-dynamodb-errors"), and ours. */
const PREFIXES = ['aws/lambda/', LETTER_PREFIX] as const;

/** Every object that may hold a letter, a page of a thousand at a time. */
export async function* listObjects(
  s3: Pick<S3Client, 'send'>,
  bucket: string,
  signal: AbortSignal,
): AsyncGenerator<ObjectPlace, void> {
  for (const prefix of PREFIXES) {
    let from: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: from }),
        { abortSignal: signal },
      );
      for (const { Key: key, Size: bytes } of page.Contents ?? []) {
        // Consoles make folders as empty objects.
        if (key !== undefined && !(key.endsWith('/') && bytes === 0)) yield { bucket, key };
      }
      from = page.NextContinuationToken;
    } while (from !== undefined);
  }
}

/** Deleting what is gone already is no error. */
export async function removeObject(s3: Pick<S3Client, 'send'>, { bucket, key }: ObjectPlace): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
}
