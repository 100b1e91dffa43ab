/** Each record gets its own verdict and its own item, and a plan ends when somebody wants it to. */
import { expect, test } from 'vitest';
import { type Door, type DoorRecord, MAX_REQUEST_BYTES, MAX_REQUEST_RECORDS } from './door.ts';
import type { Entry } from './entry.ts';
import type { ItemNow } from './item-now.ts';
import { loadedRequests, type PlanPorts, planEntries } from './plan.ts';
import type { Spill } from './spill.ts';
import { entry } from './testing.ts';

/** Gives each record's place in the list as its JSON. */
const spill = (onRead: () => void = () => {}): Spill => ({
  write: async () => ({ at: 0, bytes: 0 }),
  async read({ at }) {
    onRead();
    return JSON.stringify({ at });
  },
  close: async () => {},
});

const numbered = (entries: readonly Entry[]) =>
  entries.map((one, at) => ({ ...one, place: { at, bytes: 0 } }));

/** A function that ignores each record by a rule of its own, and tables whose items are named after table and record. */
async function plan(entries: readonly Entry[], ports: Partial<PlanPorts> = {}) {
  const requests: string[][] = [];
  const told: string[] = [];
  const door: Pick<Door, 'plan'> = {
    async plan(_, records: readonly DoorRecord[]) {
      requests.push(records.map(({ eventId = '' }) => eventId));
      return records.map(({ eventId = '' }) => ({ kind: 'ignored', rule: `of ${eventId}` }));
    },
  };
  await planEntries(entries, {
    door: door as Door,
    spill: spill(),
    functionName: 'f',
    signal: new AbortController().signal,
    concurrency: 1,
    itemsNow: async (table, records) =>
      records.map((record): ItemNow => {
        const { at } = record as { readonly at: number };
        return { present: 'changed since', item: `${table} ${at}` };
      }),
    onPlanned: ({ sent, present, verdict }, record, item) =>
      told.push([sent.eventId, verdict?.kind, present, JSON.stringify(record), item?.item ?? '—'].join(' ')),
    ...ports,
  });
  return { requests, told };
}

test('a record that may not be sent is not, and those beside it keep their own verdicts', async () => {
  const refusal = { code: 'OTHER_TABLE' };
  const entries = ['a', 'b', 'c'].map((eventId) =>
    entry({ eventId, verdict: undefined, refusal: eventId === 'b' ? refusal : undefined }),
  );
  const { requests } = await plan(entries);
  expect(requests).toEqual([['a', 'c']]);
  expect(entries.map(({ verdict }) => verdict)).toEqual([
    { kind: 'ignored', rule: 'of a' },
    { kind: 'unresolvable', failure: refusal, passing: false },
    { kind: 'ignored', rule: 'of c' },
  ]);
});

test('a record is told of with its own item, whatever tables those beside it are of', async () => {
  const tables = ['products', '', 'bids', 'products'];
  const { told } = await plan(
    numbered(tables.map((table, index) => entry({ eventId: `e${index}`, table, present: 'deleted' }))),
  );
  expect(told).toEqual([
    'e0 ignored changed since {"at":0} products 0',
    'e1 ignored unread {"at":1} —',
    'e2 ignored changed since {"at":2} bids 2',
    'e3 ignored changed since {"at":3} products 3',
  ]);
});

test('an interrupt ends the planning after the request under way', async () => {
  const interrupt = new AbortController();
  const entries = Array.from({ length: 3 * MAX_REQUEST_RECORDS }, () => entry({ verdict: undefined }));
  const { requests } = await plan(entries, {
    signal: interrupt.signal,
    onPlanned: () => interrupt.abort(),
  });
  expect(requests).toHaveLength(1);
  expect(entries.filter(({ verdict }) => verdict === undefined)).toHaveLength(2 * MAX_REQUEST_RECORDS);
});

test.each([
  ['records', entry({ bytes: 1 }), MAX_REQUEST_RECORDS],
  ['bytes', entry({ bytes: Math.floor(MAX_REQUEST_BYTES / 4) - 2 }), 4],
])(
  'no more is in memory than fits into a request by its %s, and nothing is left out',
  async (_, one, most) => {
    let read = 0;
    const sizes: number[] = [];
    const all = Array.from({ length: 2 * most + 1 }, () => one);
    for await (const request of loadedRequests(
      all,
      spill(() => read++),
    )) {
      sizes.push(request.length);
      expect(read).toBe(sizes.reduce((sum, size) => sum + size, 0));
    }
    expect(sizes).toEqual([most, most, 1]);
  },
);
