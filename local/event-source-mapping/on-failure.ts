/**
 * What a mapping sends to its on-failure destination when it gives records up: to the byte what AWS sends, as recorded there
 * (field order included; docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html describes the fields).
 *
 * SQS and SNS get the metadata alone; the SNS `Message` is the same text. An S3 object also holds the event, as a JSON string.
 */
import type { MappingConfig } from './mapping.ts';
import type { Parameters } from './parameters.ts';
import type { Reading } from './response.ts';
import { eventJson, type StreamRecord } from './stream-record.ts';

/** The only two conditions seen on streams. */
export type Condition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

export interface Discard {
  readonly condition: Condition;
  readonly records: readonly StreamRecord[];
  readonly shardId: string;
  readonly requestId: string;
  /** Invocations of this batch; AWS writes 1 if there was none. */
  readonly attempts: number;
  /** How the last invocation ended; absent if there was none. */
  readonly lastReading: Reading | undefined;
}

/** What goes out. `body` is the SQS message, the SNS `Message`, or the S3 object; `key` is the S3 object's. */
export interface Delivery {
  readonly destination: string;
  readonly body: string;
  readonly key?: string;
}

export function onFailureBody(
  discard: Discard,
  mapping: MappingConfig,
  nowMs: number,
  parameters: Pick<Parameters, 'executedVersion'>,
): string {
  const { records } = discard;
  const responseContext = responseContextOf(discard, mapping, parameters);
  return JSON.stringify({
    requestContext: {
      requestId: discard.requestId,
      functionArn: mapping.functionArn,
      condition: discard.condition,
      approximateInvokeCount: Math.max(1, discard.attempts),
    },
    ...(responseContext && { responseContext }),
    version: '1.0',
    ...(mapping.onFailure?.service === 's3' && { payload: eventJson(records) }),
    timestamp: new Date(nowMs).toISOString(),
    DDBStreamBatchInfo: {
      shardId: discard.shardId,
      startSequenceNumber: records[0]?.sequenceNumber,
      endSequenceNumber: records.at(-1)?.sequenceNumber,
      approximateArrivalOfFirstRecord: wholeSeconds(records[0]),
      approximateArrivalOfLastRecord: wholeSeconds(records.at(-1)),
      batchSize: records.length,
      streamArn: mapping.eventSourceArn,
    },
  });
}

/** `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<uuid>`, in UTC, without an extension (recorded on AWS). */
export function onFailureKey(mappingUuid: string, shardId: string, nowMs: number, uuid: string): string {
  const time = new Date(nowMs).toISOString().slice(0, 19);
  const day = time.slice(0, 10).replaceAll('-', '/');
  return `aws/lambda/${mappingUuid}/${shardId}/${day}/${time.replaceAll(':', '.')}-${uuid}`;
}

/**
 * Absent for records that were too old, also after real attempts, and for a request refused for its size; `functionError` is null
 * unless the function threw or timed out (recorded on AWS).
 */
function responseContextOf(
  discard: Discard,
  mapping: MappingConfig,
  parameters: Pick<Parameters, 'executedVersion'>,
): object | undefined {
  const { condition, lastReading } = discard;
  if (condition === 'RecordAgeExceeded' || lastReading === undefined || lastReading.kind === 'oversized')
    return undefined;
  return {
    statusCode: 200,
    executedVersion: parameters.executedVersion ?? versionOf(mapping.functionArn),
    functionError: lastReading.kind === 'error' ? 'Unhandled' : null,
  };
}

/** An unqualified function runs `$LATEST`; which version an alias points to is not in its ARN, so "1" stands for it. */
function versionOf(functionArn: string): string {
  const qualifier = functionArn.split(':')[7];
  if (qualifier === undefined || qualifier === '$LATEST') return '$LATEST';
  return /^\d+$/.test(qualifier) ? qualifier : '1';
}

function wholeSeconds(record: StreamRecord | undefined): string | undefined {
  return record && `${new Date(record.createdAtMs).toISOString().slice(0, 19)}Z`;
}
