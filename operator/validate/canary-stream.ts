/** Watches a stream from now on for what is written to one item, in whichever shard it lies. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { listShards } from '../../local/streams/stream-shards.ts';
import { canonicalJson } from '../../shared/stream/canonical-json.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';

/** The item's deletion, the last of its records. */
export interface Seen {
  readonly shardId: string;
  readonly sequenceNumber: string;
}

export interface StreamWatch {
  /** Resolves when the item's deletion is in the stream; undefined when the time is over. */
  until(patienceMs: number): Promise<Seen | undefined>;
}

export interface StreamWatchOptions {
  readonly client: Pick<DynamoDBStreamsClient, 'send'>;
  readonly streamArn: string;
  readonly key: Readonly<Record<string, AttributeValue>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Five requests a second are all that a shard answers, the mapping's own included. */
const POLL_MS = 500;

/** Resolves once every open shard has a place from which nothing is missed. */
export async function streamWatch(options: StreamWatchOptions): Promise<StreamWatch> {
  const { client, clock, signal, streamArn } = options;
  const iterators = new Map<string, string>();
  for (const shardId of await openShards(options)) {
    const { ShardIterator: iterator } = await client.send(
      new GetShardIteratorCommand({ StreamArn: streamArn, ShardId: shardId, ShardIteratorType: 'LATEST' }),
      { abortSignal: signal },
    );
    if (iterator !== undefined) iterators.set(shardId, iterator);
  }
  const wanted = canonicalJson(options.key);
  return {
    async until(patienceMs) {
      const untilMs = clock.now() + patienceMs;
      while (clock.now() < untilMs) {
        for (const [shardId, iterator] of iterators) {
          const page = await client.send(new GetRecordsCommand({ ShardIterator: iterator }), {
            abortSignal: signal,
          });
          for (const { dynamodb: change, eventName } of page.Records ?? []) {
            if (eventName !== 'REMOVE' || canonicalJson(change?.Keys ?? {}) !== wanted) continue;
            return { shardId, sequenceNumber: change?.SequenceNumber ?? '' };
          }
          if (page.NextShardIterator === undefined) iterators.delete(shardId);
          else iterators.set(shardId, page.NextShardIterator);
        }
        await sleep(clock, POLL_MS, signal);
      }
      return undefined;
    },
  };
}

/** An emulator may call all of them closed: then all are watched. */
async function openShards({ client, signal, streamArn }: StreamWatchOptions): Promise<readonly string[]> {
  const shards = await listShards(client, streamArn, signal);
  const open = shards.filter(({ SequenceNumberRange: range }) => range?.EndingSequenceNumber === undefined);
  return (open.length > 0 ? open : shards).flatMap(({ ShardId: id }) => id ?? []);
}
