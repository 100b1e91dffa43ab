/** All that a rehearsal runs on: real engines where there are any, and the emulator in front of them. */
import { startEmbeddedCache } from '../../../local/engines/cache.ts';
import type { Environment } from '../../../local/engines/opensearch/prerequisites.ts';
import { startOpenSearch } from '../../../local/engines/opensearch/start.ts';
import { startRedisServer } from '../../../local/engines/redis.ts';
import { lineOf, Problem } from '../../../local/problem.ts';
import type { Clock } from '../../../shared/time/clock.ts';
import { installCdk } from './cdk.ts';
import { installMiniStack, type RunningMiniStack, startMiniStack } from './ministack.ts';

export interface EngineOptions {
  readonly clock: Clock;
  readonly environment: Environment;
  readonly say: (line: string) => void;
  /** Of the emulator; 0 for a free one. */
  readonly port: number;
}

export interface Engines {
  readonly ministack: RunningMiniStack;
  readonly searchUrl: string;
  readonly redisUrl: string;
  /** What each of them is, for the table. */
  readonly search: string;
  readonly redis: string;
  /** Where the CDK command line is installed. */
  readonly cdkHome: string;
  stop(): Promise<void>;
}

interface Started {
  readonly url: string;
  readonly what: string;
  stop(): Promise<void>;
}

/** @throws Problem when one of them cannot be had here; what was started is ended then */
export async function startEngines(options: EngineOptions): Promise<Engines> {
  const { environment, say } = options;
  const home = await installMiniStack(environment, say);
  const cdkHome = await installCdk(environment, say);
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const started = await Promise.allSettled([startSearch(options), startRedis(options)]);
    for (const one of started) if (one.status === 'fulfilled') stops.push(one.value.stop);
    const [search, redis] = started.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    }) as [Started, Started];
    const urls = { searchUrl: search.url, redisUrl: redis.url };
    const ministack = await startMiniStack(home, { ...options, ...urls });
    stops.push(ministack.stop);
    return { ministack, ...urls, search: search.what, redis: redis.what, cdkHome, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startSearch({ clock, environment, say }: EngineOptions): Promise<Started> {
  const { url, version, stop } = await startOpenSearch({ clock, environment, say });
  return { url, what: `OpenSearch ${version}`, stop };
}

async function startRedis({ clock, environment, say }: EngineOptions): Promise<Started> {
  try {
    const { url, stop } = await startRedisServer({ clock, environment: { ...environment }, say });
    return { url, what: 'redis-server', stop };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(`${lineOf(error)}; until then this takes the embedded cache`);
    const { url, stop } = await startEmbeddedCache();
    return { url, what: 'the embedded cache (no redis-server here)', stop };
  }
}
