/**
 * Sends a canary through a table's stream: an item that every processor ignores by rule is written and deleted, looked for in the stream,
 * and waited for until the mapping has read it. Nothing is written before the deployed function itself has said that it ignores it.
 */
import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  DeleteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { lineOf } from '../../local/problem.ts';
import { CANARY_PREFIX } from '../../shared/stream/canary.ts';
import type { Clock } from '../../shared/time/clock.ts';
import type { ChosenMapping } from '../mappings/choose.ts';
import { type Door, openDoor } from '../redrive/door.ts';
import type { System } from '../system/system.ts';
import { doorRecord, type EventRecord } from '../why-stuck/scan-shard.ts';
import { wasRead } from './canary-read.ts';
import { type Seen, streamWatch } from './canary-stream.ts';

/**
 * - `read`: it was in the stream, and the mapping is done with it.
 * - `refused`: it was not written, because the function would do something about it, or did not say.
 * - `not-in-stream`, `not-read`: it was written and deleted, and did not get so far in time.
 * - `failed`: something else; `details` says what.
 */
export interface CanaryResult {
  readonly mapping: string;
  readonly processor: string;
  readonly result: 'read' | 'refused' | 'not-in-stream' | 'not-read' | 'failed';
  readonly tookMs: number;
  readonly details?: string;
}

export interface CanaryOptions {
  readonly system: System;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** A record is in its stream within a second or two; reading waits for CloudWatch, which is minutes late. */
const STREAM_PATIENCE_MS = 30_000;

type Key = Readonly<Record<string, AttributeValue>>;

export async function sendCanary(chosen: ChosenMapping, options: CanaryOptions): Promise<CanaryResult> {
  const { clock } = options;
  const begunMs = clock.now();
  const end = (result: CanaryResult['result'], details?: string): CanaryResult => ({
    mapping: chosen.title,
    processor: chosen.processor.name,
    result,
    tookMs: clock.now() - begunMs,
    ...(details === undefined ? {} : { details }),
  });
  try {
    const { system, random, signal } = options;
    const { clients } = system;
    const { streamArn, table } = chosen.mapping;
    const dynamodb = clients.dynamodb(table);
    const key = await canaryKey(dynamodb, table);
    const door = openDoor({ id: `canary-${randomUUID()}`, lambda: clients.lambda, clock, random, signal });
    const refusal = await whyRefused(door, chosen, key);
    if (refusal !== undefined) return end('refused', refusal);

    const watch = await streamWatch({ client: clients.streams(table), streamArn, key, clock, signal });
    await writeAndDelete(dynamodb, table, key);
    const seen: Seen | undefined = await watch.until(STREAM_PATIENCE_MS);
    if (seen === undefined) return end('not-in-stream', `not within ${STREAM_PATIENCE_MS / 1000} s`);
    const isRead = await wasRead(chosen, seen, { system, clock, signal, begunMs });
    return isRead ? end('read') : end('not-read', 'the mapping is off, behind, or reads another stream');
  } catch (error) {
    options.signal.throwIfAborted();
    return end('failed', error instanceof Error ? `${error.name}: ${lineOf(error)}` : lineOf(error));
  }
}

async function canaryKey(client: DynamoDBClient, table: string): Promise<Key> {
  const { Table: described } = await client.send(new DescribeTableCommand({ TableName: table }));
  const id = `${CANARY_PREFIX}${randomUUID()}`;
  const types = new Map(
    (described?.AttributeDefinitions ?? []).map(({ AttributeName: name, AttributeType: type }) => [
      name,
      type,
    ]),
  );
  return Object.fromEntries(
    (described?.KeySchema ?? []).map(({ AttributeName: name = '' }): [string, AttributeValue] => [
      name,
      types.get(name) === 'N' ? { N: '0' } : { S: id },
    ]),
  );
}

/** Undefined when the function ignores both records that the canary will make. */
async function whyRefused(
  door: Door,
  { mapping, processor }: ChosenMapping,
  key: Key,
): Promise<string | undefined> {
  const records = ['INSERT', 'REMOVE'].map(
    (eventName, index): EventRecord => ({
      eventID: `canary-${index}`,
      eventName,
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      dynamodb: {
        Keys: key,
        ...(eventName === 'INSERT' ? { NewImage: key } : { OldImage: key }),
        SequenceNumber: String(index + 1),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
      eventSourceARN: mapping.streamArn,
    }),
  );
  const decisions = await door.describe(processor.functionName, records.map(doorRecord));
  if (decisions.every((decision) => decision?.kind === 'ignored')) return undefined;
  return decisions.some((decision) => decision === undefined)
    ? 'the function did not say what it would do about it'
    : 'the deployed function does not ignore canaries: deploy it from this version';
}

/** A table must not keep it, whatever happens in between. */
async function writeAndDelete(client: DynamoDBClient, table: string, key: Key): Promise<void> {
  try {
    await client.send(new PutItemCommand({ TableName: table, Item: key }));
  } finally {
    await client.send(new DeleteItemCommand({ TableName: table, Key: key }));
  }
}
