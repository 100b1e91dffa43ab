/** Builds what lies in a dead-letter queue, for tests: by default valid, anything overridden by name. Shapes as recorded on AWS. */
import { type DeadLetter, LETTER_VERSION } from '../../shared/dead-letters/letter.ts';
import { STREAM_ARN, streamRecord } from '../../test/support/record.ts';
import type { LetterContent } from './letter.ts';
import { type Found, readText } from './read-message.ts';

export const SHARD = 'shardId-00000001789649399079-0d666f96';

export interface GivenUp {
  readonly condition?: string;
  readonly functionArn?: string;
  /** Null as for bad and partial responses; undefined leaves the whole context out, as for records that were too old. */
  readonly functionError?: string | null | undefined;
  readonly info?: Readonly<Record<string, unknown>>;
  /** Absent: a pointer, as queues and topics get it. */
  readonly payload?: unknown;
  readonly timestamp?: unknown;
}

/** What a mapping sends when it gives a batch up. */
export function givenUp(parts: GivenUp = {}): Record<string, unknown> {
  const context =
    'functionError' in parts && parts.functionError === undefined
      ? {}
      : {
          responseContext: {
            statusCode: 200,
            executedVersion: '1',
            functionError: parts.functionError ?? null,
          },
        };
  return {
    requestContext: {
      requestId: 'cb0cfcd7-36cb-4399-9058-ada2be1314eb',
      functionArn: parts.functionArn ?? 'arn:aws:lambda:us-east-1:000000000000:function:bids:live',
      condition: parts.condition ?? 'RetryAttemptsExhausted',
      approximateInvokeCount: 2,
    },
    ...context,
    version: '1.0',
    ...('payload' in parts ? { payload: parts.payload } : {}),
    timestamp: 'timestamp' in parts ? parts.timestamp : '2026-09-17T13:03:40.011Z',
    DDBStreamBatchInfo: {
      shardId: SHARD,
      startSequenceNumber: '41800003314721981745013',
      endSequenceNumber: '42100001330762507399791',
      approximateArrivalOfFirstRecord: '2026-09-17T13:02:26Z',
      approximateArrivalOfLastRecord: '2026-09-17T13:02:27Z',
      batchSize: 3,
      streamArn: STREAM_ARN,
      ...parts.info,
    },
  };
}

/** As many records as a default batch has. */
export function threeRecords() {
  return ['41800003314721981745013', '41900003314721981745013', '42100001330762507399791'].map((seq) =>
    streamRecord({ seq }),
  );
}

export function payloadOf(records: readonly unknown[]): string {
  return JSON.stringify({ Records: records });
}

export function envelope(parts: Partial<DeadLetter> & { readonly record?: unknown } = {}): DeadLetter {
  return {
    version: LETTER_VERSION,
    processor: 'bids',
    streamArn: STREAM_ARN,
    failedAt: '2026-09-17T13:00:00.000Z',
    requestId: 'request-1',
    error: { code: 'INVALID_BID', details: 'amount: text' },
    record: streamRecord(),
    ...parts,
  };
}

/** What S3 sends for new objects; keys as they are, encoded here. */
export function announcement(bucket: string, ...keys: readonly string[]) {
  return {
    Records: keys.map((key) => ({
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      s3: {
        s3SchemaVersion: '1.0',
        bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
        object: { key: key.split('/').map(encodeURIComponent).join('/').replaceAll('%20', '+'), size: 1 },
      },
    })),
  };
}

export const TEST_MESSAGE = {
  Service: 'Amazon S3',
  Event: 's3:TestEvent',
  Time: '2026-09-17T13:00:00.000Z',
  Bucket: 'failures',
  RequestId: 'r',
  HostId: 'h',
};

/** The letter that was found, if that is all. */
export function onlyLetter(found: readonly Found[]): LetterContent {
  const [first, ...more] = found;
  if (first?.kind !== 'letter' || more.length > 0)
    throw new Error(`${found.length} found, first ${first?.kind}`);
  return first.content;
}

export const readLetter = (value: unknown) => onlyLetter(readText(JSON.stringify(value)));
