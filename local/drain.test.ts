import { expect, test } from 'vitest';
import { drain } from './drain.ts';
import { VirtualClock } from './virtual-clock.ts';

const clock = new VirtualClock();
const waiting = (
  obstacles: () => readonly string[],
  progress: () => number,
  signal = new AbortController().signal,
) => clock.runUntil(drain({ clock, obstacles, progress, patienceMs: 60_000, signal }));

test('it ends when nothing is left to wait for', async () => {
  const doneMs = clock.now() + 3_600_000;
  const left = () => (clock.now() < doneMs ? ['records'] : []);
  expect(await waiting(left, () => clock.now())).toEqual([]);
});

test('it gives up only after a while without any progress, and says what was left', async () => {
  const startedMs = clock.now();
  const stallsMs = startedMs + 100_000;
  const progress = () => Math.min(clock.now(), stallsMs);
  expect(await waiting(() => ['3 records'], progress)).toEqual(['3 records']);
  expect(clock.now() - stallsMs).toBeGreaterThanOrEqual(60_000);
});

test('an abort ends the waiting at once', async () => {
  expect(
    await waiting(
      () => ['records'],
      () => 0,
      AbortSignal.abort(),
    ),
  ).toEqual(['records']);
});
