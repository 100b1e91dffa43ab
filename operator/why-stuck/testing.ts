/** A mapping for tests of `findStuck`: its stream is what a test writes down, and its processor's door says whose effect is missing. */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  type GetRecordsCommand,
  GetShardIteratorCommand,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams';
import { GetEventSourceMappingCommand, type InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { systemClock } from '../../shared/time/clock.ts';
import type { ChosenMapping } from '../mappings/choose.ts';
import { cloudWatchOf, type Point } from '../status/testing.ts';
import type { ProcessorFacts, System } from '../system/system.ts';
import { findStuck } from './find.ts';

export const NOW = Date.parse('2026-03-17T09:30:00.000Z');
export const MINUTE = 60_000;
const STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/things/stream/2026';

/** Stands still, but for pauses, which take no time. */
export const clock = { now: () => NOW, after: (_: number, run: () => void) => systemClock.after(0, run) };

/** By shard, in the order of the stream: ids and how many minutes old. */
type Shards = Readonly<
  Record<string, { readonly after?: string; readonly ids: Readonly<Record<string, number>> }>
>;

/** The shards are described one at a time, the last first. */
function streamOf(shards: Shards): DynamoDBStreamsClient {
  const described = Object.entries(shards)
    .toReversed()
    .map(
      ([ShardId, { after }]): Shard => ({
        ShardId,
        ...(after === undefined ? {} : { ParentShardId: after }),
      }),
    );
  const records = (shard: string) =>
    Object.entries(shards[shard]?.ids ?? {}).map(([id, minutes]) => ({
      eventID: `event-${id}`,
      eventName: 'INSERT' as const,
      dynamodb: {
        Keys: { id: { S: id } },
        SequenceNumber: String(id.charCodeAt(0)),
        ApproximateCreationDateTime: new Date(NOW - minutes * MINUTE),
      },
    }));
  const send = async (command: unknown) => {
    if (command instanceof DescribeStreamCommand) {
      if (described.length === 0) throw Object.assign(new Error('no'), { name: 'ResourceNotFoundException' });
      const from = described.findIndex(({ ShardId: id }) => id === command.input.ExclusiveStartShardId) + 1;
      const more = from + 1 < described.length ? { LastEvaluatedShardId: described[from]?.ShardId } : {};
      return { StreamDescription: { Shards: described.slice(from, from + 1), ...more } };
    }
    if (command instanceof GetShardIteratorCommand) {
      const { ShardId: shard, SequenceNumber: at = '0' } = command.input;
      if (shard === 'broken') throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
      return { ShardIterator: `${shard} ${at}` };
    }
    const [shard = '', at = '0'] = (command as GetRecordsCommand).input.ShardIterator?.split(' ') ?? [];
    const limit = (command as GetRecordsCommand).input.Limit ?? 1_000;
    return {
      Records: records(shard)
        .filter(({ dynamodb }) => Number(dynamodb.SequenceNumber) >= Number(at))
        .slice(0, limit),
    };
  };
  return { send } as unknown as DynamoDBStreamsClient;
}

interface Surroundings {
  readonly shards: Shards;
  /** Ids whose effect is missing; those of the others are in place. */
  readonly missing?: readonly string[];
  readonly points?: readonly Point[];
  readonly cloudWatch?: CloudWatchClient;
  readonly filter?: object;
  readonly oldestAgeMs?: number;
  readonly limit?: number;
  readonly gatewayUrl?: string;
  readonly signal?: AbortSignal;
}

export async function find(given: Surroundings) {
  const { shards, missing = [], points = [], oldestAgeMs, limit = 100, gatewayUrl } = given;
  const asked: string[] = [];
  let planned = 0;
  const lambda = {
    async send(command: unknown) {
      if (command instanceof GetEventSourceMappingCommand)
        return { MaximumRecordAgeInSeconds: 43_200, ...given.filter };
      const { redrive, Records: records } = JSON.parse(
        new TextDecoder().decode((command as InvokeCommand).input.Payload as Uint8Array),
      );
      const plan = records.map(({ eventID, dynamodb }: Planned) => {
        const id = dynamodb.Keys.id.S;
        asked.push(id);
        const verdict = missing.includes(id) ? 'apply' : 'already-applied';
        return { eventId: eventID, sequenceNumber: dynamodb.SequenceNumber, verdict };
      });
      return { Payload: Buffer.from(JSON.stringify({ redrive: { id: redrive.id }, plan })) };
    },
  } as unknown as LambdaClient;
  const mapping = { id: 'uuid', word: '', table: 'things', streamArn: STREAM };
  const processor = { name: 'bids', functionName: 'bids', mappings: [mapping] } as unknown as ProcessorFacts;
  const chosen: ChosenMapping = { processor, mapping, title: 'bids' };
  const cloudWatch = given.cloudWatch ?? cloudWatchOf(points);
  const system = {
    clients: { lambda, cloudWatch, streams: () => streamOf(shards) },
    processors: [processor],
    gatewayUrl,
  } as unknown as System;
  const health = {
    title: 'bids',
    processor: 'bids',
    id: 'uuid',
    table: 'things',
    state: 'Enabled',
    ...(oldestAgeMs === undefined ? {} : { oldestAgeMs }),
  };
  const found = await findStuck(chosen, health, {
    system,
    where: '--stage prod',
    clock,
    random: () => 0.5,
    signal: given.signal ?? new AbortController().signal,
    limit,
    onPlanned: (records) => {
      planned += records;
    },
  });
  const keys = found.stuck.map(({ shardId, record }) => `${shardId}: ${record?.key}`);
  return { ...found, keys, asked, planned };
}

interface Planned {
  readonly eventID: string;
  readonly dynamodb: {
    readonly SequenceNumber: string;
    readonly Keys: { readonly id: { readonly S: string } };
  };
}
