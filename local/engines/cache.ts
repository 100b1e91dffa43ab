/** The cache of a run: embedded in this process, or a Redis that runs already. */
import { systemClock } from '../../shared/time/clock.ts';
import { Problem } from '../problem.ts';
import { createRedisEngine, serveRedis } from '../redis/index.ts';
import { isListening } from './port.ts';

export interface CacheEngine {
  /** `redis://host:port` */
  readonly url: string;
  /** True if it was empty at the start of this run. */
  readonly isNew: boolean;
  stop(): Promise<void>;
}

/** It keeps nothing: what is in it is in the table too. */
export async function startEmbeddedCache(): Promise<CacheEngine> {
  const server = await serveRedis(createRedisEngine({ clock: systemClock }), { port: 0 });
  return { url: server.url, isNew: true, stop: () => server.close() };
}

/** @throws Problem when nothing answers there */
export async function useCacheAt(url: string): Promise<CacheEngine> {
  const { hostname, port } = new URL(url);
  if (!(await isListening(Number(port) || 6379, hostname)))
    throw new Problem(`--redis: nothing answers at ${url}; start a Redis there, or leave the option out`);
  return { url: url.replace(/\/$/, ''), isNew: false, stop: async () => {} };
}
