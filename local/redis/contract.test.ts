/** The embedded endpoint keeps the same rules as real Redis. */
import { systemClock } from '../../shared/time/clock.ts';
import { cacheContract } from '../../test/contracts/cache-contract.ts';
import { createRedisEngine, serveRedis } from './index.ts';

cacheContract('embedded', async () => {
  const server = await serveRedis(createRedisEngine({ clock: systemClock }), { port: 0 });
  return { url: server.url, close: () => server.close() };
});
