import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { DeadlineReached, startDeadline } from './deadline.ts';

test('a deadline aborts what is under way when its time comes, and says why', async () => {
  const clock = new VirtualClock(0);
  const { signal, passed, remainingMs } = startDeadline(clock, 100);
  await clock.advance(99);
  expect([signal.aborted, passed(), remainingMs()]).toEqual([false, false, 1]);
  await clock.advance(1);
  expect([signal.aborted, passed(), remainingMs()]).toEqual([true, true, 0]);
  expect(signal.reason).toBeInstanceOf(DeadlineReached);
});

test('a deadline has passed when its time has come, though a long computation keeps its timer from being heard', () => {
  let nowMs = 0;
  const { passed } = startDeadline({ now: () => nowMs, after: () => () => {} }, 100);
  nowMs = 100;
  expect(passed()).toBe(true);
});

test('a deadline without time has passed from the start', () => {
  const { signal, passed } = startDeadline(new VirtualClock(0), -5);
  expect([signal.aborted, passed()]).toEqual([true, true]);
});
