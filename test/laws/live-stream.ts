/**
 * The stream of a table as it is written, behind the event source mapping with the settings that are deployed. Shards end and hand on
 * to a child, or split between two, and the records of a partition key stay in one line of them (DynamoDB developer guide,
 * "Change data capture for DynamoDB Streams").
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  attemptsForOutage,
  MAXIMUM_RECORD_AGE_SECONDS,
  RESERVE_SECONDS,
} from '../../infra/constructs/mapping-settings.ts';
import {
  createEventSourceMapping,
  type EventSourceMapping,
  type InvokeResult,
  parseMapping,
} from '../../local/event-source-mapping/index.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import { STREAM_ARN } from '../support/record.ts';
import { fraction } from './moment.ts';

export const TIMEOUT_MS = 60_000;

const MAX_SKEW_MS = 2_000;

/** How a history's records are delivered. */
export interface Delivery {
  readonly mapping: {
    readonly BatchSize: number;
    readonly ParallelizationFactor: number;
    readonly BisectBatchOnFunctionError: boolean;
    readonly MaximumBatchingWindowInSeconds: number;
  };
  /** The mapping starts this long after the first write: a backlog is old. */
  readonly enabledAfterMs: number;
  readonly reshardings: readonly Resharding[];
}

/** A shard ends. */
export interface Resharding {
  /** Before which of the writes, as a fraction of the history. */
  readonly at: number;
  /** Which of the open shards, counted round. */
  readonly shard: number;
  readonly intoTwo: boolean;
}

export const delivery = {
  mapping: fc.record({
    BatchSize: fc.integer({ min: 1, max: 12 }),
    ParallelizationFactor: fc.constantFrom(1, 1, 3),
    BisectBatchOnFunctionError: fc.boolean(),
    MaximumBatchingWindowInSeconds: fc.constantFrom(0, 0, 1),
  }),
  enabledAfterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200_000 })),
  reshardings: fc.oneof(
    fc.constant([]),
    fc.array(fc.record({ at: fraction, shard: fc.nat({ max: 3 }), intoTwo: fc.boolean() }), { maxLength: 3 }),
  ),
};

/** By how much the clocks of processes are ahead of the tables', in turn: more than any two hosts of AWS's differ. */
export const skewsMs = fc.array(fc.integer({ min: -MAX_SKEW_MS, max: MAX_SKEW_MS }), {
  minLength: 1,
  maxLength: 3,
});

export interface LiveStreamDependencies {
  readonly delivery: Delivery;
  /** How many writes the history has. */
  readonly writes: number;
  readonly filters?: readonly { readonly Pattern: string }[];
  readonly clock: Clock;
  readonly newId: () => string;
  readonly invoke: (event: unknown, requestId: string) => Promise<InvokeResult>;
  /** The mapping gave a batch up. */
  readonly onFailure: (body: string) => void;
}

export interface LiveStream {
  /** @param write its number in the history, from 0 */
  append(write: number, record: StreamRecord): void;
  /** Until everything is settled. */
  settled(): Promise<void>;
}

interface StreamRecord {
  readonly dynamodb: { readonly Keys: object };
}

export function liveStream(dependencies: LiveStreamDependencies): LiveStream {
  const { delivery, writes, filters, clock, newId, invoke, onFailure } = dependencies;
  const mapping = createEventSourceMapping({
    mapping: parseMapping({
      ...delivery.mapping,
      MaximumRetryAttempts: attemptsForOutage({
        timeoutSeconds: TIMEOUT_MS / 1_000,
        reserveSeconds: RESERVE_SECONDS,
      }),
      MaximumRecordAgeInSeconds: MAXIMUM_RECORD_AGE_SECONDS,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      EventSourceArn: STREAM_ARN,
      ...(filters === undefined ? {} : { FilterCriteria: { Filters: filters } }),
    }),
    clock,
    ids: newId,
    invoke: ({ payload, requestId }) => invoke(JSON.parse(payload), requestId),
    onFailure: async ({ body }) => onFailure(body),
  });
  const shards = new Shards(mapping);
  const reshardings = delivery.reshardings.toSorted((a, b) => a.at - b.at);
  clock.after(delivery.enabledAfterMs, () => mapping.enable());
  return {
    append(write, record) {
      const due = reshardings.filter(({ at }) => at * writes <= write);
      for (const one of reshardings.splice(0, due.length)) shards.reshard(one);
      mapping.append(shards.of(record), [record]);
    },
    async settled() {
      await sleep(clock, delivery.enabledAfterMs + 1);
      await mapping.whenIdle();
      mapping.stop();
    },
  };
}

/** Each shard takes the partition keys whose hash begins with its digits. */
class Shards {
  readonly #mapping: EventSourceMapping;
  readonly #open: { readonly shardId: string; readonly digits: string }[] = [];
  #made = 0;

  constructor(mapping: EventSourceMapping) {
    this.#mapping = mapping;
    this.#add('');
  }

  of(record: StreamRecord): string {
    const { Keys: keys } = record.dynamodb;
    const partition = JSON.stringify('PK' in keys ? keys.PK : Object.values(keys)[0]);
    const digits = createHash('sha256')
      .update(partition)
      .digest()
      .readUInt16BE()
      .toString(2)
      .padStart(16, '0');
    return this.#open.find((shard) => digits.startsWith(shard.digits))?.shardId ?? '';
  }

  reshard({ shard, intoTwo }: Resharding): void {
    const [parent] = this.#open.splice(shard % this.#open.length, 1);
    if (parent === undefined) return;
    this.#mapping.closeShard(parent.shardId);
    for (const digit of intoTwo ? ['0', '1'] : ['']) this.#add(parent.digits + digit, parent.shardId);
  }

  #add(digits: string, parentShardId?: string): void {
    const shardId = `shardId-${String(1_700_000_000_000 + this.#made++).padStart(20, '0')}-00000001`;
    this.#mapping.addShard({ shardId, parentShardId });
    this.#open.push({ shardId, digits });
  }
}
