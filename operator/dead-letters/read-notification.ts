/** Reads what S3 says of its objects (S3 user guide, "Event message structure"), directly or through EventBridge. */
import { kindOf } from '../../shared/stream/attribute-value.ts';
import { isObject, member, type Read, textMember } from './json.ts';
import type { LetterContent, ObjectPlace } from './letter.ts';

/** Sent once when a notification is set up: `{"Service":"Amazon S3","Event":"s3:TestEvent",…}`. */
export function isTestMessage(value: Record<string, unknown>): boolean {
  return member(value, 'Event') === 's3:TestEvent';
}

/** One element of a notification's `Records`, or EventBridge's event. */
export function isAnnouncement(value: Record<string, unknown>): boolean {
  return isObject(value['s3']) || (value['source'] === 'aws.s3' && isObject(value['detail']));
}

/** Keys are URL-encoded with plus for a space; EventBridge's are as they are (S3 user guide, "Using EventBridge"). */
export function announcedObject(value: Record<string, unknown>): Read<ObjectPlace> {
  const direct = isObject(value['s3']);
  const event = textMember(value, direct ? 'eventName' : 'detail-type') ?? '';
  if (/^(s3:)?(ObjectRemoved|LifecycleExpiration)|^Object Deleted/.test(event))
    return refuse('OBJECT_REMOVED', 'tells of an object that was deleted; it holds no record, discard it');
  const place = direct ? value['s3'] : value['detail'];
  const bucket = textMember(member(place, 'bucket'), 'name');
  const key = textMember(member(place, 'object'), 'key');
  if (bucket === undefined || key === undefined)
    return refuse(
      'MALFORMED_NOTIFICATION',
      `s3.bucket.name: ${kindOf(member(member(place, 'bucket'), 'name'))}, s3.object.key: ${kindOf(member(member(place, 'object'), 'key'))}, expected text`,
    );
  const decoded = direct ? decodeKey(key) : key;
  return decoded === undefined
    ? refuse('MALFORMED_NOTIFICATION', 's3.object.key: is not URL-encoded text')
    : { ok: true, value: { bucket, key: decoded } };
}

function decodeKey(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function refuse(code: string, details: string): Read<ObjectPlace> {
  return { ok: false, reason: { code, details } };
}

/** What an object's place alone says of the letter in it; for objects that cannot be read, or not yet. */
export function contentOfPlace(
  { bucket, key }: ObjectPlace,
  reason: NonNullable<LetterContent['reason']>,
): LetterContent {
  const base = { records: [], resolvable: false, reason };
  const shardId = /^aws\/lambda\/[^/]+\/([^/]+)\//.exec(key)?.[1];
  if (shardId !== undefined)
    return { form: 'failed-batch', ...base, batch: { streamArn: '', shardId, batchSize: 0 } };
  const processor = /^dead-letters\/([^/]+)\//.exec(key)?.[1];
  if (processor !== undefined) return { form: 'envelope', processor, ...base };
  return {
    form: 'unknown',
    ...base,
    reason: { ...reason, details: `${reason.details ?? ''} (${bucket}: not a place of letters)`.trim() },
  };
}
