/** What can be said of any record without believing it: its id, its place in the stream, its item's key as text. */
import { usableSequenceNumber } from '../../shared/stream/decode.ts';
import { member, textMember } from './json.ts';
import type { RecordContent } from './letter.ts';

export type RecordFacts = Pick<RecordContent, 'eventId' | 'sequenceNumber' | 'eventName' | 'key'>;

export function recordFacts(record: unknown): RecordFacts {
  const eventId = textMember(record, 'eventID');
  const sequenceNumber = usableSequenceNumber(record);
  const eventName = textMember(record, 'eventName');
  const key = keyText(member(member(record, 'dynamodb'), 'Keys'));
  return {
    ...(eventId === undefined ? {} : { eventId }),
    ...(sequenceNumber === undefined ? {} : { sequenceNumber }),
    ...(eventName === undefined ? {} : { eventName }),
    ...(key === undefined ? {} : { key }),
  };
}

/** Of the stream a record says it came from; empty where it says nothing. */
export function streamArnOf(record: unknown): string {
  return textMember(record, 'eventSourceARN') ?? '';
}

/**
 * `PK=PRODUCT#1 SK=DETAILS`, names in alphabetical order. A key has one or two attributes, each text, a number or binary
 * (DynamoDB developer guide, "Core components"); anything else is no key.
 */
function keyText(keys: unknown): string | undefined {
  if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) return undefined;
  const names = Object.keys(keys).sort();
  if (names.length === 0 || names.length > 2) return undefined;
  const parts = names.map((name) => {
    const attribute = member(keys, name);
    const value = member(attribute, 'S') ?? member(attribute, 'N') ?? member(attribute, 'B');
    return typeof value === 'string' ? `${name}=${value}` : undefined;
  });
  return parts.includes(undefined) ? undefined : printable(parts.join(' '));
}

/** Control characters, and those that turn the direction of text, as escapes: a key is somebody else's text, and it is shown on terminals. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** The table in a stream's ARN, `arn:aws:dynamodb:<region>:<account>:table/<name>/stream/<label>`; undefined where it has none. */
export function tableOf(streamArn: string): string | undefined {
  return /:table\/([^/]+)\/stream\//.exec(streamArn)?.[1];
}
