/** What a mapping needs from outside, and what can be done with it. */
import type { Clock } from '../../shared/time/clock.ts';
import type { MappingConfig } from './mapping.ts';
import type { MappingEvent } from './mapping-event.ts';
import type { EventCounts } from './metrics.ts';
import type { Delivery } from './on-failure.ts';
import type { Parameters } from './parameters.ts';
import type { InvokeResult } from './response.ts';
import type { ShardDescription } from './shard.ts';

export interface Invocation {
  /** The same for every attempt at the same batch, as on AWS. */
  readonly requestId: string;
  readonly shardId: string;
  /** The records as they were appended, shared between attempts: who changes them parses `payload` instead. */
  readonly event: { readonly Records: readonly unknown[] };
  /** The event as JSON, at most 6 MB of UTF-8. */
  readonly payload: string;
}

export interface MappingDependencies {
  readonly mapping: MappingConfig;
  readonly clock: Clock;
  /** New UUIDs: request ids, and the names of S3 objects. */
  readonly ids: () => string;
  /** Runs the function once. How it ended is a value: a rejection is a fault of the caller, and ends the mapping. */
  readonly invoke: (invocation: Invocation) => Promise<InvokeResult>;
  /** Sends to the on-failure destination; a rejection is a refusal, and the records are dropped. */
  readonly onFailure: (delivery: Delivery) => Promise<void>;
  readonly observe?: (event: MappingEvent) => void;
  readonly parameters?: Partial<Parameters>;
}

export interface Backlog {
  /** Records appended and not done with, those in flight included. */
  readonly records: number;
  /** Records in a batch that is being delivered, retries and pauses included. */
  readonly inFlight: number;
  /** Creation time of the oldest of them, milliseconds since the epoch. */
  readonly oldestCreatedAtMs: number | undefined;
}

export interface EventSourceMapping {
  addShard(shard: ShardDescription): void;
  /** Adds records at the end of a shard, in stream order, as Lambda event records. */
  append(shardId: string, records: readonly unknown[]): void;
  /** No more records will come; once all are done with, the shard's children start. */
  closeShard(shardId: string): void;
  /** Starts reading: nothing is read before the first call. */
  enable(): void;
  /** Starts no more invocations; what is not done with is batched anew when enabled again. Checkpoints stay. */
  disable(): void;
  /** As `disable`, for good. */
  stop(): void;
  /** Resolves when nothing is in flight and nothing that could be delivered waits. Rejects if the mapping broke. */
  whenIdle(): Promise<void>;
  /** By shard: the sequence number up to which every record is done with. */
  checkpoints(): Readonly<Record<string, string>>;
  metrics(): Readonly<EventCounts>;
  backlog(): Backlog;
}
