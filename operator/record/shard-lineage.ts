/**
 * Which shards of a stream may be read now, and from where: a child only after its parent, so that the records of an item stay in
 * order while shards split and close (DynamoDB developer guide, "Change data capture for DynamoDB Streams": shards). Pure.
 */
import type { Shard } from '@aws-sdk/client-dynamodb-streams';
import type { Start } from './start.ts';

export interface ReadyShard {
  readonly shardId: string;
  readonly from: 'TRIM_HORIZON' | 'LATEST';
}

export interface ShardLineage {
  /** Takes the stream's shards as they are listed now; what is known already is passed over. */
  listed(shards: readonly Shard[]): void;
  /** Shards to be read from now on; each is given once. */
  ready(): readonly ReadyShard[];
  /** It was read to its end, or as far as it is wanted. */
  finished(shardId: string): void;
  /** Whether every shard that is known is finished. */
  isDone(): boolean;
  /** How many are or were read. */
  count(): number;
}

export function shardLineage(start: Start): ShardLineage {
  const finished = new Set<string>();
  const known = new Set<string>();
  const given = new Set<string>();
  const waiting = new Map<string, { readonly parent: string | undefined } & ReadyShard>();
  let isFirstList = true;
  return {
    listed(shards) {
      const parents = new Set(shards.map(({ ParentShardId: parent }) => parent));
      for (const { ShardId: shardId, ParentShardId: parent, SequenceNumberRange: range } of shards) {
        if (shardId === undefined || known.has(shardId)) continue;
        known.add(shardId);
        // Emulators name an end for open shards too: one that has really ended has a child.
        if (parents.has(shardId) && isPast(range?.EndingSequenceNumber)) finished.add(shardId);
        // All that is in a shard that comes later is new.
        else {
          const from = start.kind === 'now' && isFirstList ? 'LATEST' : 'TRIM_HORIZON';
          waiting.set(shardId, { shardId, parent, from });
        }
      }
      isFirstList = false;
    },
    ready() {
      // A parent that is not listed any more was forgotten by the stream, with all its records.
      const free = [...waiting.values()].filter(
        ({ parent }) => parent === undefined || !known.has(parent) || finished.has(parent),
      );
      for (const { shardId } of free) {
        waiting.delete(shardId);
        given.add(shardId);
      }
      return free.map(({ shardId, from }) => ({ shardId, from }));
    },
    finished(shardId) {
      finished.add(shardId);
    },
    isDone: () => known.size === finished.size,
    count: () => given.size,
  };

  function isPast(end: string | undefined): boolean {
    if (end === undefined) return false;
    return (start.kind === 'now' && isFirstList) || (start.kind === 'sequence' && BigInt(end) < start.from);
  }
}
