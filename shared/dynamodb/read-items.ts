/** Reads items as they are now: consistent reads, batched, a bounded number of requests at once. */
import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type DynamoDBClient,
  type KeysAndAttributes,
} from '@aws-sdk/client-dynamodb';
import { decodeImage } from '../stream/attribute-value.ts';
import type { Item } from '../stream/change.ts';

/** A primary key of text attributes, which is what all tables here have. */
export type ItemKey = Readonly<Record<string, string>>;

/** @returns the items in the order of the keys, undefined where there is none; rejects if any cannot be read */
export type ReadItems = (
  keys: readonly ItemKey[],
  signal: AbortSignal,
) => Promise<readonly (Item | undefined)[]>;

/** The most that BatchGetItem takes (API reference). */
const MAX_KEYS = 100;
const IN_FLIGHT = 4;

export function itemReader(client: DynamoDBClient, tableName: string): ReadItems {
  return async (keys, signal) => {
    const found = new Map<string, Item>();
    const pages = chunk(keys, MAX_KEYS);
    const reader = async () => {
      for (let page = pages.shift(); page !== undefined; page = pages.shift()) {
        for (const item of await readPage(client, tableName, page, signal))
          found.set(nameOf(item, page), item);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, reader));
    return keys.map((key) => found.get(JSON.stringify(Object.values(key))));
  };
}

/** DynamoDB leaves keys unprocessed when an answer would exceed 16 MB or capacity is short (API reference, BatchGetItem). */
async function readPage(
  client: DynamoDBClient,
  tableName: string,
  page: readonly ItemKey[],
  signal: AbortSignal,
) {
  const items: Item[] = [];
  let keys: KeysAndAttributes['Keys'] = page.map((key) =>
    Object.fromEntries(Object.entries(key).map(([name, value]) => [name, { S: value }])),
  );
  while (keys !== undefined && keys.length > 0) {
    const request: BatchGetItemCommandInput = {
      RequestItems: { [tableName]: { Keys: keys, ConsistentRead: true } },
    };
    const answer = await client.send(new BatchGetItemCommand(request), { abortSignal: signal });
    for (const item of answer.Responses?.[tableName] ?? []) items.push(decodeImage(item));
    const left: KeysAndAttributes['Keys'] = answer.UnprocessedKeys?.[tableName]?.Keys;
    // A key of no item is processed too, and answered with nothing.
    if (left?.length === keys.length) throw new ItemsUnprocessed();
    keys = left;
  }
  return items;
}

/** The table answered nothing for want of capacity: transient, to be tried again after a pause. */
export class ItemsUnprocessed extends Error {
  readonly code = 'ITEMS_UNPROCESSED';
  constructor() {
    super('the table left all keys of a read unprocessed');
  }
}

function nameOf(item: Item, page: readonly ItemKey[]): string {
  return JSON.stringify(Object.keys(page[0] ?? {}).map((name) => item[name]));
}

function chunk<T>(all: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let from = 0; from < all.length; from += size) chunks.push(all.slice(from, from + size));
  return chunks;
}
