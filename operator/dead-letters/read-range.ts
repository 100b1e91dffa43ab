/**
 * Reads the records from one sequence number to another out of a shard, page by page, past empty pages. What the stream no longer
 * holds, and what it will not give now, are different answers (DynamoDB API reference, "GetRecords", "GetShardIterator").
 */
import {
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamsRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { pauseMs } from '../../shared/stream/backoff.ts';
import type { Failure } from '../../shared/stream/outcome.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';

export interface RangeOptions {
  readonly client: Pick<DynamoDBStreamsClient, 'send'>;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly streamArn: string;
  readonly shardId: string;
  /** Sequence numbers; both ends belong to the range. */
  readonly start: string;
  readonly end: string;
  /** Takes what of a page lies in the range; false ends the reading. */
  readonly onRecords: (records: readonly StreamsRecord[]) => boolean;
}

/** - `complete`: every record of the range was given. - `stopped`: by `onRecords`. */
export type RangeEnd =
  | { readonly kind: 'complete' | 'stopped' }
  | { readonly kind: 'incomplete'; readonly reason: Failure };

/** Records of a page; the API's own limit. */
const PAGE = 1000;

/** At the tip of an open shard pages stay empty for ever; a gap in the middle of one has never been seen to be this long. */
const MOST_EMPTY_PAGES = 100;

/** A shard answers five requests a second, which Lambda needs itself (DynamoDB developer guide, "DynamoDB Streams"). */
const AFTER_EMPTY_MS = 200;

/** With back-off up to 5 s some half a minute. */
const MOST_FAILURES = 10;

/** @throws the signal's reason when it aborts */
export async function readRange(options: RangeOptions): Promise<RangeEnd> {
  const { client, clock, signal, onRecords } = options;
  const end = BigInt(options.end);
  let last: string | undefined;
  let iterator: string | undefined;
  let emptyPages = 0;
  let failures = 0;
  for (;;) {
    signal.throwIfAborted();
    let records: readonly StreamsRecord[];
    let next: string | undefined;
    try {
      iterator ??= await newIterator(options, last);
      if (iterator === undefined) return incomplete('END_NOT_REACHED', 'the shard gives no iterator');
      const page = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: PAGE }), {
        abortSignal: signal,
      });
      records = page.Records ?? [];
      next = page.NextShardIterator;
      failures = 0;
    } catch (error) {
      signal.throwIfAborted();
      const verdict = verdictOf(error, options);
      // An iterator lives 15 minutes; a new one goes on after the last record.
      iterator = undefined;
      failures++;
      if (verdict !== 'again' && verdict !== 'later') return { kind: 'incomplete', reason: verdict };
      if (failures >= MOST_FAILURES) return incomplete('STREAM_UNREACHABLE', `${nameOf(error)}; try later`);
      if (verdict === 'later') await sleep(clock, pauseMs(failures - 1, options.random), signal);
      continue;
    }
    last = records.at(-1)?.dynamodb?.SequenceNumber ?? last;
    const inside = records.filter((record) => positionOf(record) <= end);
    if (inside.length > 0 && !onRecords(inside)) return { kind: 'stopped' };
    if (last !== undefined && BigInt(last) >= end) return { kind: 'complete' };
    if (next === undefined)
      return incomplete('END_NOT_REACHED', 'the shard ends before the last record that the message names');
    iterator = next;
    emptyPages = records.length === 0 ? emptyPages + 1 : 0;
    if (emptyPages >= MOST_EMPTY_PAGES)
      return incomplete(
        'END_NOT_REACHED',
        `${MOST_EMPTY_PAGES} empty pages before the last record that the message names`,
      );
    if (records.length === 0) await sleep(clock, AFTER_EMPTY_MS, signal);
  }
}

async function newIterator(options: RangeOptions, after: string | undefined): Promise<string | undefined> {
  const { client, streamArn, shardId, start, signal } = options;
  const { ShardIterator: iterator } = await client.send(
    new GetShardIteratorCommand({
      StreamArn: streamArn,
      ShardId: shardId,
      ShardIteratorType: after === undefined ? 'AT_SEQUENCE_NUMBER' : 'AFTER_SEQUENCE_NUMBER',
      SequenceNumber: after ?? start,
    }),
    { abortSignal: signal },
  );
  return iterator;
}

/** - `again`: at once. - `later`: after a pause. - else why it is of no use. */
function verdictOf(error: unknown, { shardId }: RangeOptions): 'again' | 'later' | Failure {
  const name = nameOf(error);
  switch (name) {
    case 'ExpiredIteratorException':
      return 'again';
    case 'TrimmedDataAccessException':
      return {
        code: 'STREAM_TRIMMED',
        type: name,
        details:
          'the stream no longer holds the records (it keeps 24 h); the table does: reconcile its keys, then discard the letter',
      };
    case 'ResourceNotFoundException':
      return {
        code: 'STREAM_NOT_FOUND',
        type: name,
        details: `the stream or its shard ${shardId} is gone: switched off, made anew, or older than 24 h; reconcile from the table, then discard the letter`,
      };
    case 'ValidationException':
      return {
        code: 'POINTER_REFUSED',
        type: name,
        details: 'the stream does not accept the sequence number or shard that the message names',
      };
    case 'AccessDeniedException':
    case 'UnrecognizedClientException':
    case 'ExpiredTokenException':
      return {
        code: 'STREAM_DENIED',
        type: name,
        details: 'allow dynamodb:GetShardIterator and dynamodb:GetRecords on the stream',
      };
    default:
      return 'later';
  }
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : typeof error);

/** A record without a number belongs to where it was found. */
function positionOf(record: StreamsRecord): bigint {
  return BigInt(record.dynamodb?.SequenceNumber ?? 0);
}

function incomplete(code: string, details: string): RangeEnd {
  return { kind: 'incomplete', reason: { code, details } };
}
