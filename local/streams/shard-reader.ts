/**
 * Reads one shard from where it was left off to its end. Empty pages are normal, an expired iterator is renewed after the last
 * record, trimmed records are gone and said so (DynamoDB API reference, "GetRecords", "GetShardIterator").
 */
import {
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  type _Record as StreamsRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import { shardIterator } from './shard-iterator.ts';

export interface ShardReaderOptions {
  readonly client: Pick<DynamoDBStreamsClient, 'send'>;
  readonly clock: Clock;
  readonly streamArn: string;
  readonly shardId: string;
  /** Sequence number of the last record that needs no reading; absent: from the oldest there is. */
  readonly after?: string | undefined;
  readonly signal: AbortSignal;
  /** Takes a page; resolves when the next may be read. `askedAtMs` is when it was asked for. */
  readonly onPage: (records: readonly StreamsRecord[], askedAtMs: number) => Promise<void>;
  readonly warn: (line: string) => void;
  /** Failures in a row after which it is given up. @default none: it is tried for ever */
  readonly mostFailures?: number;
}

/** Records of a page; the API's own limit. */
const PAGE = 1000;

/** How often an idle shard is asked. Lambda asks four times a second; more often here shortens the last record's wait. */
const IDLE_MS = 100;

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;

/** Resolves when the shard is closed and read, `signal` aborts, or it is given up. */
export async function readShard(options: ShardReaderOptions): Promise<'closed' | 'aborted' | 'failed'> {
  const { client, clock, signal, shardId, warn } = options;
  let last = options.after;
  let iterator: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const askedAtMs = clock.now();
    let page: GetRecordsCommandOutput;
    try {
      iterator ??= await shardIterator(options, last);
      page = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: PAGE }), {
        abortSignal: signal,
      });
      failures = 0;
    } catch (error) {
      if (signal.aborted) break;
      iterator = undefined;
      const name = error instanceof Error ? error.name : typeof error;
      if (name === 'ExpiredIteratorException') continue;
      if (name === 'TrimmedDataAccessException') {
        warn(`stream ${options.streamArn}, ${shardId}: records were trimmed before they were read`);
        last = undefined;
        continue;
      }
      failures++;
      if (failures === options.mostFailures) {
        warn(`stream ${options.streamArn}, ${shardId}: cannot be read (${name})`);
        return 'failed';
      }
      if (failures === 3)
        warn(`stream ${options.streamArn}, ${shardId}: cannot be read (${name}); trying on`);
      await pause(clock, Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures), signal);
      continue;
    }
    const records = page.Records ?? [];
    last = records.at(-1)?.dynamodb?.SequenceNumber ?? last;
    await options.onPage(records, askedAtMs);
    iterator = page.NextShardIterator;
    if (iterator === undefined) return 'closed';
    if (records.length < PAGE) await pause(clock, IDLE_MS, signal);
  }
  return 'aborted';
}

/** An abort ends the pause, and is not an error. */
const pause = (clock: Clock, ms: number, signal: AbortSignal) => sleep(clock, ms, signal).catch(() => {});
