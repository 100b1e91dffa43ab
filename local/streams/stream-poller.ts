/**
 * Reads one stream for the mappings on it, each shard by itself. Which shards there are is asked again and again, since they
 * split and close; children are handed on with their parents, and the mapping keeps the order between them.
 */
import type { DynamoDBStreamsClient, Shard } from '@aws-sdk/client-dynamodb-streams';
import { toEventRecord } from '../../shared/stream/event-record.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import { readShard } from './shard-reader.ts';
import { listShards } from './stream-shards.ts';

/** A mapping, or whatever else follows the stream. */
export interface StreamFollower {
  addShard(shard: { shardId: string; parentShardId?: string | undefined }): void;
  append(shardId: string, records: readonly Record<string, unknown>[]): void;
  closeShard(shardId: string): void;
  /** Resolves when it takes more records: a follower that lags holds the reading back, not the memory. */
  ready(): Promise<void>;
  /** Sequence number of the last record of the shard that it needs no more. */
  checkpoint(shardId: string): string | undefined;
}

export interface StreamPollerOptions {
  readonly client: Pick<DynamoDBStreamsClient, 'send'>;
  readonly clock: Clock;
  readonly streamArn: string;
  readonly follower: StreamFollower;
  readonly warn: (line: string) => void;
}

export interface StreamPoller {
  /** True if every shard has shown, after `sinceMs`, that nothing is left to read. */
  caughtUp(sinceMs: number): boolean;
  stop(): Promise<void>;
}

const DISCOVERY_MS = 10_000;

export function startStreamPoller(options: StreamPollerOptions): StreamPoller {
  const { client, clock, streamArn, follower, warn } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  /** When the last page was asked for that held nothing, by open shard; absent until there was one. */
  const emptyAtMs = new Map<string, number | undefined>();
  const known = new Set<string>();
  const readers = new Set<Promise<void>>();
  let discovered = false;
  let discoverNow = new AbortController();

  const discovering = discoverShards();

  return {
    caughtUp: (sinceMs) =>
      discovered && [...emptyAtMs.values()].every((emptyMs) => emptyMs !== undefined && emptyMs >= sinceMs),
    async stop() {
      stopping.abort();
      discoverNow.abort();
      await discovering;
      await Promise.all(readers);
    },
  };

  async function discoverShards(): Promise<void> {
    while (!signal.aborted) {
      try {
        for (const shard of await listShards(client, streamArn, signal)) startReader(shard);
        discovered = true;
      } catch (error) {
        if (!signal.aborted)
          warn(
            `stream ${streamArn}: its shards cannot be listed (${error instanceof Error ? error.name : error})`,
          );
      }
      const waitMs = discovered ? DISCOVERY_MS : 200;
      await sleep(clock, waitMs, discoverNow.signal).catch(() => {});
      discoverNow = new AbortController();
    }
  }

  function startReader({ ShardId: shardId, ParentShardId: parentShardId }: Shard): void {
    if (shardId === undefined || known.has(shardId) || signal.aborted) return;
    known.add(shardId);
    emptyAtMs.set(shardId, undefined);
    follower.addShard({ shardId, parentShardId });
    const reader = readShard({
      client,
      clock,
      streamArn,
      shardId,
      after: follower.checkpoint(shardId),
      signal,
      warn,
      async onPage(records, askedAtMs) {
        if (records.length === 0) emptyAtMs.set(shardId, askedAtMs);
        else
          follower.append(
            shardId,
            records.map((record) => toEventRecord(record, streamArn)),
          );
        await readyOrStopped();
      },
    }).then((end) => {
      if (end !== 'closed') return;
      emptyAtMs.delete(shardId);
      follower.closeShard(shardId);
      // A closed shard has children: look for them at once, not at the next turn.
      discoverNow.abort();
    });
    readers.add(reader);
  }

  /** A follower that lags far behind must not hold up the end. */
  async function readyOrStopped(): Promise<void> {
    // One for each page: what is raced against a promise that stays is kept by it as long as it stays.
    const stopped = Promise.withResolvers<void>();
    const stop = () => stopped.resolve();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    await Promise.race([follower.ready(), stopped.promise]);
    signal.removeEventListener('abort', stop);
  }
}
