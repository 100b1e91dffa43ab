import { expect, test } from 'vitest';
import { type ChaosReport, holds, reportText, scheduleText } from './report.ts';

const REPORT: ChaosReport = {
  seed: 7,
  minutes: 2,
  interrupted: false,
  cache: 'embedded',
  written: { products: 30, bids: 12 },
  records: 42,
  failedInvocations: 3,
  faults: [
    {
      target: 'function bids',
      action: 'kill',
      atMs: 2_000,
      tookMs: 40,
      recoveredMs: 1_300,
      note: 'in a batch',
    },
    { target: 'search', action: 'pause', atMs: 11_500, tookMs: 3_000, recoveredMs: null, note: '' },
  ],
  drainMs: 4_200,
  redrive: { records: 9, givenUp: 8, settled: 8, poison: 1, left: 0 },
  reconciled: { products: 1 },
  repeatedMails: 2,
  checks: [
    { name: 'index equals table', holds: true, found: '20 documents', differences: [] },
    { name: 'cache equals table', holds: false, found: '5 analyses', differences: ['a1: is missing'] },
  ],
};

test('a run holds when every check does', () => {
  expect(holds(REPORT)).toBe(false);
  expect(holds({ ...REPORT, checks: REPORT.checks.slice(0, 1) })).toBe(true);
});

test('the report shows each fault with how long it was got over, and each check with what differs', () => {
  const text = reportText(REPORT);
  expect(text).toContain('   2.0 s  kill   function bids  0.0 s  1.3 s         in a batch');
  expect(text).toContain('  11.5 s  pause  search         3.0 s  –\n');
  expect(text).toContain('42 changes written (products 30, bids 12); 42 records; 3 failed invocations');
  expect(text).toContain(
    '9 records, of which the mappings gave up 8; redriven: 8 settled, 1 are poison, 0 left',
  );
  expect(text).toContain('products: reconciled once');
  expect(text).toContain('✓ index equals table: 20 documents');
  expect(text).toContain('✗ cache equals table: 5 analyses\n    a1: is missing');
});

test('a schedule is a line for each fault', () => {
  const search = { kind: 'search', name: '' } as const;
  const bids = { kind: 'function', name: 'bids' } as const;
  expect(
    scheduleText([
      { atMs: 2_000, forMs: 0, target: bids, action: 'kill' },
      { atMs: 11_500, forMs: 3_000, target: search, action: 'pause' },
    ]),
  ).toBe('     2.0 s  kill       function bids\n    11.5 s  pause      search, 3.0 s');
});
