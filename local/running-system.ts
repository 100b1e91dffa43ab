/** The template, running: tables and queues on the engines, functions in workers, and each mapping reading its table's stream. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { readingEveryName } from '../shared/dynamodb/every-name.ts';
import type { Clock } from '../shared/time/clock.ts';
import { byEndpoint } from './engines/by-endpoint.ts';
import { choosePort } from './engines/port.ts';
import type { Engines } from './engines/start-engines.ts';
import { type EngineAddresses, functionEnvironment } from './functions/environment.ts';
import type { FunctionPool } from './functions/function-pool.ts';
import { createFunctionPools } from './functions/function-pools.ts';
import type { StartFunctionHost } from './functions/function-thread.ts';
import { keepLastFailures } from './functions/last-failures.ts';
import { createTokenIssuer, type Gateway, type Mail, startGateway } from './gateway/index.ts';
import type { KeptState } from './kept-state.ts';
import { Problem } from './problem.ts';
import type { WriteLatency } from './report/write-latency.ts';
import { onFailureDestinations } from './streams/on-failure.ts';
import type { RunningMapping } from './streams/running-mapping.ts';
import { type OnRecords, type RunningStream, startStreams } from './streams/start-streams.ts';
import type { Assembly } from './template/assembly.ts';
import { createBucket, createQueue, createTable } from './template/create.ts';
import {
  type LocalFunction,
  type LocalSystem,
  type SystemReader,
  systemReader,
  type Table,
} from './template/system.ts';

export interface RunningSystem {
  /** By name; the client reaches the engine that holds it. */
  readonly tables: ReadonlyMap<string, DynamoDBClient>;
  /** URL of the engine that holds a table. */
  endpointOf(table: string): string;
  /** The stacks' outputs, as they are on this machine. */
  readonly stacks: ReturnType<SystemReader['outputs']>;
  /** Tables whose stream a mapping reads. */
  readonly streams: readonly RunningStream[];
  /** The function that keeps a search index, if the template has one. */
  readonly projection: { readonly table: string; readonly alias: string } | undefined;
  readonly gateway: Gateway;
  /** Messages that wait in the queues. */
  letters(): Promise<number>;
  checkpoints(): KeptState['checkpoints'];
  stop(): Promise<void>;
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
  /** Where mails and the like are kept; absent: in memory. */
  readonly keep: string | undefined;
  /** 0 for any that is free. */
  readonly gatewayPort: number;
  readonly functionLog: (functionName: string, line: string) => void;
  /** Before the first record, with the environments of the functions that will get them. */
  readonly onTables: (
    environments: readonly Readonly<Record<string, string>>[],
    clientOf: (table: string) => DynamoDBClient | undefined,
  ) => Promise<void>;
  readonly onRecords: OnRecords;
  readonly onMail: (mail: Mail) => void;
  readonly say: (line: string) => void;
  /** What functions run in. @default worker threads */
  readonly startHost?: StartFunctionHost;
  /** Addresses that functions are given in the place of the engines' own, e.g. of proxies. @default the engines' own */
  readonly reach?: (addresses: EngineAddresses) => EngineAddresses;
}

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** @throws Problem naming the resource that cannot be brought up */
export async function startSystem(options: SystemOptions): Promise<RunningSystem> {
  const { assembly, engines, accountId, clock, say } = options;
  const { region, aws } = engines;
  const reach = options.reach ?? ((addresses) => addresses);
  const account = { region, accountId };
  const client = { region, credentials: CREDENTIALS };
  const sqs = new SQSClient({ ...client, endpoint: aws.endpoint });
  const s3Endpoint = aws.s3Endpoint ?? aws.endpoint;
  const s3 = new S3Client({ ...client, endpoint: s3Endpoint, forcePathStyle: true });
  const clientOf = byEndpoint((endpoint) => readingEveryName(new DynamoDBClient({ ...client, endpoint })));
  const streamsClientOf = byEndpoint((endpoint) =>
    readingEveryName(new DynamoDBStreamsClient({ ...client, endpoint })),
  );
  const issuer = await createTokenIssuer({ clock, newId: randomUUID });
  const cache = engines.cache && new URL(engines.cache.url);
  const facts = {
    streamArns: new Map<string, string>(),
    sqsEndpoint: aws.endpoint,
    searchHost: engines.search === undefined ? '' : new URL(engines.search.url).host,
    cache: { host: cache?.hostname ?? '', port: Number(cache?.port) || 6379 },
    userPool: { id: issuer.userPoolId, clientId: issuer.clientId },
  };
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
  await shareTables(system, reader.tables());

  const gatewayPort = await choosePort(options.gatewayPort, '--gateway-port');
  const api = reader.webSocketApi();
  let mappings: readonly RunningMapping[] = [];
  const gateway = await startGateway({
    clock,
    issuer,
    ...(api === undefined ? {} : { webSocketApi: { ...api, ...account } }),
    invoke: (name, payload) => pools.invoke(name, payload),
    mappings: () => mappings,
    ...(options.keep === undefined ? {} : { outboxFolder: join(options.keep, 'mails') }),
    onMail: options.onMail,
    port: gatewayPort,
    warn: say,
  });
  const failures = keepLastFailures(() => clock.now());
  const pools = createFunctionPools({
    environmentOf: (code) =>
      functionEnvironment(
        code,
        reach({
          region,
          dynamodb: engines.dynamodbOf(code.system),
          sqs: aws.endpoint,
          s3: s3Endpoint,
          search: engines.search?.url ?? '',
          cache: engines.cache?.url ?? '',
          gateway: gateway.url,
          connections: gateway.connectionsUrl,
          userPool: issuer.environment(),
        }),
      ),
    startHost: options.startHost,
    functions: () => [
      ...system.connections,
      ...system.mappings.map(({ function: code }) => code),
      ...system.invoked,
      // For the steps of a rebuild.
      ...system.setUps,
    ],
    clock,
    log(functionName, line) {
      failures.take(functionName, line);
      options.functionLog(functionName, line);
    },
  });
  const queueUrl = (name: string) => `${aws.endpoint}/${accountId}/${name}`;
  const stopServing = async () => {
    // Its functions are told of each connection's end.
    await gateway.close();
    await pools.stop();
  };

  try {
    for (const code of system.setUps) await setUp(code, pools.of(code));
    await options.onTables(
      system.mappings.map(({ function: { environment } }) => environment),
      (name) => tables.get(name),
    );
    const streams = startStreams({
      mappings: system.mappings,
      pools,
      onFailure: onFailureDestinations({ sqs, s3, queueUrl }),
      clientOf: (table) => streamsClientOf(endpointOf(table)),
      resumeFrom: options.resumeFrom,
      replay: options.replay,
      latency: options.latency,
      onRecords: options.onRecords,
      lastFailures: (functionName) => failures.of(functionName),
      clock,
      say,
    });
    mappings = streams.mappings;
    const projection = system.mappings.find(
      ({ function: { environment } }) => environment['PRODUCTS_TABLE'] && environment['SEARCH_ALIAS'],
    )?.function.environment;
    return {
      tables,
      endpointOf,
      stacks: reader.outputs(),
      streams: streams.streams,
      projection: projection && {
        table: projection['PRODUCTS_TABLE'] ?? '',
        alias: projection['SEARCH_ALIAS'] ?? '',
      },
      gateway,
      async letters() {
        let letters = 0;
        for (const { name } of queues) letters += await waiting(sqs, queueUrl(name));
        return letters;
      },
      checkpoints: () => streams.checkpoints(),
      async stop() {
        await streams.stop();
        await stopServing();
        sqs.destroy();
        s3.destroy();
      },
    };
  } catch (error) {
    await stopServing();
    throw error;
  }

  function endpointOf(table: string): string {
    const owner = reader.tables().find(({ name }) => name === table);
    return engines.dynamodbOf(owner?.system ?? '');
  }

  /** A function reaches one engine only. A table of another system that it names (the claims) is there too, for its system alone. */
  async function shareTables({ mappings, connections }: LocalSystem, all: readonly Table[]): Promise<void> {
    const functions = [...mappings.map(({ function: code }) => code), ...connections];
    for (const { environment, system: own } of functions) {
      for (const table of all.filter(({ name }) => Object.values(environment).includes(name))) {
        if (engines.dynamodbOf(table.system) === engines.dynamodbOf(own)) continue;
        await createTable(clientOf(engines.dynamodbOf(own)), table, false);
      }
    }
  }
}

async function setUp(code: LocalFunction, pool: FunctionPool): Promise<void> {
  const result = await pool.invoke(randomUUID(), '{}');
  switch (result.kind) {
    case 'returned':
      return;
    case 'error':
      throw new Problem(`set-up ${code.name} failed: ${result.errorType}: ${result.errorMessage}`);
    case 'timeout':
      throw new Problem(`set-up ${code.name} took more than ${code.timeoutMs / 1000} s`);
    case 'throttled':
      throw new Problem(`set-up ${code.name} was throttled`);
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
