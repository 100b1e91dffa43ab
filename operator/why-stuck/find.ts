/** Looks at mappings for shards that are held up: the local run says which batches keep failing; on AWS the streams are read for it. */
import {
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams';
import type { FailingBatch } from '../../local/streams/failing-batches.ts';
import { listShards } from '../../local/streams/stream-shards.ts';
import { toEventRecord } from '../../shared/stream/event-record.ts';
import type { Verdict } from '../../shared/stream/verdict.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { mappingFilters } from '../dead-letters/mapping-filter.ts';
import type { ChosenMapping } from '../mappings/choose.ts';
import { mappingState } from '../mappings/mapping-state.ts';
import { type Door, openDoor } from '../redrive/door.ts';
import { localStatus } from '../status/local-status.ts';
import type { MappingHealth } from '../status/status.ts';
import type { System } from '../system/system.ts';
import { counted, span } from '../terminal/format.ts';
import { failureCodes } from './failure-codes.ts';
import { doorRecord, type EventRecord, questionId, scanShard } from './scan-shard.ts';
import { describeStuck, type Stuck } from './stuck.ts';

export interface FindOptions {
  readonly system: System;
  /** How commands must name it, e.g. `--stage prod`. */
  readonly where: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Most records of a shard to plan. */
  readonly limit: number;
  readonly onPlanned: (records: number) => void;
}

export interface Found {
  readonly stuck: readonly Stuck[];
  /** What was looked at without a result, or could not be. */
  readonly notes: readonly string[];
}

/**
 * @param health of the same mapping, as `collectStatus` gives it
 * @returns also where it cannot be looked at, which is a note: other mappings may be
 * @throws the signal's reason when it aborts
 */
export async function findStuck(
  chosen: ChosenMapping,
  health: MappingHealth,
  options: FindOptions,
): Promise<Found> {
  try {
    return await look(chosen, health, options);
  } catch (error) {
    options.signal.throwIfAborted();
    return { stuck: [], notes: [`${chosen.title}: could not be looked at (${nameOf(error)})`] };
  }
}

async function look(chosen: ChosenMapping, health: MappingHealth, options: FindOptions): Promise<Found> {
  const { system, where, clock, random, signal } = options;
  const { lambda } = system.clients;
  const door = openDoor({ id: questionId(), lambda, clock, random, signal });
  const { maximumRecordAgeMs } = await mappingState(lambda, chosen.mapping.id);
  const describe: Describe = (shardId, record, verdict, codes, batch) =>
    describeStuck({
      mapping: chosen.title,
      processor: chosen.processor.name,
      shardId,
      record,
      verdict,
      codes,
      ...(batch === undefined ? {} : { batch }),
      maximumRecordAgeMs,
      nowMs: clock.now(),
      where,
    });
  return system.gatewayUrl === undefined
    ? findDeployed(chosen, health, options, door, describe)
    : findLocal(chosen, system.gatewayUrl, options, door, describe);
}

type Describe = (
  shardId: string,
  record: EventRecord | undefined,
  verdict: Verdict | undefined,
  codes: Readonly<Record<string, number>>,
  batch?: FailingBatch,
) => Stuck;

async function findLocal(
  { mapping, processor, title }: ChosenMapping,
  gatewayUrl: string,
  { system, signal }: FindOptions,
  door: Door,
  describe: Describe,
): Promise<Found> {
  const status = (await localStatus(gatewayUrl)).find(({ id }) => id === mapping.id);
  const { failing = [], lastFailures, records = 0, oldestAgeMs = 0 } = status ?? {};
  const client = system.clients.streams(mapping.table);
  const stuck: Stuck[] = [];
  const notes: string[] = [];
  for (const batch of failing) {
    const { sequenceNumber, shardId } = batch;
    let record: EventRecord | undefined;
    try {
      if (sequenceNumber !== undefined)
        record = await readRecord(client, mapping.streamArn, shardId, sequenceNumber, signal);
    } catch (error) {
      signal.throwIfAborted();
      notes.push(`${title}: the record at ${sequenceNumber} could not be read (${nameOf(error)})`);
    }
    const [verdict] =
      record === undefined ? [] : await door.plan(processor.functionName, [doorRecord(record)]);
    stuck.push(describe(shardId, record, verdict, lastFailures?.codes ?? {}, batch));
  }
  // While something it depends on is down, a function holds its batch for almost all of its time-out.
  const waits = `${title}: ${counted(records, 'record')} not done with, the oldest for ${span(oldestAgeMs)}, and no batch has failed: the function may be holding one; look again in a minute`;
  if (failing.length === 0 && oldestAgeMs >= HELD_MS) notes.push(waits);
  return { stuck, notes };
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : typeof error);

const HELD_MS = 5_000;

/** Records of the last batch may be this much older than the age says: it is that of the batch's last record (Lambda, IteratorAge). */
const SLACK_MS = 5 * 60_000;

async function findDeployed(
  { mapping, processor, title }: ChosenMapping,
  { oldestAgeMs }: MappingHealth,
  options: FindOptions,
  door: Door,
  describe: Describe,
): Promise<Found> {
  const { system, clock, signal, limit, onPlanned } = options;
  const { streamArn, table } = mapping;
  const client = system.clients.streams(table);
  const filter = await mappingFilters(system.clients.lambda, signal)(mapping);
  const notes = filter.kind === 'unknown' ? [`${title}: ${filter.details}`] : [];
  const codes = once(async () => {
    try {
      return await failureCodes(system.clients.cloudWatch, processor.name, clock.now());
    } catch (error) {
      notes.push(`${title}: failure codes are not known (${nameOf(error)})`);
      return {};
    }
  });
  const stuck: Stuck[] = [];
  const held = new Set<string>();
  for (const { ShardId: shardId = '', ParentShardId: parent = '' } of await shardsOf(
    client,
    streamArn,
    signal,
  )) {
    // Records of a shard wait until its parent is done.
    if (held.has(parent)) {
      held.add(shardId);
      continue;
    }
    const scan = await scanShard({
      client,
      door,
      functionName: processor.functionName,
      filter,
      streamArn,
      shardId,
      sinceMs: oldestAgeMs === undefined ? undefined : clock.now() - oldestAgeMs - SLACK_MS,
      limit,
      clock,
      signal,
      onPlanned,
    });
    switch (scan.kind) {
      case 'pending':
        held.add(shardId);
        stuck.push(describe(shardId, scan.record, scan.verdict, await codes()));
        break;
      case 'limit':
        notes.push(
          `${title}, ${shardId}: the first ${scan.planned} records are done with; --limit looks at more`,
        );
        break;
      case 'unreadable':
        notes.push(`${title}: ${scan.reason}`);
        break;
      case 'settled':
        break;
    }
  }
  return { stuck, notes };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/** Parents before their children. */
async function shardsOf(
  client: Pick<DynamoDBStreamsClient, 'send'>,
  streamArn: string,
  signal: AbortSignal,
): Promise<readonly Shard[]> {
  const shards = await listShards(client, streamArn, signal);
  const ordered = new Set<Shard>();
  const add = (shard: Shard) => {
    const parent = shards.find(({ ShardId: id }) => id !== undefined && id === shard.ParentShardId);
    if (parent !== undefined && !ordered.has(parent)) add(parent);
    ordered.add(shard);
  };
  for (const shard of shards) add(shard);
  return [...ordered];
}

async function readRecord(
  client: Pick<DynamoDBStreamsClient, 'send'>,
  streamArn: string,
  shardId: string,
  sequenceNumber: string,
  signal: AbortSignal,
): Promise<EventRecord | undefined> {
  const { ShardIterator: iterator } = await client.send(
    new GetShardIteratorCommand({
      StreamArn: streamArn,
      ShardId: shardId,
      ShardIteratorType: 'AT_SEQUENCE_NUMBER',
      SequenceNumber: sequenceNumber,
    }),
    { abortSignal: signal },
  );
  const { Records: records = [] } = await client.send(
    new GetRecordsCommand({ ShardIterator: iterator, Limit: 1 }),
    { abortSignal: signal },
  );
  const [record] = records;
  return record === undefined ? undefined : toEventRecord(record, streamArn);
}
