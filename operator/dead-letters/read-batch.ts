/**
 * Reads what a mapping sends when it gives a batch up (Lambda developer guide, "services-dynamodb-errors"; as recorded on AWS):
 * to a queue or topic a pointer into the stream, to a bucket the same with the whole records in `payload`.
 */
import { kindOf } from '../../shared/stream/attribute-value.ts';
import type { Failure } from '../../shared/stream/outcome.ts';
import { isObject, isoTime, member, parseJson, type Read, textMember, timeMember } from './json.ts';
import type { BatchFacts, LetterContent, RecordContent } from './letter.ts';
import { recordFacts, streamArnOf } from './record-facts.ts';
import { unknownLetter } from './unknown-letter.ts';

/** A stream keeps a record for 24 hours (DynamoDB developer guide, "Change data capture for DynamoDB Streams"). */
const STREAM_KEEPS_MS = 24 * 60 * 60 * 1000;

const SEQUENCE_NUMBER = /^\d{1,60}$/;

/** @param receivedAt ISO 8601, when the message was sent; stands in for a time that the message lacks */
export function readBatch(value: Record<string, unknown>, receivedAt?: string): LetterContent {
  const info = member(value, 'DDBStreamBatchInfo');
  if (!isObject(info))
    return unknownLetter('MALFORMED_BATCH', `DDBStreamBatchInfo: ${kindOf(info)}, expected an object`);
  const held = readPayload(member(value, 'payload'));
  const records = held?.ok === true ? held.value : [];
  const streamArn = textMember(info, 'streamArn') ?? streamArnOf(records[0]);
  if (streamArn === '')
    return unknownLetter(
      'MALFORMED_BATCH',
      `DDBStreamBatchInfo.streamArn: ${kindOf(member(info, 'streamArn'))}, expected the stream's ARN`,
    );
  const request = member(value, 'requestContext');
  const condition = textMember(request, 'condition');
  const functionArn = textMember(request, 'functionArn');
  const requestId = textMember(request, 'requestId');
  const functionError = textMember(member(value, 'responseContext'), 'functionError');
  const firstArrival = timeMember(info, 'approximateArrivalOfFirstRecord');
  const failedAt = timeMember(value, 'timestamp') ?? receivedAt ?? firstArrival;
  const batch = batchFacts(info, streamArn, records.length);
  const expiresAt =
    firstArrival === undefined ? undefined : isoTime(Date.parse(firstArrival) + STREAM_KEEPS_MS);
  const error: Failure = {
    code: condition ?? 'GIVEN_UP',
    ...(functionError === undefined ? {} : { type: functionError }),
  };
  return {
    ...(failedAt === undefined ? {} : { failedAt }),
    ...(condition === undefined ? {} : { condition }),
    ...(functionArn === undefined ? {} : { functionArn }),
    error,
    ...(requestId === undefined ? {} : { requestId }),
    batch,
    records: records.map(
      (record): RecordContent => ({
        streamArn: streamArnOf(record) || streamArn,
        ...recordFacts(record),
        failedAt: failedAt ?? arrivalOf(record),
        error,
        ...(requestId === undefined ? {} : { requestId }),
        record,
      }),
    ),
    ...(held === undefined ? pointer(batch, expiresAt) : whole(batch, held)),
    ...(held?.ok === true || expiresAt === undefined ? {} : { expiresAt }),
  };
}

function whole(
  { batchSize }: BatchFacts,
  held: Read<readonly unknown[]>,
): Pick<LetterContent, 'form' | 'resolvable' | 'reason'> {
  if (!held.ok) return { form: 'failed-batch', resolvable: false, reason: held.reason };
  const { length } = held.value;
  return {
    form: 'failed-batch',
    resolvable: true,
    ...(length === batchSize ? {} : { reason: sizeDiffers(batchSize, length) }),
  };
}

/** What to say when a batch's records are not as many as its message says. */
export function sizeDiffers(said: number, found: number): Failure {
  return {
    code: 'BATCH_SIZE_DIFFERS',
    details: `the mapping gave up ${said} records, ${found} were found; all of them are kept`,
  };
}

function pointer(
  { start, end }: BatchFacts,
  expiresAt: string | undefined,
): Pick<LetterContent, 'form' | 'resolvable' | 'reason'> {
  if (start === undefined || end === undefined)
    return {
      form: 'pointer',
      resolvable: false,
      reason: {
        code: 'NO_SEQUENCE_NUMBERS',
        details:
          'it names no records: a window that ended without any sends this; there is nothing to read, discard it',
      },
    };
  return {
    form: 'pointer',
    resolvable: false,
    reason: {
      code: 'NEEDS_SYSTEM',
      details: `the message says only where in the stream the records are; name the system (--local, or --stage) to read them${expiresAt === undefined ? '' : `, before ${expiresAt}`}`,
    },
  };
}

function batchFacts(info: Record<string, unknown>, streamArn: string, found: number): BatchFacts {
  const shardId = textMember(info, 'shardId');
  const start = sequenceNumber(info, 'startSequenceNumber');
  const end = sequenceNumber(info, 'endSequenceNumber');
  const size = member(info, 'batchSize');
  return {
    streamArn,
    ...(shardId === undefined ? {} : { shardId }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    batchSize: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : found,
  };
}

function sequenceNumber(info: Record<string, unknown>, name: string): string | undefined {
  const text = textMember(info, name);
  return text !== undefined && SEQUENCE_NUMBER.test(text) ? text : undefined;
}

/** The event, as JSON text; LocalStack writes it as an object. @returns undefined where there is none: the message is a pointer */
function readPayload(payload: unknown): Read<readonly unknown[]> | undefined {
  if (payload === undefined || payload === null) return undefined;
  const event = typeof payload === 'string' ? parseJson(payload) : ({ ok: true, value: payload } as const);
  const records = event.ok ? member(event.value, 'Records') : undefined;
  if (Array.isArray(records)) return { ok: true, value: records };
  const found = event.ok ? `payload.Records: ${kindOf(records)}, expected a list` : event.reason.details;
  return {
    ok: false,
    reason: {
      code: 'PAYLOAD_UNREADABLE',
      details: `${found}; if the batch is younger than 24 h its records are still in the stream`,
    },
  };
}

function arrivalOf(record: unknown): string {
  const seconds = member(member(record, 'dynamodb'), 'ApproximateCreationDateTime');
  return (typeof seconds === 'number' ? isoTime(seconds * 1000) : undefined) ?? new Date(0).toISOString();
}
