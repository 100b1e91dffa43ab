/**
 * What this project needs of a persistence layer for Powertools idempotency, as one suite: Powertools' own DynamoDB layer passes
 * it, and so does the one that coalesces. A rule that only one of them keeps is no rule here.
 *
 * Time is the wall clock's, held still and moved by hand, because Powertools reads no other.
 */
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import type { BasePersistenceLayer } from '@aws-lambda-powertools/idempotency/persistence';
import type { Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type IdempotencyTable, startIdempotencyTable } from '../support/idempotency-table.ts';

const PREFIX = 'streamkeeper#contract';
const WINDOW_S = 15 * 24 * 3600;
const CLAIM_MS = 15_000;

export type LayerOf = (table: IdempotencyTable, prefix: string) => BasePersistenceLayer;

/**
 * @param layerOf a persistence layer as a new invocation has it, whose keys begin with `prefix`
 * @param start the table, empty
 */
export function idempotencyContract(
  name: string,
  layerOf: LayerOf,
  start = () => startIdempotencyTable(),
): void {
  describe(`idempotency contract: ${name}`, () => {
    let running: IdempotencyTable | undefined;
    const table = (): IdempotencyTable => {
      if (running === undefined) throw new Error('the table is not there: DynamoDB failed to start');
      return running;
    };
    let begunS = 0;
    beforeAll(async () => {
      begunS = nowS();
      running = await start();
    });
    afterAll(() => running?.close());
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['Date'] });
    });
    afterEach(() => {
      table().fault = () => undefined;
      vi.useRealTimers();
    });

    const invocation = () => layerOf(table(), PREFIX);
    let keys = 0;
    const newKey = () => `event-${keys++}`;

    it('an effect happens once, and its result is given to whoever comes later', async () => {
      const key = newKey();
      const effect = counted(async () => ({ kind: 'applied', list: [1, 'अ', null], nested: { a: true } }));
      const layer = invocation();
      const first = await run(layer, key, effect);
      expect(await run(layer, key, effect)).toEqual(first);
      expect(await run(invocation(), key, effect)).toEqual(first);
      expect(effect.count).toBe(1);
    });

    it('an effect without a result happens once', async () => {
      const key = newKey();
      const effect = counted(async () => undefined);
      await run(invocation(), key, effect);
      expect(await run(invocation(), key, effect)).toBeUndefined();
      expect(effect.count).toBe(1);
    });

    it('different keys do not hinder each other', async () => {
      const effect = counted(async () => 'done');
      const layer = invocation();
      await Promise.all(Array.from({ length: 60 }, () => run(layer, newKey(), effect)));
      expect(effect.count).toBe(60);
    });

    it.each(['of one invocation', 'of two invocations'])(
      'of two concurrent claimers %s one runs, and the other is told that it does',
      async (whose) => {
        const key = newKey();
        const effect = counted(async () => 'done');
        const first = invocation();
        const second = whose === 'of one invocation' ? first : invocation();
        const both = await Promise.allSettled([run(first, key, effect), run(second, key, effect)]);
        expect(effect.count).toBe(1);
        const losers = both.filter((result) => result.status === 'rejected');
        for (const { reason } of losers) expect(reason.name).toBe('IdempotencyAlreadyInProgressError');
        expect(await run(invocation(), key, effect)).toBe('done');
        expect(effect.count).toBe(1);
      },
    );

    it('a claim is not to be had while it lives, and is taken over by one claimer when it is stale', async () => {
      const key = newKey();
      await crashInside(invocation(), key);
      const effect = counted(async () => 'done');
      advance(CLAIM_MS - 1);
      expect(await nameOfError(run(invocation(), key, effect))).toBe('IdempotencyAlreadyInProgressError');
      expect(effect.count).toBe(0);
      advance(2);
      await Promise.allSettled([run(invocation(), key, effect), run(invocation(), key, effect)]);
      expect(effect.count).toBe(1);
      expect(await run(invocation(), key, effect)).toBe('done');
    });

    it('an effect whose process dies before completion happens again after the claim’s life, and then no more', async () => {
      const key = newKey();
      const effect = counted(async () => 'done');
      await crashInside(invocation(), key, effect);
      expect(effect.count).toBe(1);
      advance(CLAIM_MS + 1);
      await run(invocation(), key, effect);
      await run(invocation(), key, effect);
      expect(effect.count).toBe(2);
    });

    it.each(['sent-twice', 'unanswered'] as const)(
      'a claimer that meets its own claim, %s, runs the effect once, at the latest when that is stale',
      async (fault) => {
        const key = newKey();
        const effect = counted(async () => 'done');
        const layer = invocation();
        let faults = 0;
        table().fault = (operation) => (isWrite(operation) && faults++ === 0 ? fault : undefined);
        const first = await outcomeOf(run(layer, key, effect));
        if (first !== 'done') {
          const second = await outcomeOf(run(layer, key, effect));
          advance(CLAIM_MS + 1);
          if (second !== 'done') await run(layer, key, effect);
        }
        expect(effect.count).toBe(1);
        expect(await run(invocation(), key, effect)).toBe('done');
        expect(effect.count).toBe(1);
      },
    );

    it('a completion that is sent twice counts once', async () => {
      const key = newKey();
      const effect = counted(async () => {
        table().fault = () => 'sent-twice';
        return 'done';
      });
      expect(await run(invocation(), key, effect)).toBe('done');
      table().fault = () => undefined;
      expect(await run(invocation(), key, effect)).toBe('done');
      expect(effect.count).toBe(1);
    });

    it('an error of the effect deletes the claim, and is the caller’s to see', async () => {
      const key = newKey();
      const failure = new Error('dependency down');
      const rejected = run(invocation(), key, async () => Promise.reject(failure));
      await expect(rejected).rejects.toBe(failure);
      expect(await run(invocation(), key, async () => 'done')).toBe('done');
    });

    it('a claim that cannot be written is an error, and nothing happens', async () => {
      const key = newKey();
      const effect = counted(async () => 'done');
      table().fault = () => 'refused';
      expect(await nameOfError(run(invocation(), key, effect))).toBe('IdempotencyPersistenceLayerError');
      expect(effect.count).toBe(0);
    });

    it('a key is forgotten when its window is over, deleted by time to live or not', async () => {
      const key = newKey();
      const effect = counted(async () => 'done');
      await run(invocation(), key, effect);
      advance((WINDOW_S - 5) * 1000);
      await run(invocation(), key, effect);
      expect(effect.count).toBe(1);
      advance(10_000);
      await run(invocation(), key, effect);
      expect(effect.count).toBe(2);
    });

    it('every item it leaves has the prefix and its time to live, and no other item is touched', async () => {
      const foreign = {
        idempotencyKey: { S: newKey() },
        result: { S: '{"bookingId":"b1"}' },
        ttl: { N: '7' },
      };
      await table().put(foreign);
      const key = foreign.idempotencyKey.S;
      await outcomeOf(run(invocation(), key, async () => Promise.reject(new Error('down'))));
      await run(invocation(), key, async () => 'done');
      const items = await table().all();
      expect(items).toContainEqual(foreign);
      const ours = items.filter((item) => item.idempotencyKey?.S?.startsWith(`${PREFIX}#`));
      expect(ours.length).toBe(items.length - 1);
      for (const item of ours) expect(Number(item.ttl?.N)).toBeGreaterThanOrEqual(begunS + WINDOW_S);
    });
  });
}

type Effect = () => Promise<unknown>;

function run(layer: BasePersistenceLayer, key: string, effect: Effect): Promise<unknown> {
  const config = new IdempotencyConfig({
    expiresAfterSeconds: WINDOW_S,
    lambdaContext: { getRemainingTimeInMillis: () => CLAIM_MS } as Context,
  });
  const options = { persistenceStore: layer, config, keyPrefix: PREFIX, dataIndexArgument: 0 };
  return makeIdempotent((_key: string) => effect(), options)(key);
}

/** Returns when the effect has been carried out, and lets nothing of the invocation happen after that. */
function crashInside(
  layer: BasePersistenceLayer,
  key: string,
  effect: Effect = async () => {},
): Promise<void> {
  return new Promise((resolve) => {
    void run(layer, key, async () => {
      await effect();
      resolve();
      return new Promise(() => {});
    });
  });
}

function counted(effect: Effect): Effect & { readonly count: number } {
  let count = 0;
  const counting = () => {
    count++;
    return effect();
  };
  return Object.defineProperty(counting, 'count', { get: () => count }) as Effect & {
    readonly count: number;
  };
}

function advance(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

const nowS = () => Math.floor(Date.now() / 1000);

const isWrite = (operation: string) => operation === 'PutItem' || operation === 'BatchExecuteStatement';

async function outcomeOf(running: Promise<unknown>): Promise<unknown> {
  return running.catch((error: unknown) => error);
}

async function nameOfError(running: Promise<unknown>): Promise<string> {
  const outcome = await outcomeOf(running);
  return outcome instanceof Error ? outcome.name : 'no error';
}
