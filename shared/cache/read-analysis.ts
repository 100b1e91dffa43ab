/**
 * Reads an analysis by its id: from memory, else from Redis, else from the table, and never one that is past its time to
 * live. A cache that cannot be asked costs time, not the answer.
 */
import type { ReadItems } from '../dynamodb/read-items.ts';
import type { Item } from '../stream/change.ts';
import { startDeadline } from '../stream/deadline.ts';
import type { Clock } from '../time/clock.ts';
import { type Analysis, analysisKey } from './analysis.ts';
import type { CacheMetrics } from './cache-metrics.ts';
import { DEFAULT_LIFE_MS } from './effect.ts';
import { memoryLevel } from './memory-level.ts';
import { accepted, type Redis, RedisError } from './redis.ts';
import { compareAndSet } from './run-script.ts';
import { singleFlight } from './single-flight.ts';

export interface AnalysisReaderPorts {
  /** Of its own, with a short time-out: a reader would rather ask the table than wait. */
  readonly redis: Redis;
  /** Of the results table. */
  readonly readItems: ReadItems;
  readonly clock: Clock;
  readonly metrics: CacheMetrics;
}

export interface AnalysisReaderOptions {
  /**
   * For one read from Redis and table, ms.
   *
   * @default 5000
   */
  readonly timeoutMs?: number;
  /**
   * What memory may hold, in characters of JSON; 0 switches the level off.
   *
   * @default 16777216
   */
  readonly memoryCharacters?: number;
}

/** @returns undefined when there is no such analysis, or it has expired; rejects when neither cache nor table can say */
export type ReadAnalysis = (id: string) => Promise<Analysis | undefined>;

/** How long a change may go unnoticed by a process that has the analysis in memory. */
const MEMORY_MS = 30_000;

/** Make one per process, not one per request: it holds the memory level, and the flights that concurrent readers share. */
export function analysisReader(
  ports: AnalysisReaderPorts,
  { timeoutMs = 5_000, memoryCharacters = 16 * 1024 * 1024 }: AnalysisReaderOptions = {},
): ReadAnalysis {
  const { clock, metrics } = ports;
  const memory = memoryLevel(clock, memoryCharacters);
  const flight = singleFlight<string | undefined>();

  const load = async (id: string): Promise<string | undefined> => {
    const untilMs = clock.now() + MEMORY_MS;
    const deadline = startDeadline(clock, timeoutMs);
    try {
      const json = await fromRedisOrTable(id, ports, deadline.signal);
      if (json !== undefined) memory.set(id, json, untilMs);
      return json;
    } finally {
      deadline.cancel();
    }
  };

  return async (id) => {
    const held = memory.get(id);
    metrics.count('memory', held === undefined ? 'miss' : 'hit');
    const json = held ?? (await flight(id, () => load(id)));
    const analysis = json === undefined ? undefined : (JSON.parse(json) as Analysis);
    return isExpired(analysis, clock) ? undefined : analysis;
  };
}

async function fromRedisOrTable(
  id: string,
  ports: AnalysisReaderPorts,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { metrics, readItems, clock } = ports;
  const cached = await readCached(id, ports, signal);
  metrics.count('redis', cached.kind);
  if (cached.kind === 'hit') return cached.json;
  const [item] = await readItems([{ id }], signal);
  const isThere = item !== undefined && !isExpired(item, clock);
  metrics.count('table', isThere ? 'hit' : 'miss');
  if (!isThere) return undefined;
  const json = JSON.stringify(item);
  if (cached.kind === 'miss') await fill(id, item, json, ports, signal);
  return json;
}

type Cached =
  | { readonly kind: 'hit'; readonly json: string }
  | { readonly kind: 'miss' }
  | { readonly kind: 'unavailable' };

async function readCached(id: string, { redis }: AnalysisReaderPorts, signal: AbortSignal): Promise<Cached> {
  try {
    const [reply] = await redis.send([['GET', analysisKey(id)]], signal);
    const json = accepted(reply);
    return typeof json === 'string' ? { kind: 'hit', json } : { kind: 'miss' };
  } catch (error) {
    if (error instanceof RedisError) return { kind: 'unavailable' };
    throw error;
  }
}

/** At position 0 and only where nothing is stored: whatever an event has written, a tombstone too, is at least as good. */
async function fill(
  id: string,
  item: Item,
  json: string,
  { redis, clock, metrics }: AnalysisReaderPorts,
  signal: AbortSignal,
): Promise<void> {
  const ttlMs = ttlMsOf(item) ?? clock.now() + DEFAULT_LIFE_MS;
  try {
    const value = { json, expiresAtMs: ttlMs };
    const key = analysisKey(id);
    await compareAndSet(
      redis,
      [{ key, condition: { kind: 'still', version: '' }, value, tombstoneUntilMs: ttlMs }],
      signal,
    );
  } catch (error) {
    if (!(error instanceof RedisError)) throw error;
    metrics.count('redis', 'unavailable');
  }
}

function isExpired(item: { readonly ttl?: unknown } | undefined, clock: Clock): boolean {
  const ttlMs = ttlMsOf(item);
  return ttlMs !== undefined && ttlMs <= clock.now();
}

function ttlMsOf(item: { readonly ttl?: unknown } | undefined): number | undefined {
  return typeof item?.ttl === 'number' ? item.ttl * 1_000 : undefined;
}
