/** All engines of the template, each in a process of its own behind a proxy of its own; what they keep lies in one folder. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startDynoxide } from '../../local/engines/dynamodb.ts';
import { startRedisServer } from '../../local/engines/redis.ts';
import { Problem } from '../../local/problem.ts';
import type { BucketNotification } from '../../local/template/bucket-notifications.ts';
import { connectRedis } from '../../shared/cache/connect.ts';
import { isRefused } from '../../shared/cache/redis.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { type Behind, type ChaosEngine, launchNode, startChaosEngine } from './engine.ts';
import { type EngineProxy, startProxy } from './proxy.ts';

export interface ChaosEngines {
  /** By the system whose tables it has. */
  readonly tables: ReadonlyMap<string, ChaosEngine>;
  readonly queues: ChaosEngine;
  /** Of the same process as the queues; waits while that is down. */
  readonly buckets: EngineProxy;
  readonly search: ChaosEngine;
  readonly cache: ChaosEngine;
  readonly gateway: EngineProxy;
  /** What the cache is: a real one where the machine has one. */
  readonly cacheIs: 'redis-server' | 'embedded';
  /** What is to be announced from now on. */
  notify(notifications: readonly BucketNotification[]): void;
  /** The index's files go. Only while the engine is down. */
  loseIndex(): void;
  /** All memory the cache may take from now on; undefined: as much as it wants. */
  limitCache(bytes: number | undefined): Promise<void>;
  stop(): Promise<void>;
}

export interface ChaosEnginesOptions {
  readonly folder: string;
  readonly systems: readonly string[];
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly environment: NodeJS.ProcessEnv;
  readonly onEnd: (line: string) => void;
}

export async function startChaosEngines(options: ChaosEnginesOptions): Promise<ChaosEngines> {
  const { folder, systems, region, accountId, clock, environment, onEnd } = options;
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    await Promise.allSettled(stops.splice(0).map((one) => one()));
  };
  const engine = async (name: string, launch: () => Promise<Behind>) => {
    const started = await startChaosEngine({ name, clock, launch, onEnd });
    stops.push(started.stop);
    return started;
  };
  const proxy = async (waits: boolean) => {
    const started = await startProxy({ clock, waits });
    stops.push(started.stop);
    return started;
  };
  const path = (name: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  try {
    const tables = new Map<string, ChaosEngine>();
    for (const system of systems) {
      const file = join(path('dynamodb'), `${system}.sqlite`);
      tables.set(system, await engine(`tables ${system}`, () => launchTables(system, file, clock)));
    }
    let notifications: readonly BucketNotification[] = [];
    const buckets = await proxy(true);
    const queues = await engine('queues', async () => {
      const dataDir = path('sqs-and-s3');
      const behind = await launchNode('queues-and-buckets.ts', { region, accountId, dataDir, notifications });
      buckets.aimAt(behind.port);
      void behind.ended.then(() => buckets.aimAt(undefined));
      return behind;
    });
    const file = join(path('search'), 'index.sqlite');
    const search = await engine('search', () => launchNode('search.ts', { file }));
    const { launch, cacheIs } = await chooseCache(clock, environment);
    const cache = await engine('cache', launch);
    return {
      tables,
      queues,
      buckets,
      search,
      cache,
      cacheIs,
      gateway: await proxy(false),
      notify(all) {
        notifications = all;
        queues.send({ kind: 'notify', notifications });
      },
      loseIndex() {
        for (const suffix of ['', '-wal', '-shm']) if (existsSync(file + suffix)) rmSync(file + suffix);
      },
      async limitCache(bytes) {
        const redis = connectRedis({ url: `redis://${cache.address}`, clock, timeoutMs: 1_000 });
        try {
          const replies = await redis.send(
            [
              ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'],
              ['CONFIG', 'SET', 'maxmemory', String(bytes ?? 0)],
            ],
            new AbortController().signal,
          );
          const refused = replies.find(isRefused);
          if (refused !== undefined)
            throw new Error(`chaos: the cache refused its settings (${refused.code})`);
        } finally {
          redis.close();
        }
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function launchTables(system: string, file: string, clock: Clock): Promise<Behind> {
  const { endpoint, ended, signal, stop } = await startDynoxide({ system, file, port: 0, clock });
  return { port: Number(new URL(endpoint).port), ended, signal, stop };
}

/** The first start finds out which there is. */
async function chooseCache(clock: Clock, environment: NodeJS.ProcessEnv) {
  const real = async (): Promise<Behind> => {
    const { url, ended, signal, stop } = await startRedisServer({ clock, environment, say: () => {} });
    return { port: Number(new URL(url).port), ended, signal, stop };
  };
  try {
    const first = await real();
    await first.stop();
    return { launch: real, cacheIs: 'redis-server' as const };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { launch: () => launchNode('cache.ts', {}), cacheIs: 'embedded' as const };
  }
}
