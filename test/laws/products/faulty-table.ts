/**
 * The shipped reader of items on the table in memory, with a fate for each request. What is not read consistently is answered as it
 * was before the last write, as DynamoDB may.
 */
import type { BatchGetItemCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ItemKey, itemReader, type ReadItems } from '../../../shared/dynamodb/read-items.ts';
import { type Clock, sleep } from '../../../shared/time/clock.ts';
import type { ReadFate } from './faults.ts';
import type { ProductsTable } from './products-table.ts';

export interface TableWire {
  readonly table: ProductsTable;
  /** Of the process that reads: a dead one hears nothing. */
  readonly clock: Clock;
  /** Called for each request once its answer is on the way. */
  fate(): ReadFate;
  latencyMs(): number;
}

const TABLE = 'products';

export function faultyReader(wire: TableWire): ReadItems {
  const send = async ({ input }: Command, { abortSignal }: { readonly abortSignal: AbortSignal }) => {
    const { Keys = [], ConsistentRead = false } = input.RequestItems?.[TABLE] ?? {};
    const keys = Keys as readonly WireKey[];
    // As they were when the request came; by the time of the answer they may be others.
    const images = keys.map((key) => wire.table.image(plain(key), ConsistentRead));
    await sleep(wire.clock, wire.latencyMs(), abortSignal);
    const fate = wire.fate();
    if (fate === 'hangs') await sleep(wire.clock, LONG_MS, abortSignal);
    if (fate === 'throttled' || fate === 'reset')
      throw Object.assign(new Error('injected'), { name: NAMES[fate] });
    const isProcessed = (index: number) =>
      fate === 'ok' || (fate === 'partly-unprocessed' && index % 2 === 0);
    const left = keys.filter((_, index) => !isProcessed(index));
    return {
      // In an order of its own: it promises none (API reference, BatchGetItem).
      Responses: { [TABLE]: images.filter((image, index) => image && isProcessed(index)).reverse() },
      UnprocessedKeys: left.length === 0 ? {} : { [TABLE]: { Keys: left, ConsistentRead } },
    };
  };
  return itemReader({ send } as unknown as DynamoDBClient, TABLE);
}

interface Command {
  readonly input: BatchGetItemCommandInput;
}

type WireKey = Readonly<Record<string, { readonly S: string }>>;

const NAMES = { throttled: 'ProvisionedThroughputExceededException', reset: 'TimeoutError' };

/** Longer than any invocation. */
const LONG_MS = 3_600_000;

function plain(key: WireKey): ItemKey {
  return Object.fromEntries(Object.entries(key).map(([name, { S }]) => [name, S]));
}
