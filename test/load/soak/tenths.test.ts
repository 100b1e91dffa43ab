import { expect, test } from 'vitest';
import { type Mark, tenthsOf } from './tenths.ts';

const mark = (records: number, atMs: number, machineMicros: number | undefined = undefined): Mark => ({
  atMs,
  records,
  systemMicros: records * 2_000,
  enginesMicros: records * 1_000,
  ownMicros: 0,
  machineMicros,
});

test('a tenth is a tenth of the records, whatever time it takes', () => {
  const tenths = tenthsOf([mark(0, 0), mark(500, 1_000), mark(1_000, 3_000)], 1_000);
  expect(tenths).toHaveLength(10);
  expect(tenths.map(({ records }) => records)).toEqual(Array(10).fill(100));
  expect(tenths.map(({ seconds }) => seconds)).toEqual([...Array(5).fill(0.2), ...Array(5).fill(0.4)]);
  expect(tenths[0]).toMatchObject({ recordsPerSecond: 500, systemCpuMs: 2, enginesCpuMs: 1 });
});

test('what others took is what the machine was busy with, less our own', () => {
  // 1,000 records of 3 ms each in 10 s, on two processors that were busy all the time.
  const [tenth] = tenthsOf([mark(0, 0, 0), mark(1_000, 10_000, 20_000_000)], 1_000);
  expect(tenth?.othersBusy).toBeCloseTo(1.7);
});

test('a run that ended early has the tenths that it came to', () => {
  expect(tenthsOf([mark(0, 0), mark(350, 1_000)], 1_000)).toHaveLength(3);
  expect(tenthsOf([], 1_000)).toEqual([]);
});

test('one mark that passes several tenths makes all of them', () => {
  expect(tenthsOf([mark(0, 0), mark(1_000, 1_000)], 1_000)).toHaveLength(10);
});
