import { describe, expect, it } from 'vitest';
import { applied, down, onceSetUp } from '../../test/support/once.ts';
import { createOnce, WINDOW_S } from './once.ts';
import { createRecall } from './recall.ts';

describe('recall', () => {
  it('says what once has done, under whatever names', async () => {
    const { once, recall, invocation, effect } = onceSetUp();
    const keys = [
      { eventId: 'e1' },
      { eventId: 'e#2', recipient: 'u%1', kind: 'x' },
      { eventId: 'e3', kind: 'x'.repeat(2_000) },
    ];
    expect(await recall(keys, invocation())).toEqual(keys.map(() => ({ kind: 'open' })));
    for (const key of keys) await once(key, invocation(), effect('done'));
    expect(await recall(keys, invocation())).toEqual(keys.map(() => ({ kind: 'happened' })));
    expect(await recall([{ eventId: 'e1', kind: 'x' }], invocation())).toEqual([{ kind: 'open' }]);
  });

  it('looks into the namespace that once claims in, a replay’s too', async () => {
    const { once, recall, table, invocation, replaying, effect, key } = onceSetUp({
      namespace: 'streamkeeper#x',
    });
    await once(key('live'), invocation(), effect('live'));
    await once(key('again'), replaying('r1'), effect('again'));
    const both = [key('live'), key('again')];
    const kinds = async (context = invocation()) => (await recall(both, context)).map(({ kind }) => kind);
    expect(await kinds()).toEqual(['happened', 'open']);
    expect(await kinds(replaying('r1'))).toEqual(['open', 'happened']);
    expect(await kinds(replaying('r2'))).toEqual(['open', 'open']);
    expect([...table.items.keys()]).toEqual([
      'streamkeeper#x#bids#live',
      'streamkeeper#x#replay-r1#bids#again',
    ]);
  });

  it('repeats the rule by which something was ignored', async () => {
    const { once, recall, invocation, effect, key } = onceSetUp();
    await once(key(), invocation(), effect('first', { kind: 'ignored', rule: 'no-address' }));
    expect(await recall([key()], invocation())).toEqual([{ kind: 'ignored', rule: 'no-address' }]);
  });

  it('holds for open what failed, what is under way, and what a dead process left', async () => {
    const { once, recall, clock, invocation, crashing, effect, key } = onceSetUp();
    await once(key('failed'), invocation(), effect('failed', down));
    void once(key('dead'), crashing(), () => new Promise(() => {}));
    const busy = once(key('busy'), invocation(), effect('busy', applied, 5_000));
    await clock.advance(1_000);
    const all = [key('failed'), key('dead'), key('busy')];
    expect((await recall(all, invocation())).map(({ kind }) => kind)).toEqual(['open', 'open', 'open']);
    await clock.runUntil(busy);
    expect((await recall(all, invocation())).map(({ kind }) => kind)).toEqual(['open', 'open', 'happened']);
  });

  it('forgets with once, after 15 days', async () => {
    const { once, recall, clock, invocation, effect, key } = onceSetUp();
    await once(key(), invocation(), effect('first'));
    await clock.advance((WINDOW_S - 1) * 1000);
    expect(await recall([key()], invocation())).toEqual([{ kind: 'happened' }]);
    await clock.advance(2_000);
    expect(await recall([key()], invocation())).toEqual([{ kind: 'open' }]);
  });

  it('asks for a hundred keys in a request, each key once, and writes nothing', async () => {
    const { recall, table, invocation } = onceSetUp();
    const keys = Array.from({ length: 250 }, (_, index) => ({ eventId: `e${index % 150}` }));
    expect(await recall(keys, invocation())).toHaveLength(250);
    expect(table.requests.map(({ kind, keys: asked }) => [kind, asked.length])).toEqual([
      ['read', 100],
      ['read', 50],
    ]);
  });

  it('tells what stands in its way: something that is not ours, or a table that cannot say', async () => {
    const { recall, table, clock, invocation, key } = onceSetUp();
    table.items.set('streamkeeper#bids#e1', { state: 'text', ttl: 2_000_000_000 });
    expect(await recall([key()], invocation())).toMatchObject([
      { kind: 'unreadable', failure: { code: 'IDEMPOTENCY_RECORD_UNREADABLE' } },
    ]);
    table.fault = () => 'silent';
    await expect(clock.runUntil(recall([key()], invocation()))).rejects.toThrow('3 s');
  });

  it('refuses a namespace that once refuses', () => {
    const { table } = onceSetUp();
    const ports = { processor: 'bids', table, namespace: 'bookings' };
    expect(() => createRecall(ports)).toThrow('namespace');
    expect(() => createOnce({ ...ports, newId: () => 'id' })).toThrow('namespace');
  });
});

describe('a replay', () => {
  it('lets an effect happen again, once for each name that an operator gives it', async () => {
    const { once, invocation, replaying, effect, key, log } = onceSetUp();
    await once(key(), invocation(), effect('live'));
    expect(await once(key(), replaying('r1'), effect('first replay'))).toEqual(applied);
    expect(await once(key(), replaying('r1'), effect('the same again'))).toEqual({ kind: 'duplicate' });
    expect(await once(key(), replaying('r2'), effect('second replay'))).toEqual(applied);
    expect(await once(key(), invocation(), effect('live again'))).toEqual({ kind: 'duplicate' });
    expect(log).toEqual(['live', 'first replay', 'second replay']);
  });
});
