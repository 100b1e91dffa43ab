/** One shard of the stream as the mapping reads it: its records in order, its lanes, and the checkpoint up to which all is done. */
import { type BatchLimits, Lane } from './lane.ts';
import { Queue } from './queue.ts';
import type { StreamRecord } from './stream-record.ts';

export interface ShardDescription {
  readonly shardId: string;
  /** The shard this one continues; its records come first. */
  readonly parentShardId?: string | undefined;
  /** Last sequence number done with in an earlier run; only reported, the caller appends what comes after it. */
  readonly checkpoint?: string | undefined;
}

export class Shard {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly lanes: readonly Lane[];
  /** Appended and not read yet: the mapping is disabled, or the parent is not done. */
  readonly unread = new Queue<StreamRecord>();
  /** Sequence number up to which every record is done with; absent before the first. */
  checkpoint: string | undefined;
  /** No more records will come. */
  closed = false;
  readonly #order = new Queue<StreamRecord>();

  constructor(description: ShardDescription, lanes: number, limits: BatchLimits) {
    this.id = description.shardId;
    this.parentId = description.parentShardId;
    this.checkpoint = description.checkpoint;
    this.lanes = Array.from({ length: lanes }, () => new Lane(limits));
  }

  /** True when every record is done with and none will come. */
  get isDrained(): boolean {
    return this.closed && this.#order.length === 0;
  }

  /** The oldest record that is not done with. */
  get oldest(): StreamRecord | undefined {
    return this.#order.peek();
  }

  append(record: StreamRecord): void {
    this.#order.push(record);
    this.unread.push(record);
  }

  /** Moves the checkpoint over what is done without a gap; true if it moved. */
  advance(): boolean {
    const before = this.checkpoint;
    for (let record = this.#order.peek(); record?.done; record = this.#order.peek()) {
      this.checkpoint = record.sequenceNumber ?? this.checkpoint;
      this.#order.shift();
    }
    return this.checkpoint !== before;
  }
}
