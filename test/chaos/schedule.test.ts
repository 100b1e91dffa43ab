import { expect, test } from 'vitest';
import { nameOf, offeredBy, type Target } from './faults.ts';
import { drawSchedule } from './schedule.ts';

const TARGETS: readonly Target[] = [
  { kind: 'function', name: 'products' },
  { kind: 'function', name: 'bids' },
  { kind: 'mappings', name: '' },
  { kind: 'tables', name: 'market' },
  { kind: 'search', name: '' },
  { kind: 'cache', name: '' },
  { kind: 'queues', name: '' },
  { kind: 'buckets', name: '' },
  { kind: 'gateway', name: '' },
];

const MINUTE_MS = 60_000;
const draw = (seed: number, minutes = 5) =>
  drawSchedule({ seed, durationMs: minutes * MINUTE_MS, targets: TARGETS });

test('one seed gives one schedule, another seed another', () => {
  expect(draw(7)).toEqual(draw(7));
  expect(draw(8)).not.toEqual(draw(7));
});

test('faults come in their order, and all are over at the end', () => {
  for (const seed of [1, 2, 3]) {
    const faults = draw(seed);
    expect(faults.map(({ atMs }) => atMs)).toEqual(faults.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
    for (const { atMs, forMs } of faults) expect(atMs + forMs).toBeLessThanOrEqual(5 * MINUTE_MS);
  }
});

test('a target is under one fault at a time', () => {
  for (const seed of [1, 2, 3]) {
    const until = new Map<string, number>();
    for (const { target, atMs, forMs } of draw(seed)) {
      expect(until.get(nameOf(target)) ?? 0).toBeLessThanOrEqual(atMs);
      until.set(nameOf(target), atMs + forMs);
    }
  }
});

test('a run of some minutes does everything that can be done to everything', () => {
  const done = new Set(draw(11, 8).map(({ target, action }) => `${action} ${nameOf(target)}`));
  const offered = TARGETS.flatMap((target) =>
    offeredBy(target.kind).map(([action]) => `${action} ${nameOf(target)}`),
  );
  expect(offered.filter((one) => !done.has(one))).toEqual([]);
});

test('every function is killed within the first minute', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const killed = draw(seed, 1).filter(
      ({ action, target }) => action === 'kill' && target.kind === 'function',
    );
    expect(new Set(killed.map(({ target }) => target.name))).toEqual(new Set(['products', 'bids']));
  }
});
