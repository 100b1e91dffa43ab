/**
 * Reads one shard for a recording, gently: five requests a second at most, since the functions on the stream read it too. Empty pages
 * are normal, an expired iterator is made anew after the last record, and what the stream has forgotten meanwhile is said to be
 * missing (DynamoDB API reference, "GetRecords", "GetShardIterator"; developer guide, "Quotas").
 */
import {
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  type _Record as StreamsRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { shardIterator } from '../../local/streams/shard-iterator.ts';
import { pauseMs } from '../../shared/stream/backoff.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';

export interface ShardPorts {
  readonly client: Pick<DynamoDBStreamsClient, 'send'>;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly streamArn: string;
  readonly signal: AbortSignal;
  /** One line for people. */
  readonly warn: (line: string) => void;
  /** Records are missing from the recording. */
  readonly gap: (line: string) => void;
}

export interface ShardReading extends ShardPorts {
  readonly shardId: string;
  readonly from: 'TRIM_HORIZON' | 'LATEST';
  /** Takes a page, which may be empty; `askedAtMs` is when it was asked for. False ends the reading. */
  readonly onPage: (records: readonly StreamsRecord[], askedAtMs: number) => Promise<boolean>;
}

/** - `closed`: read to its end. - `stopped`: by `onPage` or the signal. */
export type ShardEnd = 'closed' | 'stopped';

/** Records of a page; the API's own limit. */
const PAGE = 1000;

const BETWEEN_REQUESTS_MS = 200;

/** With back-off up to 5 s, after some ten seconds people should know. */
const FAILURES_BEFORE_WARNING = 5;

/** @throws what will not pass: denied, or no such stream */
export async function readShard(reading: ShardReading): Promise<ShardEnd> {
  const { client, clock, random, signal, shardId, onPage } = reading;
  let last: string | undefined;
  let { from } = reading;
  let iterator: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const askedAtMs = clock.now();
    let page: GetRecordsCommandOutput;
    try {
      iterator ??= await shardIterator(reading, last, from);
      if (iterator === undefined) return 'closed';
      page = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: PAGE }), {
        abortSignal: signal,
      });
      failures = 0;
    } catch (error) {
      if (signal.aborted) return 'stopped';
      const kind = kindOf(error);
      const isAtTip = last === undefined && from === 'LATEST';
      // Another iterator at the tip would pass over what was written since this one was made.
      if (kind !== 'later' || !isAtTip) iterator = undefined;
      switch (kind) {
        case 'expired':
          if (isAtTip)
            reading.gap(
              `${shardId}: not read for a quarter of an hour; what was written meanwhile is left out`,
            );
          break;
        case 'trimmed':
          reading.gap(
            `${shardId}: the stream has forgotten records ${last === undefined ? 'before they could be read' : `after ${last}`}; the recording goes on with the oldest that are left`,
          );
          last = undefined;
          from = 'TRIM_HORIZON';
          break;
        case 'final':
          throw error;
        case 'later':
          failures++;
          if (failures === FAILURES_BEFORE_WARNING)
            reading.warn(`${shardId}: cannot be read (${nameOf(error)}), trying on${hintOf(error)}`);
          await pause(clock, pauseMs(failures, random), signal);
      }
      continue;
    }
    const records = page.Records ?? [];
    last = records.at(-1)?.dynamodb?.SequenceNumber ?? last;
    if (!(await onPage(records, askedAtMs))) return 'stopped';
    iterator = page.NextShardIterator;
    if (iterator === undefined) return 'closed';
    await pause(clock, BETWEEN_REQUESTS_MS - (clock.now() - askedAtMs), signal);
  }
  return 'stopped';
}

function kindOf(error: unknown): 'expired' | 'trimmed' | 'final' | 'later' {
  const name = nameOf(error);
  if (name === 'ExpiredIteratorException') return 'expired';
  if (name === 'TrimmedDataAccessException') return 'trimmed';
  return /^(ResourceNotFound|AccessDenied|UnrecognizedClient|InvalidSignature|Validation|ExpiredToken)/.test(
    name,
  ) || /Credential/.test(name)
    ? 'final'
    : 'later';
}

export const nameOf = (error: unknown) => (error instanceof Error ? error.name : typeof error);

/** More than two readers of a shard are throttled (DynamoDB developer guide, "DynamoDB Streams and AWS Lambda triggers"). */
function hintOf(error: unknown): string {
  return /Throttl|LimitExceeded|ProvisionedThroughput/.test(nameOf(error))
    ? '; a shard bears two readers, and the function on the stream is one: is there another?'
    : '';
}

/** An abort ends the pause, and is not an error. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(clock, ms, signal).catch(() => {});
}
