/**
 * The cache contract on real Redis: the one at REDIS_URL, where the tests leave keys of their own and make the server
 * forget its scripts, or else a redis-server started here.
 */
import { startRedisServer } from '../../local/engines/redis.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { cacheContract } from '../contracts/cache-contract.ts';

cacheContract('Redis', async () => {
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
});
