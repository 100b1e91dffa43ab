import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { Client } from '@opensearch-project/opensearch';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inProcessConnection } from '../../local/search-engine/index.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { productsProcessor } from '../../processors/products/processor.ts';
import { batchContext } from '../../test/support/batch-context.ts';
import { embeddedRedis } from '../../test/support/embedded-redis.ts';
import { ALIAS, productIndex } from '../../test/support/product-index.ts';
import { productImage, productKeys, streamRecord } from '../../test/support/record.ts';
import { createSearchClient } from '../search/client.ts';
import { decodeImage } from '../stream/attribute-value.ts';
import type { StreamProcessor } from '../stream/processor.ts';
import { runBatch } from '../stream/run-batch.ts';
import { cachedProductSearch } from './cached-product-search.ts';
import { bumpByFunction, forgettingQueries } from './forgetting-queries.ts';
import { generationBump, persistent } from './generation.ts';
import { type QueryCache, queryCache } from './query-cache.ts';
import { RedisError } from './redis.ts';

/** The processor as it is deployed, a reader beside it, and a cache between them. */
async function market() {
  const clock = new VirtualClock(1_700_000_000_000);
  const index = productIndex(clock);
  onTestFinished(() => index.close());
  const redis = embeddedRedis(clock);
  const client = createSearchClient({
    endpoint: 'http://embedded',
    signing: 'none',
    Connection: inProcessConnection(index.engine),
  });
  let ids = 0;
  const newId = () => `generation-${ids++}`;
  const codes: string[] = [];
  const lookups: string[] = [];
  const rows = new Map<string, object>();
  const order: string[] = [];
  const readItems = async (keys: readonly Readonly<Record<string, string>>[]) =>
    keys.map(({ PK = '' }) => {
      const row = rows.get(PK);
      return row === undefined ? undefined : decodeImage(row);
    });
  const plain = productsProcessor({ client, alias: ALIAS, readItems });
  const bump = generationBump(redis, { newId });
  const processor = forgettingQueries(plain, {
    bump: async (signal) => {
      order.push(`bumped with ${index.documents().size} documents`);
      await bump(signal);
    },
    onUnavailable: (code) => codes.push(code),
  });
  const search = cachedProductSearch(
    client,
    ALIAS,
    queryCache({ redis, clock, newId, metrics: { count: (level, how) => lookups.push(`${level} ${how}`) } }),
  );
  let changes = 0;
  return {
    clock,
    redis,
    codes,
    lookups,
    order,
    async change(id: string, status: string) {
      const newImage = productImage(id, { status: { S: status } });
      rows.set(`PRODUCT#${id}`, newImage);
      const record = streamRecord({
        keys: productKeys(id),
        newImage,
        seq: `${++changes}00000000000000000000`,
      });
      const context = batchContext({ clock });
      const ended = await clock.runUntil(runBatch(processor, [record], context));
      context.deadline.cancel();
      return ended.map(({ outcome }) => outcome.kind);
    },
    async found() {
      const page = await clock.runUntil(search({}));
      return page.products.map(({ productId }) => productId).sort();
    },
  };
}

describe('product changes and cached queries', () => {
  it('a cached query is not stale after a change', async () => {
    const { clock, change, found, lookups } = await market();
    await change('onion', 'active');
    await clock.advance(2_000);
    expect([await found(), await found()]).toEqual([['onion'], ['onion']]);
    expect(lookups.at(-1)).toBe('redis hit');
    await change('mango', 'active');
    expect(await found()).toEqual(['mango', 'onion']);
    await change('onion', 'deleted');
    expect(await found()).toEqual(['mango']);
  });

  it('the cache forgets after the write, never before it', async () => {
    const { change, order } = await market();
    await change('onion', 'active');
    expect(order).toEqual(['bumped with 1 documents']);
  });

  it('a change is applied whether or not the cache can be told', async () => {
    const { change, redis, codes } = await market();
    redis.failsWith = 'REDIS_UNREACHABLE';
    expect(await change('onion', 'active')).toEqual(['applied']);
    expect(codes).toEqual(['REDIS_UNREACHABLE']);
  });
});

describe('telling the cache', () => {
  const work = [
    { key: 'p', effect: 'e', change: { eventId: '1', eventName: 'INSERT', keys: {}, expired: false } },
  ] as const;
  const applied: StreamProcessor<string> = {
    name: 'any',
    images: 'new',
    orderingKey: () => 'p',
    decide: () => ({ kind: 'effect', effect: 'e' }),
    carryOut: async (given) => given.map(() => ({ kind: 'applied' })),
  };

  it('follows what an operator had mended, as it follows a batch', async () => {
    const context = batchContext();
    const order: string[] = [];
    const { projection } = forgettingQueries<string>(
      {
        ...applied,
        projection: {
          compare: async () => [],
          list: async () => ({ keys: [] }),
          reconcile: async (keys) => {
            order.push('mended');
            return keys.map(() => ({ kind: 'applied' }));
          },
        },
      },
      { bump: async () => void order.push('forgotten'), onUnavailable: () => {} },
    );
    expect(await projection?.reconcile(['p'], context)).toEqual([{ kind: 'applied' }]);
    await projection?.compare(['p'], context);
    expect(order).toEqual(['mended', 'forgotten']);
  });

  it('goes on beyond the deadline of a batch that ran into it, for its own short time', async () => {
    const context = batchContext({ deadlineMs: 0 });
    const codes: string[] = [];
    let aborted: boolean | undefined;
    const { carryOut } = forgettingQueries<string>(applied, {
      bump: async (signal) => {
        aborted = signal.aborted;
      },
      onUnavailable: (code) => codes.push(code),
    });
    await context.clock.runUntil(carryOut(work, context));
    expect([aborted, codes]).toEqual([false, []]);
  });

  it('is given up after its time', async () => {
    const context = batchContext();
    const codes: string[] = [];
    const { carryOut } = forgettingQueries<string>(applied, {
      bump: (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      onUnavailable: (code) => codes.push(code),
    });
    expect(await context.clock.runUntil(carryOut(work, context))).toEqual([{ kind: 'applied' }]);
    expect(codes).toEqual(['TIMEOUT']);
  });

  it('names what Lambda refused by the name of its error, never by its text', async () => {
    const context = batchContext();
    const codes: string[] = [];
    const { carryOut } = forgettingQueries<string>(applied, {
      bump: async () => {
        throw Object.assign(new Error('arn:aws:… is not authorized'), { name: 'AccessDeniedException' });
      },
      onUnavailable: (code) => codes.push(code),
    });
    await context.clock.runUntil(carryOut(work, context));
    expect(codes).toEqual(['AccessDeniedException']);
  });

  it.each([
    [2, undefined],
    [3, 'REDIS_TIMEOUT'],
  ])('survives dead connections: of %i, what is thrown is %s', async (failures, thrown) => {
    let attempts = 0;
    const bump = persistent(async () => {
      if (attempts++ < failures) throw new RedisError('REDIS_TIMEOUT');
    });
    const told = bump(new AbortController().signal).then(
      () => undefined,
      (error: RedisError) => error.code,
    );
    expect([await told, attempts]).toEqual([thrown, 3]);
  });
});

it('a function that bumps is only told to: nobody waits until it has', async () => {
  const inputs: unknown[] = [];
  const lambda = {
    send: async ({ input }: { readonly input: unknown }) => inputs.push(input),
  } as unknown as LambdaClient;
  await bumpByFunction(lambda, 'keeper')(new AbortController().signal);
  expect(inputs).toEqual([{ FunctionName: 'keeper', InvocationType: 'Event' }]);
});

it('has a second where nobody says otherwise', async () => {
  const { clock } = batchContext();
  const codes: string[] = [];
  const idle: StreamProcessor<never> = {
    name: 'products',
    images: 'new',
    orderingKey: () => undefined,
    decide: () => ({ kind: 'ignored', rule: 'x' }),
    carryOut: async () => [],
  };
  const { carryOut } = forgettingQueries(idle, {
    bump: (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    onUnavailable: (code) => codes.push(code),
  });
  const startMs = clock.now();
  await clock.runUntil(carryOut([], batchContext({ clock })));
  expect([clock.now() - startMs, codes]).toEqual([1_000, ['TIMEOUT']]);
});

it('pages answer only for what was asked: index, words, filters and size', async () => {
  const keys: string[] = [];
  const cache: QueryCache = {
    async read(key) {
      keys.push(key);
      return '{}';
    },
  };
  for (const alias of ['products', 'products-2'])
    for (const query of [
      { text: 'tomato' },
      { text: 'onion' },
      { text: 'tomato', size: 5 },
      { text: 'tomato', state: 'Bihar' },
    ])
      await cachedProductSearch({} as Client, alias, cache)(query);
  expect(new Set(keys).size).toBe(8);
  expect(keys.join()).not.toMatch(/tomato|onion|Bihar/);
});
