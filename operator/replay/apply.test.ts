/** In which order a recording happens again, and what waits. */
import { expect, test } from 'vitest';
import type { DoorOutcome } from '../redrive/door-answers.ts';
import { type Applied, applyAll } from './apply.ts';
import { inBatches, recorded } from './testing.ts';

const APPLIED: DoorOutcome = { kind: 'applied', settled: true };
const BUSY: DoorOutcome = { kind: 'transient', settled: false, failure: { code: 'BUSY' } };
const POISON: DoorOutcome = { kind: 'poison', settled: false, failure: { code: 'ODD' } };

interface Options {
  readonly lanes?: Readonly<Record<number, string>>;
  readonly answers?: Readonly<Record<number, DoorOutcome>>;
  /** After the records of this request. */
  readonly abortAfter?: number;
}

/** What happened, in order: `sent 1a 2`, `taken 1 applied`. */
async function apply(batches: readonly (readonly number[])[], options: Options = {}) {
  const { lanes = {}, answers = {}, abortAfter } = options;
  const stopping = new AbortController();
  const events: string[] = [];
  const taken: Record<number, Applied['kind']> = {};
  const isWhole = await applyAll(inBatches(...batches.map((batch) => batch.map((n) => recorded(n)))), {
    door: {
      async replay(_, records) {
        const sent = records.map(({ eventId = '', lane = '' }) => `${eventId}${lane}`);
        events.push(`sent ${sent.join(' ')}`);
        return records.map(({ eventId = '' }) => answers[Number(eventId.slice(1))] ?? APPLIED);
      },
    },
    functionName: 'bids',
    lanes: new Map(Object.entries(lanes).map(([number, lane]) => [Number(number), lane])),
    signal: stopping.signal,
    async onApplied(records, outcomes) {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      events.push(`taken ${records.map(({ number }) => number).join(' ')}`);
      for (const [index, { number }] of records.entries())
        if (outcomes[index] !== undefined) taken[number] = outcomes[index].kind;
      if (events.length / 2 === abortAfter) stopping.abort();
    },
  });
  return { isWhole, events, taken };
}

test('behind a record that is not settled its key waits in every later request, and nothing else', async () => {
  const { events, taken, isWhole } = await apply([[1, 2], [3, 4, 5, 6], [7], [8]], {
    lanes: { 1: 'a', 2: 'b', 3: 'a', 4: 'b', 7: 'a', 8: 'b' },
    answers: { 1: BUSY, 5: BUSY },
  });
  expect(events.filter((one) => one.startsWith('sent'))).toEqual([
    'sent e1a e2b',
    'sent e4b e5 e6',
    'sent e8b',
  ]);
  expect(taken).toEqual({
    1: 'transient',
    2: 'applied',
    3: 'held-back',
    4: 'applied',
    5: 'transient',
    6: 'applied',
    7: 'held-back',
    8: 'applied',
  });
  expect(isWhole).toBe(true);
});

test('poison has left the order, and holds nothing back', async () => {
  const { taken } = await apply([[1], [2]], { lanes: { 1: 'a', 2: 'a' }, answers: { 1: POISON } });
  expect(taken).toEqual({ 1: 'poison', 2: 'applied' });
});

test('what came of a request is taken before the next is sent', async () => {
  const { events } = await apply([[1], [2]]);
  expect(events).toEqual(['sent e1', 'taken 1', 'sent e2', 'taken 2']);
});

test('an interruption ends it after the request under way, and is none where nothing was left', async () => {
  expect(await apply([[1], [2]], { abortAfter: 1 })).toMatchObject({
    isWhole: false,
    taken: { 1: 'applied' },
  });
  expect(await apply([[1], [2]], { abortAfter: 2 })).toMatchObject({ isWhole: true });
});

test('what is held back is not settled', async () => {
  const outcomes: Applied[] = [];
  await applyAll(inBatches([recorded(1)], [recorded(2)]), {
    door: { replay: async () => [BUSY] },
    functionName: 'bids',
    lanes: new Map([
      [1, 'a'],
      [2, 'a'],
    ]),
    signal: new AbortController().signal,
    onApplied: async (_, some) => void outcomes.push(...some),
  });
  expect(outcomes.map(({ settled }) => settled)).toEqual([false, false]);
});
