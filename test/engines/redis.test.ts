/**
 * The cache contract on real Redis: the one at REDIS_URL, where the tests leave keys of their own and make the server
 * forget its scripts, or else a redis-server started here.
 */
import { cacheContract } from '../contracts/cache-contract.ts';
import { startRedis } from './start-redis.ts';

cacheContract('Redis', startRedis);
