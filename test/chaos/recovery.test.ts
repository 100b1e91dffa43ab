import { expect, test } from 'vitest';
import type { Fault, Target } from './faults.ts';
import { hasRecovered, touchedTables } from './recovery.ts';

const TABLES = [
  { table: 'Products', services: ['products'], system: 'farm' },
  { table: 'Bids', services: ['bids'], system: 'farm' },
  { table: 'Results', services: ['analysis-results'], system: 'lab' },
];

const on = (kind: Target['kind'], name = ''): Fault => ({
  atMs: 0,
  forMs: 0,
  action: 'kill',
  target: { kind, name },
});

test.each([
  [on('function', 'bids'), ['Bids']],
  [on('tables', 'farm'), ['Products', 'Bids']],
  [on('search'), ['Products']],
  [on('cache'), ['Results']],
  [on('gateway'), ['Bids']],
  [on('mappings'), ['Products', 'Bids', 'Results']],
])('a fault of %j holds up the streams that need it', (fault, tables) => {
  expect(touchedTables(fault, TABLES)).toEqual(tables);
});

const stream = (waiting: number, oldestCreatedAtMs?: number) => ({
  records: 10,
  settled: 10 - waiting,
  waiting,
  oldestCreatedAtMs,
  caughtUp: true,
  failedInvocations: 0,
  givenUp: 0,
  lost: 0,
});

test('a stream has recovered when nothing from before the end of the fault waits', () => {
  expect(hasRecovered({ Bids: stream(0) }, ['Bids'], 5_500)).toBe(true);
  expect(hasRecovered({ Bids: stream(1, 5_000) }, ['Bids'], 5_500)).toBe(true);
  expect(hasRecovered({ Bids: stream(1, 4_000) }, ['Bids'], 5_500)).toBe(false);
});

test('a stream that has not been read to its end since its mappings began has not recovered', () => {
  expect(hasRecovered({ Bids: { ...stream(0), caughtUp: false } }, ['Bids'], 5_500)).toBe(false);
});

test('a stream of which nothing is heard has not recovered', () => {
  expect(hasRecovered({}, ['Bids'], 5_500)).toBe(false);
});
