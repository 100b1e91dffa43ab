import {
  IdempotencyConfig,
  IdempotencyItemAlreadyExistsError,
  IdempotencyRecordStatus,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { BasePersistenceLayer, IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { type MemoryClaimTable, memoryClaimTable } from '../../test/support/claim-table.ts';
import {
  embeddedDynamoDb,
  IDEMPOTENCY_TABLE,
  startIdempotencyTable,
} from '../../test/support/idempotency-table.ts';
import { systemClock } from '../time/clock.ts';
import type { ClaimTable } from './claim-table.ts';
import { CoalescingPersistenceLayer } from './coalescing-persistence.ts';
import { dynamodbClaimTable } from './dynamodb-claim-table.ts';

let invocations = 0;

function layerOn(table: ClaimTable, clock = systemClock, prefix = 'streamkeeper#test') {
  return new CoalescingPersistenceLayer({
    table,
    clock,
    prefix,
    random: () => 0.5,
    signal: new AbortController().signal,
    owner: `invocation-${invocations++}`,
  });
}

const config = (options: ConstructorParameters<typeof IdempotencyConfig>[0] = {}) =>
  new IdempotencyConfig({ ...options, lambdaContext: { getRemainingTimeInMillis: () => 15_000 } as never });

function guarded(layer: BasePersistenceLayer, effect: () => Promise<unknown>) {
  return makeIdempotent((_key: string) => effect(), {
    persistenceStore: layer,
    config: config(),
    dataIndexArgument: 0,
  });
}

const status = (table: MemoryClaimTable, key: string) =>
  JSON.parse(table.items.get(`streamkeeper#test#${key}`)?.state ?? '{}').status;

describe.skipIf(!embeddedDynamoDb)('on the embedded DynamoDB (Linux x64)', () => {
  it('a thousand records cost at most 0.1 requests each, and no more when they come again', async () => {
    const server = await startIdempotencyTable();
    try {
      const table = dynamodbClaimTable(server.client, IDEMPOTENCY_TABLE);
      let happened = 0;
      for (const delivery of ['first', 'second']) {
        const before = server.sent.length;
        const run = guarded(layerOn(table), async () => ({ delivery, count: ++happened }));
        await Promise.all(Array.from({ length: 1000 }, (_, index) => run(`event-${index}`)));
        expect((server.sent.length - before) / 1000).toBeLessThanOrEqual(0.1);
      }
      expect(happened).toBe(1000);
    } finally {
      await server.close();
    }
  });
});

describe('a claim whose request was sent twice', () => {
  it('is known as its own at once', async () => {
    const table = memoryClaimTable();
    const twice: ClaimTable = {
      ...table,
      write: async (writes, signal) => {
        await table.write(writes, signal);
        return table.write(writes, signal);
      },
    };
    expect(await guarded(layerOn(twice), async () => 'done')('e1')).toBe('done');
    expect(status(table, 'e1')).toBe('COMPLETED');
  });
});

describe('a claim that was lost to another invocation', () => {
  /** The first invocation's effect takes so long that a second one has taken its claim over. */
  async function overtaken(second: (clock: VirtualClock) => Promise<unknown>) {
    const table = memoryClaimTable();
    const clock = new VirtualClock(1_700_000_000_000);
    let end = (_: 'done' | Error) => {};
    const first = guarded(
      layerOn(table, clock),
      () =>
        new Promise((resolve, reject) => {
          end = (how) => (how === 'done' ? resolve(how) : reject(how));
        }),
    )('e1');
    await clock.advance(15_001);
    const running = guarded(layerOn(table, clock), () => second(clock))('e1');
    running.catch(() => {});
    await clock.advance(0);
    return { table, clock, first, running, endFirst: (how: 'done' | Error) => end(how) };
  }

  it('is completed all the same, and the other one’s failure does not undo that', async () => {
    const { table, clock, first, running, endFirst } = await overtaken(
      (time) => new Promise((_, reject) => time.after(1_000, () => reject(new Error('down')))),
    );
    endFirst('done');
    expect(await first).toBe('done');
    expect(status(table, 'e1')).toBe('COMPLETED');
    await expect(clock.runUntil(running)).rejects.toThrow('down');
    expect(status(table, 'e1')).toBe('COMPLETED');
  });

  it('is not given back: it is the other one’s', async () => {
    const { table, first, running, endFirst } = await overtaken(() => new Promise(() => {}));
    void running;
    endFirst(new Error('down'));
    await expect(first).rejects.toThrow('down');
    expect(status(table, 'e1')).toBe('INPROGRESS');
  });

  it('is completed anew when its record has vanished', async () => {
    const table = memoryClaimTable();
    const run = guarded(layerOn(table), async () => {
      table.items.clear();
      return 'done';
    });
    expect(await run('e1')).toBe('done');
    expect(status(table, 'e1')).toBe('COMPLETED');
  });
});

describe('its place in Powertools', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is needed for stale claims: Powertools 2.35 takes one that it is shown for live', async () => {
    const stale = new IdempotencyRecord({
      idempotencyKey: 'e1',
      status: IdempotencyRecordStatus.INPROGRESS,
      inProgressExpiryTimestamp: Date.now() - 60_000,
    });
    class ShowsStaleClaim extends BasePersistenceLayer {
      protected async _putRecord(): Promise<void> {
        throw new IdempotencyItemAlreadyExistsError('exists', stale);
      }
      protected async _getRecord() {
        return stale;
      }
      protected async _updateRecord() {}
      protected async _deleteRecord() {}
    }
    const running = guarded(new ShowsStaleClaim(), async () => 'done')('e1');
    await expect(running).rejects.toMatchObject({ name: 'IdempotencyAlreadyInProgressError' });
  });

  it('leaves readable keys, and never another prefix than its own', async () => {
    const table = memoryClaimTable();
    const run = makeIdempotent((_key: string) => Promise.resolve('done'), {
      persistenceStore: layerOn(table),
      config: config(),
      keyPrefix: 'bookings-api',
      dataIndexArgument: 0,
    });
    await run('e1');
    expect([...table.items.keys()]).toEqual(['streamkeeper#test#e1']);
  });

  it('hashes what is not text, as Powertools does', async () => {
    const table = memoryClaimTable();
    const run = makeIdempotent((_: object) => Promise.resolve('done'), {
      persistenceStore: layerOn(table),
      config: config(),
    });
    await run({ b: 1, a: 2 });
    expect(await run({ a: 2, b: 1 })).toBe('done');
    expect([...table.items.keys()]).toEqual([expect.stringMatching(/^streamkeeper#test#[\w+/]{22}==$/)]);
  });

  it('reads back what it stored', async () => {
    const table = memoryClaimTable();
    const layer = layerOn(table);
    layer.configure({ config: config() });
    await layer.saveInProgress('e1', 1_000);
    expect((await layer.getRecord('e1')).getStatus()).toBe('INPROGRESS');
    await layer.saveSuccess('e1', { a: 1 });
    expect((await layer.getRecord('e1')).getResponse()).toEqual({ a: 1 });
    await expect(layer.getRecord('e2')).rejects.toMatchObject({ name: 'IdempotencyItemNotFoundError' });
  });

  it('reads a record as expired when its window is over, and not before', async () => {
    const clock = new VirtualClock(1_700_000_000_000);
    const layer = layerOn(memoryClaimTable(), clock);
    layer.configure({ config: config({ expiresAfterSeconds: 60 }) });
    await layer.saveInProgress('e1', 1_000);
    await layer.saveSuccess('e1', 'done');
    await clock.advance(59_000);
    expect((await layer.getRecord('e1')).getStatus()).toBe('COMPLETED');
    await clock.advance(2_000);
    expect((await layer.getRecord('e1')).getStatus()).toBe('EXPIRED');
  });

  it('tells of no in-progress claim that outlives 15 s', async () => {
    const table = memoryClaimTable();
    const clock = new VirtualClock(1_700_000_000_000);
    const layer = layerOn(table, clock);
    layer.configure({ config: config() });
    await layer.saveInProgress('e1', 900_000);
    expect((await layer.getRecord('e1')).inProgressExpiryTimestamp).toBe(clock.now() + 15_000);
  });

  it.each([
    ['useLocalCache', { useLocalCache: true }],
    ['payloadValidationJmesPath', { payloadValidationJmesPath: 'a' }],
  ])('refuses %s, which has no meaning here', (setting, options) => {
    expect(() => layerOn(memoryClaimTable()).configure({ config: config(options) })).toThrow(setting);
  });

  it('refuses an empty prefix, under which the keys of others live', () => {
    expect(() => layerOn(memoryClaimTable(), systemClock, ' ')).toThrow('prefix');
  });
});
