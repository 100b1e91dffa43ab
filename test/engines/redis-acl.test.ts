/** The rights of the deployed cache's user, on real Redis: all that the projection sends is admitted, and nothing else of ours. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { analysisResultsProcessor } from '../../processors/analysis-results/processor.ts';
import { connectRedis } from '../../shared/cache/connect.ts';
import { PROJECTION_ACL } from '../../shared/cache/projection/acl.ts';
import type { Redis } from '../../shared/cache/redis.ts';
import { decodeImage } from '../../shared/stream/attribute-value.ts';
import { planBatch } from '../../shared/stream/plan-batch.ts';
import { runBatch } from '../../shared/stream/run-batch.ts';
import { systemClock } from '../../shared/time/clock.ts';
import type { CacheUnderTest } from '../contracts/cache-contract.ts';
import { analysisImage, analysisRecord } from '../support/analysis.ts';
import { batchContext } from '../support/batch-context.ts';
import { startRedis } from './start-redis.ts';

const never = new AbortController().signal;
const user = { username: `test-${randomUUID()}`, password: randomUUID() };

let server: CacheUnderTest;
let admin: Redis;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  admin = connectRedis({ url: server.url, clock: systemClock });
  const rules = ['on', `>${user.password}`, ...PROJECTION_ACL.split(' ')];
  expect(await admin.send([['ACL', 'SETUSER', user.username, ...rules]], never)).toEqual(['OK']);
  redis = connectRedis({ url: server.url, clock: systemClock, credentials: async () => user });
});

afterAll(async () => {
  redis.close();
  await admin.send([['ACL', 'DELUSER', user.username]], never);
  admin.close();
  await server.close();
});

it('they are enough to process, redrive, plan, compare, mend and list', async () => {
  const nowS = Math.floor(Date.now() / 1_000);
  const id = randomUUID();
  const newImage = analysisImage(id, '$1', nowS + 3_600);
  const processor = analysisResultsProcessor({
    redis,
    readItems: async (keys) => keys.map(() => decodeImage(newImage)),
  });
  const record = analysisRecord(id, { at: nowS, seq: '1', newImage });
  const context = (redriven: boolean) => batchContext({ clock: new VirtualClock(Date.now()), redriven });
  await admin.send([['SCRIPT', 'FLUSH']], never);
  const outcome = async (redriven: boolean) =>
    (await runBatch(processor, [record], context(redriven))).map((one) => one.outcome.kind);
  expect(await outcome(false)).toEqual(['applied']);
  expect(await outcome(true)).toEqual(['applied']);
  expect((await planBatch(processor, [record], context(true)))[0]?.verdict).toEqual({
    kind: 'already-applied',
  });
  expect(await processor.projection?.compare([id], context(true))).toEqual([{ kind: 'equal' }]);
  expect(await processor.projection?.reconcile([id], context(true))).toEqual([{ kind: 'applied' }]);
  expect((await processor.projection?.list({ limit: 10 }, context(true)))?.keys).toBeInstanceOf(Array);
});

it('they are not enough for keys and commands of others', async () => {
  const replies = await redis.send(
    [['GET', 'products:generation'], ['SET', 'other', 'a'], ['FLUSHALL'], ['KEYS', '*']],
    never,
  );
  expect(replies).toEqual(replies.map(() => ({ kind: 'refused', code: 'NOPERM' })));
});
