/** The embedded Redis as a process, where there is no real one: it forgets everything when it ends. */
import { createRedisEngine, serveRedis } from '../../../local/redis/index.ts';
import { systemClock } from '../../../shared/time/clock.ts';
import { obey, tell } from './orders.ts';

obey(async () => {
  const server = await serveRedis(createRedisEngine({ clock: systemClock }), { port: 0 });
  tell({ kind: 'up', port: Number(new URL(server.url).port) });
  return () => server.close();
});
