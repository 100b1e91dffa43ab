/** The pure parts of a redrive, and those that talk to nobody. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { carryOut, paceOf } from './carry-out.ts';
import { decide } from './decide.ts';
import type { Door } from './door.ts';
import { readOutcomes, readPlan } from './door-answers.ts';
import type { Entry } from './entry.ts';
import { inStreamOrder, workerOf } from './order.ts';
import { planRows } from './report.ts';
import { openSpill, type Spill } from './spill.ts';
import { entry } from './testing.ts';

describe('an answer of the door', () => {
  const sent = [
    { eventId: 'a', sequenceNumber: '1' },
    { eventId: undefined, sequenceNumber: undefined },
  ];
  const one = { eventId: 'a', sequenceNumber: '1', outcome: 'applied', settled: true };
  const two = {
    eventId: null,
    sequenceNumber: null,
    outcome: 'transient',
    settled: false,
    failure: { code: 'X' },
  };
  const answer = (outcomes: unknown, id = 'run') => ({ redrive: { id }, outcomes });

  it('is taken when it is about each record sent, in order', () => {
    expect(readOutcomes(answer([one, two]), 'run', sent)).toEqual({
      ok: true,
      answers: [
        { kind: 'applied', settled: true },
        { kind: 'transient', settled: false, failure: { code: 'X' } },
      ],
    });
  });

  it.each([
    ['another run', answer([one, two], 'other')],
    ['too few', answer([one])],
    ['too many', answer([one, two, two])],
    ['in another order', answer([two, one])],
    ['about another event', answer([{ ...one, eventId: 'b' }, two])],
    ['about another position', answer([{ ...one, sequenceNumber: '2' }, two])],
    ['settled, but poison', answer([{ ...one, outcome: 'poison' }, two])],
    ['settled, without having been applied', answer([one, { ...two, settled: true }])],
    ['an unknown outcome', answer([{ ...one, outcome: 'fine' }, two])],
    ['a failure without a code', answer([one, { ...two, failure: {} }])],
    ['no list', answer('all')],
    ['a partial batch response', { batchItemFailures: [] }],
    ['nothing', null],
  ])('settles nothing when it is odd: %s', (_, odd) => {
    expect(readOutcomes(odd, 'run', sent)).toMatchObject({ ok: false, failure: { code: 'ODD_ANSWER' } });
  });

  it('with outcomes to a plan says that the function is older than the tool', () => {
    expect(readPlan(answer([one, two]), 'run', sent)).toMatchObject({
      failure: { details: expect.stringContaining('deploy it again') },
    });
  });
});

describe('the order of records', () => {
  it('is that of numbers, lane by lane; a stream that was switched on later comes later', () => {
    const entries = [
      entry({ eventId: 'later stream', seq: '1', label: '2027' }),
      entry({ eventId: 'without a number', seq: '' }),
      entry({ eventId: 'ten', seq: '10' }),
      entry({ eventId: 'nine', seq: '9' }),
      entry({ eventId: 'other lane', seq: '1', lane: 'o1' }),
    ];
    expect(entries.sort(inStreamOrder).map(({ sent }) => sent.eventId)).toEqual([
      'other lane',
      'nine',
      'ten',
      'without a number',
      'later stream',
    ]);
  });

  property.prop([fc.string(), fc.integer({ min: 1, max: 50 })])(
    'gives a lane to one worker',
    (lane, workers) => {
      expect(workerOf(lane, workers)).toBe(workerOf(lane, workers));
      expect(workerOf(lane, workers)).toBeLessThan(workers);
    },
  );
});

describe('carrying out', () => {
  const spill: Spill = {
    write: async () => ({ at: 0, bytes: 0 }),
    read: async () => '{}',
    close: async () => {},
  };

  async function run(
    entries: readonly Entry[],
    fate: (eventId: string | undefined) => 'applied' | 'poison' | 'transient',
  ) {
    const clock = new VirtualClock();
    const under = new Map<string, number>();
    const sent: string[] = [];
    let overlaps = 0;
    const door: Door = {
      plan: async () => [],
      describe: async () => [],
      replay: async () => [],
      async carryOut(_, records) {
        for (const { lane = '' } of records) {
          if (under.has(lane)) overlaps++;
        }
        for (const { lane = '' } of records) under.set(lane, 1);
        await new Promise<void>((resolve) => clock.after(10, resolve));
        for (const { lane = '' } of records) under.delete(lane);
        return records.map(({ eventId }) => {
          sent.push(eventId ?? '');
          const kind = fate(eventId);
          return kind === 'applied'
            ? { kind, settled: true }
            : { kind, settled: false, failure: { code: 'NO' } };
        });
      },
    } as Door;
    await clock.runUntil(
      carryOut(entries, {
        door,
        spill,
        functionName: 'f',
        clock,
        signal: new AbortController().signal,
        concurrency: 3,
        pace: { most: 2, wait: async () => true },
        failures: { most: Number.POSITIVE_INFINITY, count: 0 },
        onResults: async () => {},
      }),
    );
    return { sent, overlaps };
  }

  const outcome = fc.constantFrom('applied' as const, 'poison' as const, 'transient' as const);
  const records = fc.array(fc.record({ lane: fc.constantFrom('a', 'b', 'c', 'd'), fate: outcome }), {
    maxLength: 30,
  });

  property.prop([records])(
    'never has a lane under way twice, keeps its order, and holds back what follows one that is not settled',
    async (all) => {
      const entries = all.map(({ lane }, index) => entry({ eventId: `${index}`, seq: `${index + 1}`, lane }));
      const { sent, overlaps } = await run(entries, (id) => all[Number(id)]?.fate ?? 'applied');
      expect(overlaps).toBe(0);
      for (const lane of ['a', 'b', 'c', 'd']) {
        const own = all.flatMap((record, index) => (record.lane === lane ? [{ ...record, index }] : []));
        const inLane = sent.map(Number).filter((index) => all[index]?.lane === lane);
        expect(inLane).toEqual(inLane.toSorted((a, b) => a - b));
        for (const { index } of own) {
          const { result } = entries[index] ?? entry();
          const words = { applied: 'applied', poison: 'failed', transient: 'failed' };
          expect(result?.word).toBe(
            inLane.includes(index) ? words[all[index]?.fate ?? 'applied'] : 'held-back',
          );
        }
      }
    },
  );

  it('goes no faster than it may, over all workers', async () => {
    const clock = new VirtualClock();
    const pace = paceOf(10, clock);
    const { signal } = new AbortController();
    const waits = Promise.all(Array.from({ length: 5 }, () => pace.wait(10, signal)));
    await clock.runUntil(waits);
    expect(clock.now()).toBe(4_000);
  });
});

describe('what a plan leads to', () => {
  it('carries out, settles, or leaves, each with its reason', () => {
    const poison = { kind: 'unresolvable', failure: { code: 'BAD' }, passing: false } as const;
    const entries = [
      entry({ eventId: 'new', createdAtMs: 9_000 }),
      entry({ eventId: 'old', createdAtMs: 1_000 }),
      ...['bids', 'conversations', 'bookings'].map((processor) =>
        entry({ processor, eventId: `late ${processor}`, createdAtMs: 1_000 }),
      ),
      entry({ eventId: 'done', verdict: { kind: 'already-applied' }, createdAtMs: 1_000 }),
      entry({ eventId: 'rule', verdict: { kind: 'ignored', rule: 'other-row' } }),
      entry({ eventId: 'poison', verdict: poison }),
    ];
    const decisions = decide(entries, { nowMs: 10_000, maxAgeMs: 5_000 });
    const ids = (some: readonly Entry[]) => some.map(({ sent }) => sent.eventId);
    // What only follows its table is never too late.
    expect(ids(decisions.carryOut)).toEqual(['new', 'old']);
    expect(ids(decisions.stay)).toEqual(['late bids', 'late conversations', 'late bookings', 'poison']);
    expect(ids(decisions.settled)).toEqual(['done', 'rule']);
    expect(decisions.stay.map(({ result }) => result?.word)).toEqual([
      'too-old',
      'too-old',
      'too-old',
      'unresolvable',
    ]);
    expect(
      planRows(entries).map(({ verdict, why, tooOld }) => [verdict, why ?? '', tooOld ?? false]),
    ).toEqual([
      ['apply', '', true],
      ['apply', '', true],
      ['apply', '', true],
      ['apply', '', false],
      ['already-applied', '', false],
      ['ignored', 'other-row', false],
      ['unresolvable', 'BAD', false],
    ]);
  });
});

describe('the spill', () => {
  it('gives back what was written, and leaves nothing that could be read or found', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'streamkeeper-spill-'));
    const spill = await openSpill(folder);
    const texts = ['{"a":1}', 'टमाटर '.repeat(50_000), ''];
    const places = [];
    for (const text of texts) places.push(await spill.write(text));
    expect(readdirSync(folder)).toEqual([]);
    for (const [index, place] of places.entries()) expect(await spill.read(place)).toBe(texts[index]);
    await expect(spill.read({ at: 1, bytes: 40 })).rejects.toThrow();
    await spill.close();
    await rm(folder, { recursive: true });
  });

  it.runIf(process.platform === 'linux')('holds nothing in clear while it is open', async () => {
    const spill = await openSpill();
    await spill.write('somebody’s name, and somebody’s name');
    const open = readdirSync('/proc/self/fd').filter((fd) =>
      readlinkSafely(`/proc/self/fd/${fd}`).match(/streamkeeper-.*\(deleted\)$/),
    );
    expect(open.length).toBeGreaterThan(0);
    for (const fd of open) {
      const bytes = readFileSync(`/proc/self/fd/${fd}`);
      expect(bytes.includes('somebody')).toBe(false);
    }
    await spill.close();
  });
});

function readlinkSafely(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
