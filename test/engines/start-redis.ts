/** The Redis of these tests: the one at REDIS_URL, or else a redis-server started here. */
import { startRedisServer } from '../../local/engines/redis.ts';
import { systemClock } from '../../shared/time/clock.ts';
import type { CacheUnderTest } from '../contracts/cache-contract.ts';

export async function startRedis(): Promise<CacheUnderTest> {
  const url = process.env['REDIS_URL'];
  if (url) return { url, close: async () => undefined };
  const say = (line: string) => console.error(`test:engines: ${line}`);
  const server = await startRedisServer({
    clock: systemClock,
    environment: process.env,
    whenMissing: 'install',
    say,
  });
  return { url: server.url, close: () => server.stop() };
}
