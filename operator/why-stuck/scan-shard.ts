/**
 * Finds the first record of a shard that is not done with, where nobody says which that is: AWS does not show a mapping's checkpoint. The
 * processor's door is asked, in stream order, what carrying out each record would come to; the first whose effect is missing is it.
 */
import { randomUUID } from 'node:crypto';
import type { DynamoDBStreamsClient, _Record as StreamsRecord } from '@aws-sdk/client-dynamodb-streams';
import { readShard } from '../../local/streams/shard-reader.ts';
import { toEventRecord } from '../../shared/stream/event-record.ts';
import type { Verdict } from '../../shared/stream/verdict.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import type { KnownFilter } from '../dead-letters/mapping-filter.ts';
import { recordFacts } from '../dead-letters/record-facts.ts';
import type { Door, DoorRecord } from '../redrive/door.ts';

export type EventRecord = Readonly<Record<string, unknown>>;

export type ShardScan =
  | { readonly kind: 'pending'; readonly record: EventRecord; readonly verdict: Verdict }
  /** All that was read is done with. */
  | { readonly kind: 'settled'; readonly planned: number }
  /** So many were planned that it was left at that. */
  | { readonly kind: 'limit'; readonly planned: number }
  | { readonly kind: 'unreadable'; readonly reason: string };

export interface ShardScanOptions {
  readonly client: Pick<DynamoDBStreamsClient, 'send'>;
  readonly door: Pick<Door, 'plan'>;
  readonly functionName: string;
  readonly filter: KnownFilter;
  readonly streamArn: string;
  readonly shardId: string;
  /** Records from before are passed over, ms since the epoch; undefined: none. */
  readonly sinceMs: number | undefined;
  /** Most records to plan. */
  readonly limit: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onPlanned: (records: number) => void;
}

/** A shard answers five requests a second, most of which the mapping needs itself (DynamoDB developer guide, "DynamoDB Streams"). */
const BETWEEN_PAGES_MS = 400;

/** At the end of an open shard pages stay empty. */
const MOST_EMPTY_PAGES = 10;

export async function scanShard(options: ShardScanOptions): Promise<ShardScan> {
  const { clock, signal, sinceMs, limit, onPlanned } = options;
  const ending = new AbortController();
  const begunMs = clock.now();
  let result: ShardScan | undefined;
  let planned = 0;
  let emptyPages = 0;
  let reason = '';

  const onPage = async (page: readonly StreamsRecord[]) => {
    emptyPages = page.length === 0 ? emptyPages + 1 : 0;
    const pending = await firstPending(
      page.filter((record) => isRecent(record, sinceMs)),
      options,
    );
    planned += pending.planned;
    onPlanned(pending.planned);
    if (pending.found !== undefined) result = { kind: 'pending', ...pending.found };
    else if (planned >= limit) result = { kind: 'limit', planned };
    const newestMs = createdMs(page.at(-1)) ?? Number.NEGATIVE_INFINITY;
    const hasCaughtUp = newestMs >= begunMs || emptyPages >= MOST_EMPTY_PAGES;
    if (result !== undefined || hasCaughtUp) ending.abort();
    else await sleep(clock, BETWEEN_PAGES_MS, AbortSignal.any([signal, ending.signal]));
  };
  const end = await readShard({
    client: options.client,
    clock,
    streamArn: options.streamArn,
    shardId: options.shardId,
    signal: AbortSignal.any([signal, ending.signal]),
    onPage,
    warn: (line) => {
      reason = line;
    },
    mostFailures: 5,
  });
  signal.throwIfAborted();
  if (end === 'failed') return { kind: 'unreadable', reason };
  return result ?? { kind: 'settled', planned };
}

async function firstPending(
  page: readonly StreamsRecord[],
  { door, filter, functionName, streamArn }: ShardScanOptions,
): Promise<{ planned: number; found?: { record: EventRecord; verdict: Verdict } }> {
  const records = page
    .map((record) => toEventRecord(record, streamArn))
    // What the filter holds back, the function never sees.
    .filter((record) => filter.kind !== 'filter' || filter.passes(record));
  if (records.length === 0) return { planned: 0 };
  const verdicts = await door.plan(functionName, records.map(doorRecord));
  const first = verdicts.findIndex(({ kind }) => kind === 'apply' || kind === 'unresolvable');
  const record = records[first];
  const verdict = verdicts[first];
  if (record === undefined || verdict === undefined) return { planned: records.length };
  return { planned: records.length, found: { record, verdict } };
}

export function doorRecord(record: EventRecord): DoorRecord {
  const { eventId, sequenceNumber } = recordFacts(record);
  return { json: JSON.stringify(record), eventId, sequenceNumber };
}

function isRecent(record: StreamsRecord, sinceMs: number | undefined): boolean {
  // One without a time is not passed over.
  return sinceMs === undefined || (createdMs(record) ?? Number.POSITIVE_INFINITY) >= sinceMs;
}

/** To the second, rounded down (DynamoDB API reference, StreamRecord). */
function createdMs(record: StreamsRecord | undefined): number | undefined {
  return record?.dynamodb?.ApproximateCreationDateTime?.getTime();
}

/** For the door: names the question in the function's log. */
export const questionId = (): string => `why-stuck-${randomUUID()}`;
