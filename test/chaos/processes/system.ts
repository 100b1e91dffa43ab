/**
 * The template, running, as a process: mappings with what reads the streams for them, functions in processes of their own, and the
 * gateway. It keeps the mappings' positions in a file, and goes on from them when it is started again.
 */
import { appendFileSync } from 'node:fs';
import type { EngineAddresses } from '../../../local/functions/environment.ts';
import { openKeptFolder } from '../../../local/kept-state.ts';
import { writeLatency } from '../../../local/report/write-latency.ts';
import { type RunningSystem, startSystem } from '../../../local/running-system.ts';
import { removeState, writeState } from '../../../local/state-file.ts';
import { readAssembly } from '../../../local/template/assembly.ts';
import type { BucketNotification } from '../../../local/template/bucket-notifications.ts';
import { systemClock } from '../../../shared/time/clock.ts';
import { type MappingLimits, withLimits } from '../mapping-limits.ts';
import { type FunctionNews, functionProcesses } from './function-process.ts';
import { obey, tell } from './orders.ts';

export interface SystemSettings {
  /** Folder of the synthesized app. */
  readonly assembly: string;
  /** Where positions and mails are kept. */
  readonly keep: string;
  readonly stateFile: string;
  readonly logFile: string;
  readonly accountId: string;
  readonly region: string;
  readonly limits: MappingLimits;
  /** Of each part's proxy. */
  readonly endpoints: {
    readonly dynamodb: Readonly<Record<string, string>>;
    readonly sqs: string;
    readonly s3: string;
    readonly search: string;
    readonly cache: string;
    /** `http://host:port` */
    readonly gateway: string;
  };
}

export interface StreamStatus {
  readonly records: number;
  readonly settled: number;
  readonly waiting: number;
  readonly oldestCreatedAtMs: number | undefined;
  /** Since this process began there was a moment when nothing was left to read. */
  readonly caughtUp: boolean;
  readonly failedInvocations: number;
  readonly givenUp: number;
  /** Given up, and no letter of it was kept. */
  readonly lost: number;
}

export type SystemNews =
  | {
      readonly kind: 'up';
      readonly port: number;
      readonly environments: readonly Readonly<Record<string, string>>[];
      readonly streams: readonly { table: string; streamArn: string; services: readonly string[] }[];
      /** By name: the address of its engine's proxy. */
      readonly tables: Readonly<Record<string, string>>;
      readonly products: { readonly table: string; readonly alias: string };
    }
  | {
      readonly kind: 'status';
      readonly atMs: number;
      readonly streams: Readonly<Record<string, StreamStatus>>;
    }
  | { readonly kind: 'obstacles'; readonly obstacles: readonly string[] }
  | { readonly kind: 'notify'; readonly notifications: readonly BucketNotification[] }
  | FunctionNews;

/** Answered with what there is still to do of what was written until then. */
export interface AskObstacles {
  readonly kind: 'ask';
  readonly sinceMs: number;
}

const SAVE_EVERY_MS = 200;
const STATUS_EVERY_MS = 200;

const BEGAN_MS = Date.now();

let system: RunningSystem | undefined;
const say = (news: SystemNews) => tell(news);

obey(
  async (settings: SystemSettings) => {
    const { endpoints, region, accountId, stateFile } = settings;
    const kept = openKeptFolder(settings.keep);
    const log = (line: string) => appendFileSync(settings.logFile, `${new Date().toISOString()} ${line}\n`);
    let environments: readonly Readonly<Record<string, string>>[] = [];
    const running = await startSystem({
      assembly: withLimits(readAssembly(settings.assembly), settings.limits),
      engines: {
        region,
        dynamodbOf: (name) => endpoints.dynamodb[name] ?? '',
        aws: {
          endpoint: endpoints.sqs,
          s3Endpoint: endpoints.s3,
          notify: (notifications) => say({ kind: 'notify', notifications }),
          stop: async () => {},
        },
        search: { url: endpoints.search, failed: new Promise(() => {}), stop: async () => {} },
        cache: { url: endpoints.cache, isNew: true, stop: async () => {} },
        failed: new Promise(() => {}),
        stop: async () => {},
      },
      accountId,
      clock: systemClock,
      latency: writeLatency(),
      resumeFrom: kept.state.checkpoints,
      replay: false,
      keep: settings.keep,
      gatewayPort: 0,
      functionLog: (name, line) => log(`${name} ${line}`),
      onTables: async (all) => {
        environments = all;
      },
      onRecords: () => {},
      onMail: () => {},
      say: log,
      startHost: functionProcesses(say),
      reach: (addresses) => throughProxy(addresses, endpoints.gateway),
    });
    system = running;
    const { gateway, stacks, streams, projection } = running;
    const save = () => kept.save({ feeds: {}, checkpoints: running.checkpoints() });
    setInterval(save, SAVE_EVERY_MS);
    setInterval(() => say({ kind: 'status', atMs: Date.now(), streams: statusOf(running) }), STATUS_EVERY_MS);
    const tables = Object.fromEntries(
      [...running.tables.keys()].map((table) => [table, running.endpointOf(table)]),
    );
    writeState(stateFile, {
      pid: process.pid,
      startedAt: new Date().toISOString(),
      gatewayUrl: endpoints.gateway,
      wsUrl: gateway.wsUrl,
      endpoints: {
        ...Object.fromEntries(Object.entries(tables).map(([table, url]) => [`dynamodb:${table}`, url])),
        sqs: endpoints.sqs,
        s3: endpoints.s3,
        search: endpoints.search,
        redis: endpoints.cache,
      },
      region,
      accountId,
      stacks,
    });
    say({
      kind: 'up',
      port: Number(new URL(gateway.url).port),
      environments,
      streams: streams.map(({ table, streamArn, services }) => ({ table, streamArn, services })),
      tables,
      products: projection ?? { table: '', alias: '' },
    });
    return async () => {
      save();
      await running.stop();
      removeState(stateFile, process.pid);
      kept.release();
    };
  },
  ({ sinceMs }: AskObstacles) => say({ kind: 'obstacles', obstacles: obstaclesSince(sinceMs) }),
);

function throughProxy(addresses: EngineAddresses, proxy: string): EngineAddresses {
  const { pathname } = new URL(addresses.connections);
  return { ...addresses, gateway: proxy, connections: new URL(pathname, proxy).href.replace(/\/$/, '') };
}

function statusOf({ streams }: RunningSystem): Record<string, StreamStatus> {
  return Object.fromEntries(
    streams.map(({ table, followed, poller }) => {
      const caughtUp = poller?.caughtUp(BEGAN_MS) === true;
      const { records, settled, failedInvocations, givenUp, lost } = followed.counts();
      const { records: waiting, oldestCreatedAtMs } = followed.backlog();
      return [
        table,
        { records, settled, waiting, oldestCreatedAtMs, caughtUp, failedInvocations, givenUp, lost },
      ];
    }),
  );
}

function obstaclesSince(sinceMs: number): readonly string[] {
  if (system === undefined) return ['the system is not up'];
  return system.streams.flatMap(({ table, followed, poller }) => {
    const { records } = followed.backlog();
    if (records > 0) return [`${records} records of ${table} are not settled`];
    return poller?.caughtUp(sinceMs) === true ? [] : [`the stream of ${table} is not read to its end`];
  });
}
