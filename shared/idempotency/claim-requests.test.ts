import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { memoryClaimTable } from '../../test/support/claim-table.ts';
import { claimRequests } from './claim-requests.ts';
import type { ClaimTable } from './claim-table.ts';

/** Requests to a table that takes so long, or never answers, and notes by which signal it was to stop. */
function setUp(takesMs?: number) {
  const clock = new VirtualClock();
  const invocation = new AbortController();
  const table = memoryClaimTable();
  const signals: AbortSignal[] = [];
  let underWay = 0;
  let most = 0;
  const slow = async <T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> => {
    signals.push(signal);
    most = Math.max(most, ++underWay);
    await new Promise<void>((resolve) => {
      if (takesMs !== undefined) clock.after(takesMs, resolve);
    });
    underWay--;
    return request();
  };
  const noting: ClaimTable = {
    limits: table.limits,
    write: (writes, signal) => slow(signal, () => table.write(writes, signal)),
    read: (keys, signal) => slow(signal, () => table.read(keys, signal)),
  };
  const { signal } = invocation;
  const requests = claimRequests({ table: noting, clock, signal }, () => 0);
  return { clock, invocation, signals, mostUnderWay: () => most, ...requests };
}

const insert = (key: string) => ({ kind: 'insert', key, state: 'made', ttl: 1 }) as const;

describe('a request to the table of claims', () => {
  it('that takes longer than 3 s is ended, so that it does not land long after it was given up', async () => {
    const { clock, signals, read, write } = setUp();
    for (const asked of [read('a').then(String), write(insert('a')).then(String)])
      await expect(clock.runUntil(asked)).rejects.toMatchObject({ code: 'IDEMPOTENCY_TIMED_OUT' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('ends with its invocation, for the invocation’s reason, and none begins after that', async () => {
    const { clock, invocation, signals, read } = setUp();
    const over = new Error('over');
    const asked = read('a');
    clock.after(1_000, () => invocation.abort(over));
    await expect(clock.runUntil(asked)).rejects.toBe(over);
    expect(clock.now()).toBe(1_000);
    expect(signals.map(({ reason }) => reason)).toEqual([over]);
    await expect(clock.runUntil(read('b'))).rejects.toBe(over);
    expect(clock.now()).toBe(1_000);
    expect(signals).toHaveLength(1);
  });

  it('waits for no other, of up to eight', async () => {
    const { clock, write, mostUnderWay } = setUp(100);
    const all = Array.from({ length: 300 }, (_, index) => write(insert(`k${index}`)));
    expect(new Set(await clock.runUntil(Promise.all(all)))).toEqual(new Set([true]));
    expect(mostUnderWay()).toBe(8);
    expect(clock.now()).toBe(200);
  });
});
