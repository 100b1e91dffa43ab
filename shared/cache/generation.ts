/**
 * The generation of query results: a name that changes whenever products change, and with it every cached result is of the
 * past. A name is never used twice, so that a generation that was lost with its server cannot come back.
 */
import { accepted, type Redis, RedisError } from './redis.ts';

export interface GenerationOptions {
  /** The index's `refresh_interval`, ms: a search may not see what was written within it. @default 1000 */
  readonly refreshIntervalMs?: number;
  /** Gives a name that was never given before. */
  readonly newId: () => string;
}

/** Keys without a time to live outlast every result that names them (they are not candidates of `volatile-*` eviction either). */
export const GENERATION_KEY = 'products:generation';
export const SETTLING_KEY = 'products:settling';

/** Two, because the refresh after the write may just have begun before it. */
const REFRESHES = 2;

export type BumpGeneration = (signal: AbortSignal) => Promise<void>;

/**
 * First the time in which nothing is cached, then the name: a reader that sees the new generation also sees that.
 *
 * @returns rejects with {@link RedisError} when the cache cannot be told; results are then stale until they expire by themselves
 */
export function generationBump(
  redis: Redis,
  { refreshIntervalMs = 1_000, newId }: GenerationOptions,
): BumpGeneration {
  return async (signal) => {
    const replies = await redis.send(
      [
        ['SET', SETTLING_KEY, '1', 'PX', String(REFRESHES * refreshIntervalMs)],
        ['SET', GENERATION_KEY, newId()],
      ],
      signal,
    );
    for (const reply of replies) accepted(reply);
  };
}

/** A connection that was idle for long may be dead without anybody having said so. */
export const BUMP_ATTEMPTS = 3;

/** Tries again what Redis did not answer; a bump that was carried out twice forgets no more than once. */
export function persistent(bump: BumpGeneration): BumpGeneration {
  return async (signal) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await bump(signal);
      } catch (error) {
        if (attempt === BUMP_ATTEMPTS || !(error instanceof RedisError)) throw error;
      }
    }
  };
}
