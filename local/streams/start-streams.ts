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
import type { LastFailures } from '../functions/last-failures.ts';
import type { KeptState } from '../kept-state.ts';
import { Problem } from '../problem.ts';
import type { WriteLatency } from '../report/write-latency.ts';
import type { Mapping } from '../template/system.ts';
import { type FollowedStream, followStream } from './followed-stream.ts';
import { type RunningMapping, runningMapping } from './running-mapping.ts';
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
  readonly lastFailures: (functionName: string) => LastFailures | undefined;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

export interface StartedStreams {
  readonly streams: readonly RunningStream[];
  readonly mappings: readonly RunningMapping[];
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
    const running = ofStream.map((mapping, index) => {
      const config = checked(mapping);
      const shown = runningMapping({
        uuid: mapping.uuid,
        functionName: mapping.function.name,
        functionArn: config.functionArn,
        table,
        streamArn,
        properties: mapping.properties,
        mapping: () => machine,
        lastFailures: () => options.lastFailures(mapping.function.name),
        clock,
      });
      const machine = createEventSourceMapping({
        mapping: config,
        clock,
        ids: randomUUID,
        invoke: ({ requestId, payload }) => pools.of(mapping.function).invoke(requestId, payload),
        onFailure: options.onFailure,
        observe(event) {
          followed.observe(index, event);
          shown.observe(event);
        },
      });
      mappings.push(machine);
      return { shown, enabled: config.enabled };
    });
    for (const { shown, enabled } of running) if (enabled) shown.setEnabled(true);
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
    return { stream, mappings, uuids, running: running.map(({ shown }) => shown) };
  });
  return {
    streams: started.map(({ stream }) => stream),
    mappings: started.flatMap(({ running }) => running),
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
