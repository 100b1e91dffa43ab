/** Letters go with the last of their records, once; what is left of one is kept with what it fails with now. */
import { expect, test } from 'vitest';
import type { FailedRecord, Letter } from '../dead-letters/letter.ts';
import type { Entry } from './entry.ts';
import { letterSettler } from './settle-letters.ts';
import type { Spill } from './spill.ts';
import { type EntryParts, entry, parcel } from './testing.ts';

const DONE = { settled: true, word: 'applied' } as const;
const failing = (code: string, word: 'failed' | 'held-back' | 'unresolvable') =>
  ({ settled: false, word, failure: { code } }) as const;
const unresolvable = (passing: boolean) =>
  ({ kind: 'unresolvable', failure: { code: 'NOW' }, passing }) as const;

const spill: Spill = {
  write: async () => ({ at: 0, bytes: 0 }),
  read: async () => '{}',
  close: async () => {},
};

/**
 * @param refuse whether a letter is not deleted
 * @param keep called before a record is kept
 */
function settling(refuse: (letter: Letter) => boolean = () => false, keep: () => void = () => {}) {
  const putBack: FailedRecord[] = [];
  const told: string[] = [];
  const gone: Letter[] = [];
  const settler = letterSettler({
    letters: {
      letters: async function* () {},
      async settle(letter) {
        await new Promise((resolve) => setImmediate(resolve));
        if (refuse(letter)) throw new Error('not deleted');
        gone.push(letter);
      },
      release: async () => {},
      async putBack(record) {
        keep();
        putBack.push(record);
      },
      incomplete: () => undefined,
      close: async () => {},
    },
    spill,
    onPutBack: ({ sent }) => told.push(sent.eventId ?? ''),
  });
  return { settler, putBack, told, gone };
}

test.each<[string, EntryParts, string]>([
  ['failed', { result: failing('NOW', 'failed') }, 'NOW'],
  ['can never succeed', { verdict: unresolvable(false), result: failing('NOW', 'unresolvable') }, 'NOW'],
  [
    'could not be judged just now',
    { verdict: unresolvable(true), result: failing('NOW', 'unresolvable') },
    'FIRST',
  ],
  ['waits for an earlier one', { result: failing('EARLIER_UNSETTLED', 'held-back') }, 'FIRST'],
  ['was not tried', { result: undefined }, 'FIRST'],
  [
    'is not the processor’s',
    {
      refusal: { code: 'OTHER_TABLE' },
      verdict: unresolvable(false),
      result: failing('OTHER_TABLE', 'unresolvable'),
    },
    'FIRST',
  ],
])('a record that %s is kept with the error that says so', async (_, parts, code) => {
  const { settler, putBack, gone } = settling();
  const whole = parcel([entry({ eventId: 'settled', result: DONE }), entry({ eventId: 'left', ...parts })]);
  await settler.takeApart([whole]);
  expect(putBack).toMatchObject([{ eventId: 'left', failedAt: '2026-01-01T00:00:00.000Z', error: { code } }]);
  expect(gone).toHaveLength(1);
});

test('a letter that is not deleted ends the settling', async () => {
  const refused = parcel([entry({ result: DONE })]);
  const other = parcel([entry({ eventId: 'e2', result: DONE })]);
  const { settler, gone } = settling((letter) => letter === refused.letter);
  const entries = [...refused.entries, ...other.entries];
  await expect(settler.settle(entries)).rejects.toThrow('not deleted');
  expect(gone).toEqual([other.letter]);
  expect(settler.totals.settled).toBe(1);
});

test('however many letters several workers settle at once, each goes once', async () => {
  const { settler, gone } = settling();
  const one: Entry = entry({ result: DONE });
  for (let letters = 0; letters < 120; letters++) parcel([one]);
  await Promise.all([settler.settle([one]), settler.settle([one])]);
  await settler.takeApart([...one.parcels]);
  expect(gone).toHaveLength(120);
  expect(settler.totals.settled).toBe(120);
});

test('a record that could not be kept is not said to be, and its letter stays', async () => {
  const { settler, told, gone } = settling(undefined, () => {
    throw new Error('not kept');
  });
  const whole = parcel([entry({ result: DONE }), entry({ eventId: 'left', result: undefined })]);
  await expect(settler.takeApart([whole])).rejects.toThrow('not kept');
  expect([told, gone, settler.totals]).toEqual([[], [], { settled: 0, putBack: 0 }]);
});

test('a record of two letters is kept once, and not at all where it has a letter of its own', async () => {
  const { settler, putBack, told, gone } = settling();
  const [twice, alone] = [entry({ eventId: 'twice' }), entry({ eventId: 'alone' })];
  const batches = [1, 2].map(() => parcel([entry({ result: DONE }), twice, alone]));
  const own = parcel([alone]);
  await settler.takeApart([...batches, own]);
  expect([putBack.map(({ eventId }) => eventId), told]).toEqual([['twice'], ['twice']]);
  expect([gone.length, settler.totals]).toEqual([2, { settled: 2, putBack: 1 }]);
});

test('a letter that could be read in part stays, whatever became of that part', async () => {
  const { settler, putBack, gone } = settling();
  const settled = parcel([entry({ result: DONE })], { resolvable: false });
  const mixed = parcel([entry({ result: DONE }), entry()], { resolvable: false });
  await settler.settle([...settled.entries, ...mixed.entries]);
  await settler.takeApart([settled, mixed]);
  expect([putBack, gone]).toEqual([[], []]);
});
