/** What a request holds, what counts as a failure, and what waits for an earlier record. */
import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { type CarryOutPorts, carryOut, paceOf } from './carry-out.ts';
import { type Door, EARLIER_UNSETTLED, MAX_REQUEST_BYTES, MAX_REQUEST_RECORDS } from './door.ts';
import type { Entry } from './entry.ts';
import { emptySpill, entry } from './testing.ts';

type Fate = 'applied' | 'poison' | 'transient' | 'not-sent';

async function run(
  entries: readonly Entry[],
  fateOf: (eventId: string) => Fate = () => 'applied',
  ports: Partial<CarryOutPorts> = {},
) {
  const requests: string[][] = [];
  const told: string[] = [];
  const failures = ports.failures ?? { most: Number.POSITIVE_INFINITY, count: 0 };
  const door: Pick<Door, 'carryOut'> = {
    async carryOut(_, records) {
      requests.push(records.map(({ eventId = '' }) => eventId));
      return records.map(({ eventId = '' }) => {
        const fate = fateOf(eventId);
        if (fate === 'applied') return { kind: fate, settled: true };
        if (fate === 'not-sent')
          return { kind: 'transient', settled: false, failure: { code: EARLIER_UNSETTLED } };
        return { kind: fate, settled: false, failure: { code: 'NO' } };
      });
    },
  };
  await carryOut(entries, {
    door: door as Door,
    spill: emptySpill,
    functionName: 'f',
    clock: new VirtualClock(),
    signal: new AbortController().signal,
    concurrency: 1,
    pace: { most: Number.POSITIVE_INFINITY, wait: async () => true },
    failures,
    async onResults(some) {
      told.push(...some.map(({ sent, result }) => `${sent.eventId} ${result?.word}`));
    },
    ...ports,
  });
  return { requests, told, failures };
}

const one = (eventId: string, parts: Parameters<typeof entry>[0] = {}) =>
  entry({ eventId, seq: '1', lane: eventId, ...parts });
const inLane = (count: number) =>
  Array.from({ length: count }, (_, index) => entry({ eventId: `e${index + 1}`, seq: `${index + 1}` }));
const alone = { most: 1, wait: async () => true };

test('what was applied before, by whoever, is settled as that; what is ignored says by which rule', async () => {
  const kinds = ['applied', 'duplicate', 'superseded', 'gone', 'ignored'] as const;
  const entries = kinds.map((kind) => one(kind));
  const door: Pick<Door, 'carryOut'> = {
    carryOut: async (_, records) =>
      records.flatMap(({ eventId }) => {
        const kind = kinds.find((known) => known === eventId);
        return kind === undefined
          ? []
          : [{ kind, settled: true, ...(kind === 'ignored' ? { rule: 'r' } : {}) }];
      }),
  };
  await run(entries, undefined, { door: door as Door });
  expect(Object.fromEntries(entries.map(({ sent, result }) => [sent.eventId, result]))).toEqual({
    applied: { settled: true, word: 'applied' },
    duplicate: { settled: true, word: 'already-applied' },
    superseded: { settled: true, word: 'superseded' },
    gone: { settled: true, word: 'gone' },
    ignored: { settled: true, word: 'ignored', rule: 'r' },
  });
});

test('a poison record has left the order: what follows it in its lane is carried out', async () => {
  const { told } = await run(inLane(3), (id) => (id === 'e1' ? 'poison' : 'applied'), { pace: alone });
  expect(told).toEqual(['e1 failed', 'e2 applied', 'e3 applied']);
});

test('what follows a record that may succeed later waits for another run, and is told of', async () => {
  const { told, requests } = await run(inLane(3), (id) => (id === 'e1' ? 'transient' : 'applied'), {
    pace: alone,
  });
  expect(requests).toEqual([['e1']]);
  expect(told).toEqual(['e1 failed', 'e2 held-back', 'e3 held-back']);
});

test('a record that was not sent is held back, and is none of the failures', async () => {
  const fates: Readonly<Record<string, Fate>> = { e1: 'transient', e2: 'not-sent' };
  const { told, failures } = await run(inLane(2), (id) => fates[id] ?? 'applied');
  expect(told).toEqual(['e1 failed', 'e2 held-back']);
  expect(failures.count).toBe(1);
});

test('a request holds no more bytes than an invocation takes; a record that is too large goes alone', async () => {
  const half = { bytes: Math.ceil(MAX_REQUEST_BYTES / 2) };
  const { requests } = await run([
    one('a', half),
    one('b', half),
    one('c'),
    one('d', { bytes: 2 * MAX_REQUEST_BYTES }),
    one('e'),
  ]);
  expect(requests).toEqual([['a'], ['b', 'c'], ['d'], ['e']]);
});

test('a request holds no more records than one invocation should', async () => {
  const many = Array.from({ length: MAX_REQUEST_RECORDS + 1 }, (_, index) => one(`e${index}`));
  const { requests } = await run(many);
  expect(requests.map(({ length }) => length)).toEqual([MAX_REQUEST_RECORDS, 1]);
});

test('no more records fail than may, whatever is settled between them', async () => {
  const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => one(id));
  const { requests, failures } = await run(all, (id) => (id === 'a' ? 'applied' : 'transient'), {
    failures: { most: 3, count: 0 },
  });
  expect(requests).toEqual([['a', 'b', 'c'], ['d']]);
  expect(failures.count).toBe(3);
  expect(all.filter(({ result }) => result === undefined)).toHaveLength(3);
});

test('one that fails ends the others after the requests under way', async () => {
  const clock = new VirtualClock();
  const requests: string[] = [];
  const lanes = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((lane) =>
    [1, 2, 3].map((seq) => entry({ eventId: `${lane}${seq}`, seq: `${seq}`, lane })),
  );
  const door: Pick<Door, 'carryOut'> = {
    async carryOut(_, records) {
      requests.push(...records.map(({ eventId = '' }) => eventId));
      await new Promise<void>((resolve) => clock.after(10, resolve));
      return records.map(() => ({ kind: 'applied', settled: true }));
    },
  };
  const told: string[] = [];
  const work = run(lanes, undefined, {
    door: door as Door,
    clock,
    concurrency: 6,
    pace: alone,
    async onResults(some) {
      told.push(...some.map(({ sent }) => sent.eventId ?? ''));
      if (told.length === 1) throw new Error('the trail is away');
    },
  });
  await expect(clock.runUntil(work)).rejects.toThrow('the trail is away');
  // One request of each worker that has lanes, and no second one.
  expect(requests.every((eventId) => eventId.endsWith('1'))).toBe(true);
  expect(requests.length).toBeGreaterThan(1);
  expect(told).toEqual(requests);
});

test('a lane is carried out in the order of its stream, whatever order its letters were read in', async () => {
  const { told } = await run(inLane(3).toReversed(), undefined, { pace: alone });
  expect(told).toEqual(['e1 applied', 'e2 applied', 'e3 applied']);
});

test('whoever waited for a turn while enough failed sends nothing any more', async () => {
  const clock = new VirtualClock();
  const lanes = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => one(id));
  const work = run(lanes, () => 'transient', {
    clock,
    concurrency: 6,
    pace: paceOf(1, clock),
    failures: { most: 1, count: 0 },
  });
  const { requests } = await clock.runUntil(work);
  expect(requests).toHaveLength(1);
});

test('a rate below one a second is kept, and none is saved up while nothing is sent', async () => {
  const clock = new VirtualClock();
  const { signal } = new AbortController();
  const slow = paceOf(0.5, clock);
  expect(slow.most).toBe(1);
  expect(paceOf(25.9, clock).most).toBe(25);
  await clock.advance(60_000);
  const begunMs = clock.now();
  for (let record = 0; record < 3; record++) await clock.runUntil(slow.wait(1, signal));
  expect(clock.now() - begunMs).toBe(4_000);
});

test('an interrupt ends the waiting for a turn', async () => {
  const clock = new VirtualClock();
  const interrupt = new AbortController();
  const slow = paceOf(1, clock);
  expect(await slow.wait(1, interrupt.signal)).toBe(true);
  const waiting = slow.wait(1, interrupt.signal);
  interrupt.abort();
  expect(await waiting).toBe(false);
  expect(await paceOf(undefined, clock).wait(1, interrupt.signal)).toBe(false);
  expect(await paceOf(1, clock).wait(1, interrupt.signal)).toBe(false);
});
