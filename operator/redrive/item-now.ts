/** Looks at the item of each record as it is now, for the person who decides: a consistent read, compared with what the record says. */
import { BatchGetItemCommand, DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { decodeImage } from '../../shared/stream/attribute-value.ts';
import { pauseMs } from '../../shared/stream/backoff.ts';
import type { Value } from '../../shared/stream/change.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import { member } from '../dead-letters/json.ts';
import type { Present } from './entry.ts';

export interface KeySchema {
  readonly partitionKey: string;
  /** Type of each key attribute by name. */
  readonly types: Readonly<Record<string, string>>;
}

/** @returns undefined when the table cannot be described */
export async function keySchemaOf(client: DynamoDBClient, table: string): Promise<KeySchema | undefined> {
  try {
    const { Table: described } = await client.send(new DescribeTableCommand({ TableName: table }));
    const names = described?.KeySchema?.map(({ AttributeName: name }) => name) ?? [];
    const types = described?.AttributeDefinitions?.flatMap(
      ({ AttributeName: name = '', AttributeType: type = '' }) =>
        names.includes(name) ? [[name, type]] : [],
    );
    const partitionKey = described?.KeySchema?.find(({ KeyType: type }) => type === 'HASH')?.AttributeName;
    return partitionKey === undefined ? undefined : { partitionKey, types: Object.fromEntries(types ?? []) };
  } catch {
    return undefined;
  }
}

export interface ItemNow {
  readonly present: Present;
  /** Canonical JSON; absent where there is none, or it was not read. */
  readonly item?: string;
}

export interface ItemNowPorts {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly schema: KeySchema | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** The most that BatchGetItem takes (API reference). */
const MAX_KEYS = 100;
const ATTEMPTS = 5;
const UNREAD: ItemNow = { present: 'unread' };

/** @returns in the order of the records; what cannot be read is `unread`, and never an error: the plan does not depend on it */
export async function itemsNow(
  records: readonly unknown[],
  ports: ItemNowPorts,
): Promise<readonly ItemNow[]> {
  const { schema } = ports;
  if (schema === undefined) return records.map(() => UNREAD);
  const keys = records.map((record) => usableKey(record, schema));
  const wanted = [
    ...new Map(keys.flatMap((key) => (key === undefined ? [] : [[key.name, key.key]]))).entries(),
  ];
  const items = new Map<string, string>();
  const read = new Set<string>();
  for (let from = 0; from < wanted.length; from += MAX_KEYS) {
    const page = wanted.slice(from, from + MAX_KEYS);
    const found = await readPage(
      page.map(([, key]) => key),
      ports,
    );
    if (found === undefined) continue;
    for (const [name] of page) read.add(name);
    for (const item of found) items.set(keyName(item, schema), canonical(item));
  }
  return records.map((record, index) => {
    const name = keys[index]?.name;
    return name === undefined || !read.has(name) ? UNREAD : compared(record, items.get(name));
  });
}

function compared(record: unknown, item: string | undefined): ItemNow {
  const removed = member(record, 'eventName') === 'REMOVE';
  if (item === undefined) return { present: removed ? 'as in the record' : 'deleted' };
  const image = member(member(record, 'dynamodb'), 'NewImage');
  const same = !removed && image !== undefined && canonical(image) === item;
  return { present: same ? 'as in the record' : 'changed since', item };
}

/** Undefined unless it is of the table's form: one wrong key would fail the others' request. */
function usableKey(record: unknown, { types }: KeySchema) {
  const keys = member(member(record, 'dynamodb'), 'Keys');
  const key: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(types)) {
    const value = member(member(keys, name), type);
    if (typeof value !== 'string' || value === '') return undefined;
    key[name] = { [type]: type === 'B' ? Buffer.from(value, 'base64') : value };
  }
  return { key, name: keyName(key, { types }) };
}

function keyName(item: Record<string, unknown>, { types }: Pick<KeySchema, 'types'>): string {
  return canonical(Object.fromEntries(Object.keys(types).map((name) => [name, item[name]])));
}

async function readPage(
  keys: readonly Record<string, unknown>[],
  { client, table, clock, random, signal }: ItemNowPorts,
): Promise<readonly Record<string, unknown>[] | undefined> {
  const items: Record<string, unknown>[] = [];
  let left: unknown = keys;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      const answer = await client.send(
        new BatchGetItemCommand({ RequestItems: { [table]: { Keys: left as never, ConsistentRead: true } } }),
        { abortSignal: signal },
      );
      items.push(...(answer.Responses?.[table] ?? []));
      left = answer.UnprocessedKeys?.[table]?.Keys;
      if (left === undefined || (Array.isArray(left) && left.length === 0)) return items;
      await sleep(clock, pauseMs(attempt, random), signal);
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** The same text for the same item, however its sets and maps are ordered and its numbers written. */
function canonical(image: unknown): string {
  try {
    return JSON.stringify(sorted(image, decodeImage(image)));
  } catch {
    return JSON.stringify(image);
  }
}

function sorted(attributes: unknown, value: Value): unknown {
  if (Array.isArray(value)) {
    const members: unknown[] = value.map((one: Value) => sorted(undefined, one));
    return members;
  }
  if (typeof value !== 'object' || value === null || 'rawJSON' in value) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => {
        const type = Object.keys((member(attributes, name) as object | undefined) ?? {})[0];
        const isSet = type === 'SS' || type === 'NS' || type === 'BS';
        if (isSet && Array.isArray(inner)) return [name, inner.map((one) => JSON.stringify(one)).sort()];
        return [name, sorted(member(member(attributes, name), 'M'), inner as Value)];
      }),
  );
}
