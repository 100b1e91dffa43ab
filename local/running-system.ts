/** The template, running: tables and queues on the engines, functions in workers, and each mapping reading its table's stream. */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '../shared/time/clock.ts';
import type { Engines } from './engines/start-engines.ts';
import {
  createEventSourceMapping,
  type EventSourceMapping,
  MappingError,
  parseMapping,
} from './event-source-mapping/index.ts';
import { functionEnvironment } from './functions/environment.ts';
import { createFunctionPool, type FunctionPool } from './functions/function-pool.ts';
import type { KeptState } from './kept-state.ts';
import { Problem } from './problem.ts';
import type { WriteLatency } from './report/write-latency.ts';
import { type FollowedStream, followStream } from './streams/followed-stream.ts';
import { onFailureDestinations } from './streams/on-failure.ts';
import { type StreamPoller, startStreamPoller } from './streams/stream-poller.ts';
import type { Assembly } from './template/assembly.ts';
import { createBucket, createQueue, createTable } from './template/create.ts';
import { type LocalFunction, type Mapping, systemReader } from './template/system.ts';

export interface RunningSystem {
  /** By name; the client reaches the engine that holds it. */
  readonly tables: ReadonlyMap<string, DynamoDBClient>;
  /** URL of the engine that holds a table. */
  endpointOf(table: string): string;
  /** Tables whose stream a mapping reads. */
  readonly streams: readonly RunningStream[];
  /** The function that keeps a search index, if the template has one. */
  readonly projection: { readonly table: string; readonly alias: string } | undefined;
  /** Messages that wait in the queues. */
  letters(): Promise<number>;
  checkpoints(): KeptState['checkpoints'];
  stop(): Promise<void>;
}

export interface RunningStream {
  readonly table: string;
  readonly streamArn: string;
  readonly followed: FollowedStream;
  /** Absent for a replay: its records do not come from the table. */
  readonly poller: StreamPoller | undefined;
}

export interface SystemOptions {
  readonly assembly: Assembly;
  readonly engines: Engines;
  readonly accountId: string;
  readonly clock: Clock;
  readonly latency: WriteLatency;
  readonly resumeFrom: KeptState['checkpoints'];
  /** True: tables have no stream, and records are appended to `streams` by the caller. */
  readonly replay: boolean;
  readonly functionLog: (functionName: string, line: string) => void;
  readonly say: (line: string) => void;
}

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Most invocations of one function at a time; each has a worker that stays in memory. */
const MAX_CONCURRENCY = 2;

/** @throws Problem naming the resource that cannot be brought up */
export async function startSystem(options: SystemOptions): Promise<RunningSystem> {
  const { assembly, engines, accountId, clock, say } = options;
  const { region, aws } = engines;
  const account = { region, accountId };
  const client = { region, credentials: CREDENTIALS };
  const sqs = new SQSClient({ ...client, endpoint: aws.endpoint });
  const s3 = new S3Client({ ...client, endpoint: aws.endpoint, forcePathStyle: true });
  const clientOf = byEndpoint((endpoint) => new DynamoDBClient({ ...client, endpoint }));
  const streamsClientOf = byEndpoint((endpoint) => new DynamoDBStreamsClient({ ...client, endpoint }));
  const searchHost = engines.search === undefined ? '' : new URL(engines.search.url).host;
  const facts = { streamArns: new Map<string, string>(), sqsEndpoint: aws.endpoint, searchHost };
  const reader = systemReader(assembly, account, facts);

  const unknown = [...reader.unknownTypes()].map(
    ([type, count]) => `${count} × ${type.replace('AWS::', '')}`,
  );
  if (unknown.length > 0) say(`not run locally: ${unknown.join(', ')}`);
  const tables = new Map<string, DynamoDBClient>();
  for (const table of reader.tables()) {
    const dynamodb = clientOf(engines.dynamodbOf(table.system));
    const { streamArn } = await createTable(dynamodb, table, table.hasStream && !options.replay);
    tables.set(table.name, dynamodb);
    const arn = options.replay && table.hasStream ? replayArn(account, table.name) : streamArn;
    if (arn !== undefined) facts.streamArns.set(table.name, arn);
  }
  const queues = reader.queues();
  for (const queue of queues) await createQueue(sqs, queue);
  for (const bucket of reader.buckets()) await createBucket(s3, bucket);
  aws.notify(reader.notifications());

  const system = reader.read();
  for (const reason of system.leftOut) say(`not run locally: ${reason}`);
  const pools = new Map<string, FunctionPool>();
  const poolOf = (code: LocalFunction): FunctionPool => {
    const pool =
      pools.get(code.name) ??
      createFunctionPool({
        function: code,
        environment: functionEnvironment(code, {
          region,
          dynamodb: engines.dynamodbOf(code.system),
          sqs: aws.endpoint,
          s3: aws.endpoint,
          search: engines.search?.url ?? '',
        }),
        clock,
        newId: randomUUID,
        log: (line) => options.functionLog(code.name, line),
        maxConcurrency: MAX_CONCURRENCY,
      });
    pools.set(code.name, pool);
    return pool;
  };
  const stopPools = () => Promise.all([...pools.values()].map((pool) => pool.stop()));
  const queueUrl = (name: string) => `${aws.endpoint}/${accountId}/${name}`;

  try {
    for (const code of system.setUps) await setUp(code, poolOf(code));
  } catch (error) {
    await stopPools();
    throw error;
  }
  const started = startMappings(system.mappings);
  const projection = system.mappings.find(
    ({ function: { environment } }) => environment['PRODUCTS_TABLE'] && environment['SEARCH_ALIAS'],
  )?.function.environment;

  return {
    tables,
    endpointOf,
    streams: started.map(({ stream }) => stream),
    projection: projection && {
      table: projection['PRODUCTS_TABLE'] ?? '',
      alias: projection['SEARCH_ALIAS'] ?? '',
    },
    async letters() {
      let letters = 0;
      for (const { name } of queues) letters += await waiting(sqs, queueUrl(name));
      return letters;
    },
    checkpoints: () =>
      Object.fromEntries(
        started.flatMap(({ stream, uuids }) =>
          stream.followed.checkpoints().map((checkpoints, index) => [uuids[index] ?? '', checkpoints]),
        ),
      ),
    async stop() {
      await Promise.all(started.map(({ stream }) => stream.poller?.stop()));
      for (const { mappings } of started) for (const mapping of mappings) mapping.stop();
      await stopPools();
      sqs.destroy();
      s3.destroy();
    },
  };

  function startMappings(all: readonly Mapping[]) {
    const onFailure = onFailureDestinations({ sqs, s3, queueUrl });
    const byStream = Object.groupBy(all, ({ streamArn }) => streamArn);
    return Object.entries(byStream).map(([streamArn, ofStream = []]) => {
      const table = ofStream[0]?.tableName ?? '';
      const uuids = ofStream.map(({ uuid }) => uuid);
      const mappings: EventSourceMapping[] = [];
      const followed = followStream({
        table,
        mappings,
        resumeFrom: uuids.map((uuid) => options.resumeFrom[uuid] ?? {}),
        latency: options.latency,
        clock,
      });
      for (const [index, mapping] of ofStream.entries()) {
        const pool = poolOf(mapping.function);
        pool.warmUp();
        mappings.push(
          createEventSourceMapping({
            mapping: checked(mapping),
            clock,
            ids: randomUUID,
            invoke: ({ requestId, payload }) => pool.invoke(requestId, payload),
            onFailure,
            observe: (event) => followed.observe(index, event),
          }),
        );
      }
      for (const mapping of mappings) mapping.enable();
      const endpoint = endpointOf(table);
      const poller = options.replay
        ? undefined
        : startStreamPoller({
            client: streamsClientOf(endpoint),
            clock,
            streamArn,
            follower: followed,
            warn: say,
          });
      const stream: RunningStream = { table, streamArn, followed, poller };
      return { stream, mappings, uuids };
    });
  }

  function endpointOf(table: string): string {
    const owner = reader.tables().find(({ name }) => name === table);
    return engines.dynamodbOf(owner?.system ?? '');
  }
}

async function setUp(code: LocalFunction, pool: FunctionPool): Promise<void> {
  const result = await pool.invoke(randomUUID(), '{}');
  switch (result.kind) {
    case 'returned':
      await pool.stop();
      return;
    case 'error':
      throw new Problem(`set-up ${code.name} failed: ${result.errorType}: ${result.errorMessage}`);
    case 'timeout':
      throw new Problem(`set-up ${code.name} took more than ${code.timeoutMs / 1000} s`);
    case 'throttled':
      throw new Problem(`set-up ${code.name} was throttled`);
  }
}

function checked(mapping: Mapping) {
  try {
    return parseMapping(mapping.properties, { uuid: mapping.uuid, functionArn: mapping.function.arn });
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    throw new Problem(`template: the mapping of ${mapping.function.name}: ${error.name}: ${error.message}`);
  }
}

/** Messages visible, in flight and delayed. */
async function waiting(sqs: SQSClient, queueUrl: string): Promise<number> {
  const { Attributes: attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  );
  return (
    Number(attributes['ApproximateNumberOfMessages'] ?? 0) +
    Number(attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0) +
    Number(attributes['ApproximateNumberOfMessagesDelayed'] ?? 0)
  );
}

function replayArn({ region, accountId }: { region: string; accountId: string }, table: string): string {
  return `arn:aws:dynamodb:${region}:${accountId}:table/${table}/stream/replay`;
}

function byEndpoint<T>(make: (endpoint: string) => T): (endpoint: string) => T {
  const made = new Map<string, T>();
  return (endpoint) => {
    const client = made.get(endpoint) ?? make(endpoint);
    made.set(endpoint, client);
    return client;
  };
}
