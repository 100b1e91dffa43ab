/** The rights of the query cache's users, on real Redis: each may do what its part sends, and nothing else. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectRedis } from '../../shared/cache/connect.ts';
import { GENERATION_KEY, generationBump } from '../../shared/cache/generation.ts';
import { queryCache } from '../../shared/cache/query-cache.ts';
import { KEEPER_ACL, READERS_ACL } from '../../shared/cache/query-cache-acl.ts';
import type { Command, Redis } from '../../shared/cache/redis.ts';
import { systemClock } from '../../shared/time/clock.ts';
import type { CacheUnderTest } from '../contracts/cache-contract.ts';
import { startRedis } from './start-redis.ts';

const never = new AbortController().signal;

let server: CacheUnderTest;
let admin: Redis;
const closing: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  server = await startRedis();
  admin = connectRedis({ url: server.url, clock: systemClock });
});

afterAll(async () => {
  for (const close of closing) await close();
  admin.close();
  await server.close();
});

async function connectedAs(acl: string): Promise<Redis> {
  const user = { username: `test-${randomUUID()}`, password: randomUUID() };
  const rules = ['on', `>${user.password}`, ...acl.split(' ')];
  expect(await admin.send([['ACL', 'SETUSER', user.username, ...rules]], never)).toEqual(['OK']);
  const redis = connectRedis({ url: server.url, clock: systemClock, credentials: async () => user });
  closing.push(async () => {
    redis.close();
    await admin.send([['ACL', 'DELUSER', user.username]], never);
  });
  return redis;
}

async function expectRefused(redis: Redis, commands: readonly Command[]): Promise<void> {
  const replies = await redis.send(commands, never);
  expect(replies).toEqual(replies.map(() => ({ kind: 'refused', code: 'NOPERM' })));
}

it('the keeper begins generations, and can neither read pages nor write any', async () => {
  const redis = await connectedAs(KEEPER_ACL);
  const id = randomUUID();
  await generationBump(redis, { newId: () => id })(never);
  expect(await admin.send([['GET', GENERATION_KEY]], never)).toEqual([id]);
  await expectRefused(redis, [
    ['GET', GENERATION_KEY],
    ['SET', 'products:query:x', 'a'],
    ['DEL', GENERATION_KEY],
    ['FLUSHALL'],
  ]);
});

it('readers look for pages, keep them, and begin a generation where there is none', async () => {
  const redis = await connectedAs(READERS_ACL);
  await admin.send([['DEL', GENERATION_KEY, 'products:settling']], never);
  const lookups: string[] = [];
  const metrics = { count: (level: string, lookup: string) => lookups.push(`${level} ${lookup}`) };
  const cache = queryCache({ redis, clock: systemClock, metrics, newId: randomUUID });
  const key = `products:query:${randomUUID()}`;
  await cache.read(key, async () => 'page');
  expect(await admin.send([['EXISTS', GENERATION_KEY]], never)).toEqual([1]);
  // Settled, without waiting for it.
  await admin.send([['DEL', 'products:settling']], never);
  await cache.read(key, async () => 'page');
  await cache.read(key, async () => 'page');
  expect(lookups.at(-1)).toBe('redis hit');
  expect(lookups).not.toContain('redis unavailable');
  await expectRefused(redis, [
    ['GET', 'analysis:x'],
    ['SET', 'analysis:x', 'a'],
    ['KEYS', '*'],
    ['FLUSHALL'],
  ]);
});
