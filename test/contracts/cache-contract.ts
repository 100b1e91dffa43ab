/**
 * What this project needs of a cache server, as one suite that every server it runs on has to pass: real Redis and the
 * embedded endpoint. Nothing in it waits: times to live are looked at, not lived through.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { connectRedis } from '../../shared/cache/connect.ts';
import type { Redis } from '../../shared/cache/redis.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { commandsContract } from './cache-commands.ts';
import { compareAndSetContract } from './cache-compare-and-set.ts';
import { scanningContract } from './cache-scanning.ts';
import { scriptsContract } from './cache-scripts.ts';

export interface CacheUnderTest {
  /** `redis://host:port` */
  readonly url: string;
  close(): Promise<void>;
}

export function cacheContract(name: string, start: () => Promise<CacheUnderTest>): void {
  describe(`cache contract: ${name}`, () => {
    let server: CacheUnderTest | undefined;
    let redis: Redis | undefined;
    beforeAll(async () => {
      server = await start();
      redis = connectRedis({ url: server.url, clock: systemClock });
    });
    afterAll(async () => {
      redis?.close();
      await server?.close();
    });

    const connection = (): Redis => {
      if (redis === undefined) throw new Error('the server is not running: it failed to start');
      return redis;
    };

    commandsContract(connection);
    scanningContract(connection);
    scriptsContract(connection);
    compareAndSetContract(connection);
  });
}
