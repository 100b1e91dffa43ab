/** Doing what a plan says ends in a true line of the audit trail, and at once when somebody wants it to. */
import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import type { AuditEnd } from '../audit/entry.ts';
import type { Letter } from '../dead-letters/letter.ts';
import { ANYWHERE } from '../dead-letters/where.ts';
import type { System } from '../system/system.ts';
import { act } from './act.ts';
import type { Entry, Parcel } from './entry.ts';
import { emptySpill, entry, parcel } from './testing.ts';

const processor = {
  name: 'products',
  functionName: 'products',
  queueUrl: '',
  failureBucket: '',
  setUpFunctionName: undefined,
  mappings: [],
};

/** Nothing here is carried out: a record is settled as planned, or stays. */
async function acting(
  { settled = [], stay = [], empty = [] }: { settled?: Parcel[]; stay?: Parcel[]; empty?: Letter[] },
  onSettle: (letter: Letter, abort: () => void) => void = () => {},
) {
  const interrupt = new AbortController();
  const gone: Letter[] = [];
  const outcomes: AuditEnd['outcome'][] = [];
  const parcels = [...settled, ...stay];
  const of = (some: readonly Parcel[]): Entry[] => some.flatMap(({ entries }) => entries);
  const share = {
    processor,
    letters: {
      letters: async function* () {},
      async settle(letter: Letter) {
        onSettle(letter, () => interrupt.abort());
        gone.push(letter);
      },
      release: async () => {},
      putBack: async () => {},
      incomplete: () => undefined,
      close: async () => {},
    },
    gathered: { entries: of(parcels), parcels, unread: [], empty },
    carryOut: [],
    settled: of(settled),
    stay: of(stay),
  };
  const choice = { where: ANYWHERE, limit: undefined };
  const work = act(
    { clients: { lambda: {} } } as unknown as System,
    [share],
    { ...choice, rate: undefined, concurrency: 1, stopAfter: undefined, maxAgeMs: undefined, dryRun: false },
    {
      clock: new VirtualClock(),
      random: () => 0,
      newId: () => 'id',
      signal: interrupt.signal,
      spill: emptySpill,
      runId: 'run',
      onLetter: () => {},
      onPlanned: () => {},
      onPlan: () => {},
      onResults: () => {},
      begin: async () => ({
        place: undefined,
        result: () => {},
        flush: async () => {},
        async end(outcome) {
          outcomes.push(outcome);
        },
      }),
    },
  );
  const [end] = await Promise.allSettled([work]);
  return { end: end?.status, outcomes, gone, left: of(parcels).filter(({ result }) => result === undefined) };
}

const planned = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    parcel([entry({ eventId: `e${index}`, result: { settled: true, word: 'already-applied' } })]),
  );
const stays = () =>
  parcel([entry({ result: { settled: false, word: 'too-old', failure: { code: 'TOO_OLD' } } })]);

test('the trail says done when all is settled, and failed when something stays', async () => {
  expect(await acting({ settled: planned(2) })).toMatchObject({ end: 'fulfilled', outcomes: ['done'] });
  expect(await acting({ settled: planned(2), stay: [stays()] })).toMatchObject({
    end: 'fulfilled',
    outcomes: ['failed'],
  });
});

test('the trail says failed when a letter was not deleted, also when each of its records is settled', async () => {
  const refusing = await acting({ settled: planned(1) }, () => {
    throw new Error('not deleted');
  });
  expect(refusing).toMatchObject({ end: 'rejected', outcomes: ['failed'] });
});

test('an interrupt is heeded among records that are settled as planned: those after it are not tried', async () => {
  const { gone, left, outcomes } = await acting({ settled: planned(250) }, (_, abort) => abort());
  expect(outcomes).toEqual(['interrupted']);
  expect(gone).toHaveLength(100);
  expect(left).toHaveLength(150);
});

test('an interrupt is heeded among letters in which there is nothing', async () => {
  const empty = planned(3).map(({ letter }) => letter);
  const { gone, outcomes } = await acting({ empty }, (_, abort) => abort());
  expect(outcomes).toEqual(['interrupted']);
  expect(gone).toEqual(empty.slice(0, 1));
});
