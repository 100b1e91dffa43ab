/**
 * Sends a recorded stream straight to a mapping, for volume: no table write in between, any number of shards. One item's records
 * share a shard and keep their order, as on AWS; every record is re-timed to now, because an old one takes the careful path.
 */
import type { DynamoDBRecord } from 'aws-lambda';
import { tableOf } from '../../fixtures/as-writes.ts';
import { itemKeyText, spread } from './item-key.ts';

export interface ReplayTarget {
  addShard(shard: { shardId: string }): void;
  append(shardId: string, records: readonly Record<string, unknown>[]): void;
  closeShard(shardId: string): void;
  /** Resolves when it takes more. */
  ready(): Promise<void>;
}

export interface ReplayOptions {
  readonly records: AsyncIterable<DynamoDBRecord>;
  /** The mapping's end for a table's records; absent if none follows it. */
  readonly targetOf: (
    table: string,
  ) => { readonly target: ReplayTarget; readonly streamArn: string } | undefined;
  readonly tables: readonly string[];
  readonly region: string;
  readonly shards: number;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  /** Before a record is appended. */
  readonly onRecord?: (itemKey: string | undefined) => void;
}

export interface ReplayResult {
  readonly sent: number;
  /** Records that no mapping follows. */
  readonly unfollowed: number;
}

/** Records handed over at once. */
const CHUNK = 500;

export async function replayRecords(options: ReplayOptions): Promise<ReplayResult> {
  const { records, targetOf, tables, region, shards, nowMs, signal } = options;
  const shardIds = Array.from(
    { length: shards },
    (_, index) => `shardId-${String(index).padStart(20, '0')}-replay00`,
  );
  for (const table of tables) for (const shardId of shardIds) targetOf(table)?.target.addShard({ shardId });
  let sent = 0;
  let unfollowed = 0;
  for await (const record of records) {
    if (signal.aborted) break;
    const table = tableOf(record) ?? '';
    const follower = targetOf(table);
    if (follower === undefined) {
      unfollowed++;
      continue;
    }
    const key = itemKeyText(table, record.dynamodb?.Keys);
    const shardId = shardIds[spread(key ?? '', shards)] ?? '';
    options.onRecord?.(key);
    follower.target.append(shardId, [reTimed(record, follower.streamArn, region, nowMs())]);
    sent++;
    if (sent % CHUNK === 0) {
      await follower.target.ready();
      // The mapping's invocations and timers get their turn between the chunks.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  for (const table of tables) for (const shardId of shardIds) targetOf(table)?.target.closeShard(shardId);
  return { sent, unfollowed };
}

function reTimed(
  record: DynamoDBRecord,
  streamArn: string,
  region: string,
  nowMs: number,
): Record<string, unknown> {
  const { dynamodb } = record;
  return {
    ...record,
    awsRegion: region,
    eventSourceARN: streamArn,
    ...(typeof dynamodb === 'object' && dynamodb !== null
      ? { dynamodb: { ...dynamodb, ApproximateCreationDateTime: Math.floor(nowMs / 1000) } }
      : {}),
  };
}
