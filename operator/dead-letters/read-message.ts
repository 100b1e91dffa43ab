/**
 * Finds the letters in a text of any wrapping: a message's body, a message, the output of receive-message, an SNS envelope, an S3
 * notification, an object. Pure; whatever it is given, it answers with at least one letter or object, and never throws.
 */
import { kindOf } from '../../shared/stream/attribute-value.ts';
import { isObject, isoTime, member, parseJson, textMember, textOfBytes } from './json.ts';
import type { LetterContent, ObjectPlace } from './letter.ts';
import { readBatch } from './read-batch.ts';
import { looksLikeEnvelope, readEnvelope } from './read-envelope.ts';
import { announcedObject, isAnnouncement, isTestMessage } from './read-notification.ts';
import { unknownLetter } from './unknown-letter.ts';

/** A letter, or the object that an S3 notification says holds one. */
export type Found =
  | { readonly kind: 'letter'; readonly content: LetterContent }
  | { readonly kind: 'object'; readonly object: ObjectPlace };

/** A message in a topic's envelope in a message in an output, each perhaps once more as text. */
const MOST_WRAPPINGS = 12;

/** @param receivedAt ISO 8601; stands in for a time that the text lacks */
export function readText(text: string, receivedAt?: string): readonly Found[] {
  const json = parseJson(text);
  if (!json.ok) return [unknown(json.reason.code, `${json.reason.details}; it is kept as it is`)];
  return unique(unwrap(json.value, receivedAt, 0));
}

export function readBytes(bytes: Uint8Array, receivedAt?: string): readonly Found[] {
  const text = textOfBytes(bytes);
  return text.ok
    ? readText(text.value, receivedAt)
    : [unknown(text.reason.code, text.reason.details ?? 'it cannot be read')];
}

function unwrap(value: unknown, receivedAt: string | undefined, depth: number): readonly Found[] {
  if (depth > MOST_WRAPPINGS) return [unknown('TOO_DEEP', 'wrapped more often than any service does')];
  const inner = (next: unknown, at = receivedAt) => unwrap(next, at, depth + 1);
  const all = (list: readonly unknown[], none: string) =>
    list.length === 0 ? [unknown('NO_MESSAGE', none)] : list.flatMap((element) => inner(element));

  if (typeof value === 'string') {
    const json = parseJson(value);
    return json.ok
      ? inner(json.value)
      : [unknown(json.reason.code, `${json.reason.details}; it is kept as it is`)];
  }
  if (Array.isArray(value)) return all(value, 'the list is empty');
  if (!isObject(value)) return [unknown('NOT_A_LETTER', `${kindOf(value)}, expected an object`)];
  if (Object.hasOwn(value, 'DDBStreamBatchInfo')) return [letter(readBatch(value, receivedAt))];
  if (looksLikeEnvelope(value)) return [letter(readEnvelope(value))];
  if (isTestMessage(value)) return [letter({ form: 'test-message', records: [], resolvable: true })];
  if (isAnnouncement(value)) {
    const object = announcedObject(value);
    return object.ok
      ? [{ kind: 'object', object: object.value }]
      : [unknown(object.reason.code, object.reason.details ?? '')];
  }
  if (Array.isArray(value['Messages'])) return all(value['Messages'], 'no message was received');
  if (Array.isArray(value['Records'])) return all(value['Records'], 'Records is empty');
  for (const name of ['Body', 'body']) {
    if (Object.hasOwn(value, name)) return inner(value[name], sentAt(value) ?? receivedAt);
  }
  if (isObject(value['Sns'])) return inner(value['Sns']);
  if (Object.hasOwn(value, 'Message')) return topicMessage(value, inner);
  return [letter(notALetter(value))];
}

/** What a topic sends around a message (SNS developer guide, "Amazon SNS message formats"). */
function topicMessage(
  value: Record<string, unknown>,
  inner: (next: unknown) => readonly Found[],
): readonly Found[] {
  const type = member(value, 'Type');
  if (type === 'SubscriptionConfirmation' || type === 'UnsubscribeConfirmation')
    return [
      unknown('TOPIC_CONFIRMATION', 'a topic asks whether the queue wants its messages; it holds no record'),
    ];
  return inner(value['Message']);
}

/** Things that resemble letters, each with what to do instead. */
function notALetter(value: Record<string, unknown>): LetterContent {
  if (Object.hasOwn(value, 'KinesisBatchInfo'))
    return unknownLetter('OTHER_STREAM', 'given up by a mapping of a Kinesis stream, which this is not for');
  if (Object.hasOwn(value, 'requestPayload'))
    return unknownLetter(
      'ASYNCHRONOUS_INVOCATION',
      'sent for an asynchronous invocation, which no mapping makes; its event is in requestPayload',
    );
  if (Object.hasOwn(value, 'dynamodb'))
    return unknownLetter('BARE_RECORD', 'a stream record without a letter around it; replay sends records');
  return unknownLetter('NOT_A_LETTER', 'an object of no known form; find who sent it, then discard it');
}

function sentAt(message: Record<string, unknown>): string | undefined {
  const attributes = member(message, 'Attributes') ?? member(message, 'attributes');
  const ms = textMember(attributes, 'SentTimestamp');
  return ms === undefined ? undefined : isoTime(Number(ms));
}

/** One notification that names an object several times stands for one letter. */
function unique(found: readonly Found[]): readonly Found[] {
  const seen = new Set<string>();
  return found.filter((element) => {
    if (element.kind === 'letter') return true;
    const place = objectId(element.object);
    return !seen.has(place) && seen.add(place);
  });
}

/** One text for one object. Buckets' names hold no slash. */
export function objectId({ bucket, key }: ObjectPlace): string {
  return `${bucket}/${key}`;
}

const letter = (content: LetterContent): Found => ({ kind: 'letter', content });
const unknown = (code: string, details: string): Found => letter(unknownLetter(code, details));
