/** Fetches an object and reads the letter in it. An object that is gone, too large or denied is a letter too, with the reason. */
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Failure } from '../../shared/stream/outcome.ts';
import { isObject, LARGEST_BYTES } from './json.ts';
import type { LetterContent, ObjectPlace } from './letter.ts';
import { readBytes } from './read-message.ts';
import { contentOfPlace } from './read-notification.ts';
import { unknownLetter } from './unknown-letter.ts';

/** @throws the signal's reason when it aborts */
export async function fetchLetter(
  s3: Pick<S3Client, 'send'>,
  object: ObjectPlace,
  signal: AbortSignal,
): Promise<LetterContent> {
  try {
    const {
      Body: body,
      ContentLength: length = 0,
      LastModified: modified,
    } = await s3.send(new GetObjectCommand({ Bucket: object.bucket, Key: object.key }), {
      abortSignal: signal,
    });
    const bytes = length > LARGEST_BYTES ? undefined : await collect(body, signal);
    if (bytes === undefined) {
      if (isObject(body) && typeof body['destroy'] === 'function') body['destroy']();
      return contentOfPlace(object, {
        code: 'TOO_LARGE',
        details: `the object has more than ${LARGEST_BYTES} bytes; neither Lambda nor we write such`,
      });
    }
    const [found, ...more] = readBytes(bytes, modified?.toISOString());
    if (found?.kind === 'letter' && more.length === 0) return found.content;
    return unknownLetter('NOT_A_LETTER', 'the object holds messages, not a letter; find who put it there');
  } catch (error) {
    signal.throwIfAborted();
    return contentOfPlace(object, reasonOf(error));
  }
}

/** @returns undefined when there is more than a letter can have */
async function collect(body: unknown, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    signal.throwIfAborted();
    bytes += chunk.length;
    if (bytes > LARGEST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What a letter says whose object is not there any more. */
export const OBJECT_GONE = 'OBJECT_GONE';

function reasonOf(error: unknown): Failure {
  const type = error instanceof Error ? error.name : typeof error;
  switch (type) {
    case 'NoSuchKey':
    case 'NotFound':
      // Our buckets keep an object longer than the queue its message: expiry rounds up to a day.
      return {
        code: OBJECT_GONE,
        type,
        details:
          'the object was deleted: settled through another notification of it, or by hand; the message holds nothing more',
      };
    case 'NoSuchBucket':
      return { code: 'BUCKET_GONE', type, details: 'the bucket does not exist in this account and region' };
    case 'AccessDenied':
    case 'Forbidden':
      return { code: 'OBJECT_DENIED', type, details: 'allow s3:GetObject and s3:ListBucket on the bucket' };
    default:
      return { code: 'OBJECT_UNREACHABLE', type, details: 'the object could not be fetched; try again' };
  }
}
