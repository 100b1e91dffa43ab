/**
 * Analysis results into the cache: the shipped path from the stream's records on, the shipped projection alone, and what writes
 * without a guard cost, one at a time, pipelined by the client, and as ready-made bytes on a socket, which is the server's own
 * limit. All of them in every round, in turn.
 */

import { startRedisServer } from '../../local/engines/redis.ts';
import { lineOf, Problem } from '../../local/problem.ts';
import { createRedisEngine, serveRedis } from '../../local/redis/index.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { ratios, type Spread, spread } from '../statistics.ts';
import { type CacheWay, type CacheWayName, cacheWays } from './cache-ways.ts';

export interface CacheBenchOptions {
  /** Per batch. */
  readonly records: number;
  /** Of the analysis, as JSON. */
  readonly valueBytes: number;
  readonly rounds: number;
  /** REDIS_URL for a server that runs already, PATH for one to be started; without either the embedded one is measured. */
  readonly environment: NodeJS.ProcessEnv;
  say(line: string): void;
}

export interface CacheBenchResult {
  readonly engine: 'redis' | 'embedded';
  readonly records: number;
  readonly valueBytes: number;
  readonly rounds: number;
  readonly recordsPerSecond: Readonly<Record<CacheWayName, Spread>>;
  /** Of the shipped projection to each of the others, round by round. */
  readonly projectionTo: Readonly<Record<CacheWayName, Spread>>;
  /** Of the whole shipped path to each of the others, round by round. */
  readonly wholePathTo: Readonly<Record<CacheWayName, Spread>>;
}

interface Server {
  readonly engine: CacheBenchResult['engine'];
  readonly url: string;
  stop(): Promise<void>;
}

export async function benchCache(options: CacheBenchOptions): Promise<CacheBenchResult> {
  const server = await startServer(options);
  try {
    return await measureAll(server, options);
  } finally {
    await server.stop();
  }
}

async function startServer({ environment, say }: CacheBenchOptions): Promise<Server> {
  const { REDIS_URL: url } = environment;
  if (url) return { engine: 'redis', url, stop: async () => undefined };
  try {
    const server = await startRedisServer({ clock: systemClock, environment, say });
    return { engine: 'redis', ...server };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(`measuring the embedded server instead: ${lineOf(error)}`);
    const embedded = await serveRedis(createRedisEngine({ clock: systemClock }), { port: 0 });
    return { engine: 'embedded', url: embedded.url, stop: () => embedded.close() };
  }
}

async function measureAll({ engine, url }: Server, options: CacheBenchOptions): Promise<CacheBenchResult> {
  const { records, valueBytes, rounds } = options;
  const ways = await cacheWays(url, { records, valueBytes });
  const figures = new Map(ways.map(({ name }) => [name, [] as number[]]));
  for (const way of ways) await way.write(0);
  for (let round = 1; round <= rounds; round++) {
    for (const way of rotated(ways, round)) figures.get(way.name)?.push(await measure(way, round, records));
  }
  for (const way of ways) way.close();
  const of = (name: CacheWayName) => figures.get(name) ?? [];
  const forAll = <T>(make: (name: CacheWayName) => T) =>
    Object.fromEntries(ways.map(({ name }) => [name, make(name)])) as Record<CacheWayName, T>;
  return {
    engine,
    records,
    valueBytes,
    rounds,
    recordsPerSecond: forAll((name) => spread(of(name))),
    projectionTo: forAll((name) => ratios(of('projection'), of(name))),
    wholePathTo: forAll((name) => ratios(of('whole path'), of(name))),
  };
}

/** Whoever is first in one round is not in the next: what follows on a loaded machine is shared out. */
function rotated(ways: readonly CacheWay[], round: number): readonly CacheWay[] {
  const start = round % ways.length;
  return [...ways.slice(start), ...ways.slice(0, start)];
}

async function measure(way: CacheWay, round: number, records: number): Promise<number> {
  const prepared = way.prepare?.(round);
  const beganAt = process.hrtime.bigint();
  await way.write(round, prepared);
  return records / (Number(process.hrtime.bigint() - beganAt) / 1e9);
}
