import { expect, test } from 'vitest';
import type { MappingEvent } from '../event-source-mapping/index.ts';
import { failingBatches } from './failing-batches.ts';

type Invoked = Extract<MappingEvent, { kind: 'invoked' }>;

/** An invocation that began at `atMs` and took 10 ms. */
const invoked = (atMs: number, numbers: readonly string[], more: Partial<Invoked> = {}): MappingEvent => ({
  kind: 'invoked',
  atMs,
  durationMs: 10,
  requestId: 'request',
  shardId: 's1',
  sequenceNumbers: numbers,
  attempt: 1,
  outcome: 'error',
  ...(numbers[0] === undefined ? {} : { failedFrom: numbers[0] }),
  ...more,
});
const discarded = (numbers: readonly string[]): MappingEvent => ({
  kind: 'discarded',
  atMs: 0,
  shardId: 's1',
  sequenceNumbers: numbers,
  condition: 'RetryAttemptsExhausted',
  fate: 'delivered',
});
const at = (ms: number) => new Date(ms).toISOString();

function after(...events: readonly MappingEvent[]) {
  const failing = failingBatches();
  for (const event of events) failing.take(event);
  return failing.all();
}

test('a batch fails since the end of its first invocation, however often it is tried, and is one', () => {
  const tries = [0, 1_000, 5_000].map((atMs, n) =>
    invoked(atMs, ['8', '9'], { attempt: n + 1, errorType: 'SearchDown' }),
  );
  expect(after(...tries)).toEqual([
    {
      shardId: 's1',
      requestId: 'request',
      attempts: 3,
      outcome: 'error',
      records: 2,
      sequenceNumber: '8',
      errorType: 'SearchDown',
      since: at(10),
      last: at(5_010),
    },
  ]);
});

test('what is cut or halved out of a failing batch fails since that batch did', () => {
  const [left] = after(invoked(0, ['1', '2', '3', '4']), invoked(500, ['1', '2']));
  expect(left).toMatchObject({ records: 2, since: at(10), last: at(510) });
  const cut = after(
    invoked(0, ['1', '2', '3'], { outcome: 'partial', failedFrom: '2' }),
    invoked(500, ['2', '3']),
  );
  expect(cut).toMatchObject([{ records: 2, sequenceNumber: '2', since: at(10) }]);
});

test('what is done, or given up, is no longer failing, and nothing else is forgotten with it', () => {
  const two = [invoked(0, ['1']), invoked(0, ['5'])];
  expect(after(...two, invoked(9, ['1'], { outcome: 'success' }))).toMatchObject([{ sequenceNumber: '5' }]);
  expect(after(...two, discarded(['5']))).toMatchObject([{ sequenceNumber: '1' }]);
});

test('of a partial response only what comes again is failing: what it acknowledged can be of no later failure', () => {
  const partial = invoked(0, ['1', '2', '3'], { outcome: 'partial', failedFrom: '3' });
  expect(after(partial)).toMatchObject([{ sequenceNumber: '3', records: 1 }]);
  // As after a restart of the mapping, which may deliver 1 once more.
  expect(after(partial, invoked(900, ['1']))).toMatchObject([
    { sequenceNumber: '3', since: at(10) },
    { sequenceNumber: '1', since: at(910) },
  ]);
});

test('batches of several lanes and shards stand side by side, also where their records have the same numbers', () => {
  const failing = after(invoked(0, ['1']), invoked(300, ['2']), invoked(700, ['1'], { shardId: 's2' }));
  expect(failing.map(({ shardId, sequenceNumber, since }) => [shardId, sequenceNumber, since])).toEqual([
    ['s1', '1', at(10)],
    ['s1', '2', at(310)],
    ['s2', '1', at(710)],
  ]);
});

test('of batches that are taken together the first failure counts', () => {
  const together = after(invoked(0, ['1']), invoked(300, ['2']), invoked(900, ['1', '2']));
  expect(together).toMatchObject([{ records: 2, since: at(10), last: at(910) }]);
});
