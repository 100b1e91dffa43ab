import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { sleep, systemClock } from './clock.ts';

describe('sleep', () => {
  it('lasts as long as it was told, and then leaves its signal alone', async () => {
    const clock = new VirtualClock(1_000);
    const { signal } = new AbortController();
    await clock.runUntil(sleep(clock, 250, signal));
    expect(clock.now()).toBe(1_250);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends at once, for its signal’s reason, when that aborts, and leaves no timer behind', async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    const over = new Error('over');
    clock.after(100, () => abort.abort(over));
    await expect(clock.runUntil(sleep(clock, 250, abort.signal))).rejects.toBe(over);
    expect(clock.now()).toBe(100);
    await expect(clock.runUntil(new Promise(() => {}))).rejects.toThrow('no timer is set');
    expect(clock.now()).toBe(100);
  });

  it('does not begin when its signal has aborted', async () => {
    const clock = new VirtualClock();
    const over = new Error('over');
    await expect(clock.runUntil(sleep(clock, 250, AbortSignal.abort(over)))).rejects.toBe(over);
    expect(clock.now()).toBe(0);
  });
});

describe('the system’s clock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('counts milliseconds, and calls once, after as many, unless that is cancelled', () => {
    const calls: string[] = [];
    const beganMs = systemClock.now();
    expect(beganMs).toBe(Date.now());
    systemClock.after(200, () => calls.push(`kept after ${systemClock.now() - beganMs}`));
    const cancel = systemClock.after(100, () => calls.push('cancelled'));
    cancel();
    vi.advanceTimersByTime(1_000);
    expect(calls).toEqual(['kept after 200']);
  });
});
