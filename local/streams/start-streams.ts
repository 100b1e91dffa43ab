/** Starts the mappings, and for each stream what reads it: every stream is read once, however many mappings follow it. */
import { randomUUID } from 'node:crypto';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { Clock } from '../../shared/time/clock.ts';
import {
  createEventSourceMapping,
  type Delivery,
  type EventSourceMapping,
  MappingError,
  parseMapping,
} from '../event-source-mapping/index.ts';
import type { FunctionPools } from '../functions/function-pools.ts';
import type { KeptState } from '../kept-state.ts';
import { Problem } from '../problem.ts';
import type { WriteLatency } from '../report/write-latency.ts';
import type { Mapping } from '../template/system.ts';
import { type FollowedStream, followStream } from './followed-stream.ts';
import { type StreamPoller, startStreamPoller } from './stream-poller.ts';

export interface RunningStream {
  readonly table: string;
  readonly streamArn: string;
  /** Names of the functions' services, as they call themselves in logs and metrics. */
  readonly services: readonly string[];
  readonly followed: FollowedStream;
  /** Absent for a replay: its records do not come from the table. */
  readonly poller: StreamPoller | undefined;
}

/** Records that go to a function and were not done with in an earlier run; with the function's environment as the template has it. */
export type OnRecords = (
  environment: Readonly<Record<string, string>>,
  records: readonly Record<string, unknown>[],
) => void;

export interface StartStreamsOptions {
  readonly mappings: readonly Mapping[];
  readonly pools: FunctionPools;
  readonly onFailure: (delivery: Delivery) => Promise<void>;
  readonly clientOf: (table: string) => DynamoDBStreamsClient;
  readonly resumeFrom: KeptState['checkpoints'];
  /** True: nothing is read; records are appended by the caller. */
  readonly replay: boolean;
  readonly latency: WriteLatency;
  readonly onRecords: OnRecords;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

export interface StartedStreams {
  readonly streams: readonly RunningStream[];
  checkpoints(): KeptState['checkpoints'];
  stop(): Promise<void>;
}

/** @throws Problem naming the function whose mapping has properties that AWS would refuse */
export function startStreams(options: StartStreamsOptions): StartedStreams {
  const { clock, latency, pools } = options;
  const byStream = Object.groupBy(options.mappings, ({ streamArn }) => streamArn);
  const started = Object.entries(byStream).map(([streamArn, ofStream = []]) => {
    const table = ofStream[0]?.tableName ?? '';
    const uuids = ofStream.map(({ uuid }) => uuid);
    const mappings: EventSourceMapping[] = [];
    const followed = followStream({
      table,
      mappings,
      resumeFrom: uuids.map((uuid) => options.resumeFrom[uuid] ?? {}),
      latency,
      clock,
      onRecords: (index, records) => options.onRecords(ofStream[index]?.function.environment ?? {}, records),
    });
    for (const [index, mapping] of ofStream.entries()) {
      mappings.push(
        createEventSourceMapping({
          mapping: checked(mapping),
          clock,
          ids: randomUUID,
          invoke: ({ requestId, payload }) => pools.of(mapping.function).invoke(requestId, payload),
          onFailure: options.onFailure,
          observe: (event) => followed.observe(index, event),
        }),
      );
    }
    for (const mapping of mappings) mapping.enable();
    const poller = options.replay
      ? undefined
      : startStreamPoller({
          client: options.clientOf(table),
          clock,
          streamArn,
          follower: followed,
          warn: options.say,
        });
    const services = ofStream.flatMap(
      (mapping) => mapping.function.environment['POWERTOOLS_SERVICE_NAME'] ?? [],
    );
    const stream: RunningStream = { table, streamArn, services, followed, poller };
    return { stream, mappings, uuids };
  });
  return {
    streams: started.map(({ stream }) => stream),
    checkpoints: () =>
      Object.fromEntries(
        started.flatMap(({ stream, uuids }) =>
          stream.followed.checkpoints().map((checkpoints, index) => [uuids[index] ?? '', checkpoints]),
        ),
      ),
    async stop() {
      await Promise.all(started.map(({ stream }) => stream.poller?.stop()));
      for (const { mappings } of started) for (const mapping of mappings) mapping.stop();
    },
  };
}

function checked(mapping: Mapping) {
  try {
    return parseMapping(mapping.properties, { uuid: mapping.uuid, functionArn: mapping.function.arn });
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    throw new Problem(`template: the mapping of ${mapping.function.name}: ${error.name}: ${error.message}`);
  }
}
