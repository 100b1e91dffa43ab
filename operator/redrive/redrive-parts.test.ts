/** The pure parts of a redrive. */

import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { fc, test as property } from '../../test/support/property.ts';
import { carryOut, paceOf } from './carry-out.ts';
import { decide } from './decide.ts';
import type { Door } from './door.ts';
import type { Entry } from './entry.ts';
import { inStreamOrder, workerOf } from './order.ts';
import { planRows } from './report.ts';
import { emptySpill, entry } from './testing.ts';

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
        spill: emptySpill,
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
