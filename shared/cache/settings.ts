/** The settings by which a function finds its cache, and says who it is. */
import * as z from 'zod/mini';
import { EnvironmentError } from '../config/environment.ts';
import type { Clock } from '../time/clock.ts';
import type { RedisOptions } from './connect.ts';
import { iamToken, type SigningCredentials } from './iam-token.ts';

const optionalText = z.optional(z.string());

/**
 * - `REDIS_URL`: `rediss://host:port`, TLS; `redis://host:port` without.
 * - `REDIS_AUTH`: `none`; `password` with `REDIS_PASSWORD` and, but for the default user, `REDIS_USER`; or `iam` with
 *   `REDIS_USER` and `REDIS_CACHE_NAME`, which ElastiCache admits by the function's own role, over TLS.
 */
export const redisSettings = {
  REDIS_URL: z.url({ error: 'expected the URL of the cache, redis://… or rediss://… for TLS' }),
  REDIS_AUTH: z.enum(['none', 'password', 'iam'], { error: 'expected none, password or iam' }),
  REDIS_USER: optionalText,
  REDIS_PASSWORD: optionalText,
  REDIS_CACHE_NAME: optionalText,
};

export interface RedisSettings {
  readonly REDIS_URL: string;
  readonly REDIS_AUTH: 'none' | 'password' | 'iam';
  readonly REDIS_USER?: string | undefined;
  readonly REDIS_PASSWORD?: string | undefined;
  readonly REDIS_CACHE_NAME?: string | undefined;
  readonly AWS_REGION: string;
}

export interface RedisIdentity {
  readonly clock: Clock;
  /** Those of any AWS SDK client will do (`dynamodb.config.credentials`); asked only by `REDIS_AUTH=iam`. */
  readonly credentials: () => Promise<SigningCredentials>;
}

/** @throws {EnvironmentError} naming what the chosen way of authentication lacks */
export function redisOptions(settings: RedisSettings, { clock, credentials }: RedisIdentity): RedisOptions {
  const { REDIS_URL: url, REDIS_USER: username } = settings;
  switch (settings.REDIS_AUTH) {
    case 'none':
      return { url, clock };
    case 'password': {
      const password = needed(settings, 'REDIS_PASSWORD');
      return { url, clock, credentials: async () => ({ username, password }) };
    }
    case 'iam': {
      const user = needed(settings, 'REDIS_USER');
      const cacheName = needed(settings, 'REDIS_CACHE_NAME');
      if (!url.startsWith('rediss:')) {
        throw new EnvironmentError(
          'REDIS_URL: a token goes over TLS only; give rediss://… with REDIS_AUTH=iam',
        );
      }
      const region = settings.AWS_REGION;
      return {
        url,
        clock,
        credentials: async () => ({
          username: user,
          password: iamToken({ user, cacheName, region, nowMs: clock.now() }, await credentials()),
        }),
      };
    }
  }
}

function needed(settings: RedisSettings, name: 'REDIS_USER' | 'REDIS_PASSWORD' | 'REDIS_CACHE_NAME'): string {
  const value = settings[name];
  if (value === undefined || value === '') {
    throw new EnvironmentError(`${name} is not set: REDIS_AUTH=${settings.REDIS_AUTH} needs it`);
  }
  return value;
}
