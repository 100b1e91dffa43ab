/** How a dead letter is written into a queue message: ASCII JSON, compressed when large, an object in a bucket when larger still. */
import { gzipSync } from 'node:zlib';
import type { DeadLetter } from './letter.ts';
import { wholeJson } from './whole-json.ts';

/** Above this a letter is compressed: consoles and tools still show the smaller ones as they are. */
const COMPRESS_ABOVE_BYTES = 200 * 1024;

/** SQS refuses messages above this (SQS developer guide, "Message quotas", since August 2025); some room for attributes. */
const LARGEST_MESSAGE_BYTES = 1024 * 1024 - 4 * 1024;

export type EncodedLetter =
  | { readonly place: 'queue'; readonly body: string; readonly compressed: boolean }
  | { readonly place: 'bucket'; readonly body: Buffer };

/** A queue body that is compressed is `{"version":1,"encoding":"gzip+base64","letter":"…"}`; an object in the bucket is gzip of the JSON. */
export function encodeLetter(letter: DeadLetter): EncodedLetter {
  const json = asciiJson(letter);
  if (json.length <= COMPRESS_ABOVE_BYTES) return { place: 'queue', body: json, compressed: false };
  const zipped = gzipSync(json);
  const body = JSON.stringify({
    version: letter.version,
    encoding: 'gzip+base64',
    letter: zipped.toString('base64'),
  });
  if (body.length <= LARGEST_MESSAGE_BYTES) return { place: 'queue', body, compressed: true };
  return { place: 'bucket', body: zipped };
}

/** Every character outside ASCII as an escape: length in characters is length in bytes, and no tool on the way can change it. */
function asciiJson(value: unknown): string {
  return wholeJson(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
