/** Decodes one stream record; whatever cannot be decoded is that record's failure, never the batch's. */
import { decodeImage, kindOf } from './attribute-value.ts';
import type { Change, EventName, Item } from './change.ts';
import type { Failure } from './outcome.ts';

export type Decoded =
  | { readonly ok: true; readonly change: Change }
  | { readonly ok: false; readonly failure: Failure; readonly sequenceNumber?: string };

/** Which images a processor looks at; the others are neither decoded nor checked. */
export type Images = 'new' | 'new-and-old';

/** Room for AWS's 21 to 40 digits (API reference, StreamRecord) and for emulators that number differently. */
const SEQUENCE_NUMBER = /^\d{1,60}$/;

export function decodeRecord(record: unknown, images: Images): Decoded {
  const sequenceNumber = usableSequenceNumber(record);
  const position = sequenceNumber === undefined ? {} : { sequenceNumber };
  try {
    return { ok: true, change: { ...decodeFields(record, images), ...position } };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { ok: false, failure: { code: 'UNDECODABLE_RECORD', details: error.message }, ...position };
  }
}

/** The number by which a record can be reported to the event source mapping, if it has one. */
export function usableSequenceNumber(record: unknown): string | undefined {
  const number = field(field(record, 'dynamodb'), 'SequenceNumber');
  return typeof number === 'string' && SEQUENCE_NUMBER.test(number) ? number : undefined;
}

function decodeFields(record: unknown, images: Images): Change {
  const eventName = decodeEventName(field(record, 'eventName'));
  const eventId = field(record, 'eventID');
  if (typeof eventId !== 'string' || eventId === '')
    throw new TypeError(`eventID: ${kindOf(eventId)}, expected text`);
  const body = field(record, 'dynamodb');
  return {
    eventId,
    eventName,
    keys: part(body, 'Keys'),
    ...(eventName === 'REMOVE' ? {} : { newImage: part(body, 'NewImage') }),
    ...(eventName === 'INSERT' || images === 'new' ? {} : { oldImage: part(body, 'OldImage') }),
    ...createdAtOf(field(body, 'ApproximateCreationDateTime')),
    expired: isExpiry(field(record, 'userIdentity')),
  };
}

/** The last moment that a date can be (ECMAScript, "Time Values and Time Range"); what is later says nothing of when it was. */
const LAST_MS = 8.64e15;

function createdAtOf(seconds: unknown): Pick<Change, 'createdAtMs'> {
  const ms = typeof seconds === 'number' ? Math.round(seconds * 1000) : 0;
  return ms > 0 && ms <= LAST_MS ? { createdAtMs: ms } : {};
}

function decodeEventName(name: unknown): EventName {
  if (name === 'INSERT' || name === 'MODIFY' || name === 'REMOVE') return name;
  throw new TypeError(`eventName: ${typeof name === 'string' ? 'an unknown name' : kindOf(name)}`);
}

function part(body: unknown, name: 'Keys' | 'NewImage' | 'OldImage'): Item {
  try {
    return decodeImage(field(body, name));
  } catch (error) {
    if (error instanceof TypeError) throw new TypeError(`dynamodb.${name}: ${error.message}`);
    throw error;
  }
}

/** Time to live deletes in the service's own name (developer guide, "DynamoDB Streams and Time to Live"). */
function isExpiry(identity: unknown): boolean {
  return field(identity, 'type') === 'Service' && field(identity, 'principalId') === 'dynamodb.amazonaws.com';
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
