/**
 * Keeps results of product queries until products change, and for a short time at most. A result is cached only if its
 * generation was settled before the query was asked, so that it cannot be older than its generation.
 */

import { startDeadline } from '../stream/deadline.ts';
import type { Clock } from '../time/clock.ts';
import type { CacheMetrics } from './cache-metrics.ts';
import { GENERATION_KEY, type GenerationOptions, generationBump, SETTLING_KEY } from './generation.ts';
import { accepted, type Redis, RedisError } from './redis.ts';
import { singleFlight } from './single-flight.ts';

export interface QueryCachePorts extends GenerationOptions {
  /** Of its own, with a short time-out: a reader would rather ask the engine than wait. */
  readonly redis: Redis;
  readonly clock: Clock;
  readonly metrics: CacheMetrics;
}

export interface QueryCacheOptions {
  /**
   * How long a result is kept at most, ms: what a lost invalidation costs.
   *
   * @default 30000
   */
  readonly maxAgeMs?: number;
  /**
   * For asking the cache, ms.
   *
   * @default 1000
   */
  readonly timeoutMs?: number;
}

export interface QueryCache {
  /**
   * @param key of the query; must not hold what the query asks for, only a digest of it
   * @param load asks the engine; what it throws is the caller's, and is not cached
   * @returns the result as JSON
   */
  read(key: string, load: () => Promise<string>): Promise<string>;
}

/** Make one per process: concurrent readers of one query share its answer. */
export function queryCache(ports: QueryCachePorts, options: QueryCacheOptions = {}): QueryCache {
  const { metrics } = ports;
  const { maxAgeMs = 30_000, timeoutMs = 1_000 } = options;
  const flight = singleFlight<string>();

  const loaded = async (load: () => Promise<string>) => {
    const json = await load();
    metrics.count('engine', 'hit');
    return json;
  };

  const read = async (key: string, load: () => Promise<string>): Promise<string> => {
    const before = await within(ports, timeoutMs, (signal) => look(ports.redis, key, signal));
    if (before === undefined) return loaded(load);
    metrics.count('redis', before.json === undefined ? 'miss' : 'hit');
    if (before.json !== undefined) return before.json;
    const json = await loaded(load);
    const { generation, settled } = before;
    if (generation === undefined) await within(ports, timeoutMs, generationBump(ports.redis, ports));
    else if (settled)
      await within(ports, timeoutMs, (signal) => store(ports.redis, key, generation, json, maxAgeMs, signal));
    return json;
  };

  return { read: (key, load) => flight(key, () => read(key, load)) };
}

interface Looked {
  /** Absent: there is none, be it new or lost; readers begin one. */
  readonly generation?: string;
  /** False within two refreshes of the latest change. */
  readonly settled: boolean;
  /** The result, if it is of this generation. */
  readonly json?: string;
}

async function look(redis: Redis, key: string, signal: AbortSignal): Promise<Looked> {
  const [reply] = await redis.send([['MGET', GENERATION_KEY, SETTLING_KEY, key]], signal);
  const values = accepted(reply);
  const [generation, settling, stored] = Array.isArray(values) ? values : [];
  if (typeof generation !== 'string') return { settled: false };
  const mark = `${generation}\n`;
  const isCurrent = typeof stored === 'string' && stored.startsWith(mark);
  return {
    generation,
    settled: settling === null,
    ...(isCurrent ? { json: stored.slice(mark.length) } : {}),
  };
}

async function store(
  redis: Redis,
  key: string,
  generation: string,
  json: string,
  maxAgeMs: number,
  signal: AbortSignal,
): Promise<void> {
  const [reply] = await redis.send([['SET', key, `${generation}\n${json}`, 'PX', String(maxAgeMs)]], signal);
  accepted(reply);
}

/** @returns undefined when the cache cannot be asked: that costs time, not the answer */
async function within<T>(
  { clock, metrics }: QueryCachePorts,
  timeoutMs: number,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const deadline = startDeadline(clock, timeoutMs);
  try {
    return await ask(deadline.signal);
  } catch (error) {
    if (!(error instanceof RedisError) && error !== deadline.signal.reason) throw error;
    metrics.count('redis', 'unavailable');
    return undefined;
  } finally {
    deadline.cancel();
  }
}
