import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { patiently, RequestTimedOut } from './patient.ts';

/** Asks for `ms` at most, while `request` says how each attempt ends. */
async function asked(request: (attempt: number, signal: AbortSignal) => Promise<string>, ms = 2_000) {
  const clock = new VirtualClock(0);
  const ends = new AbortController();
  const signals: AbortSignal[] = [];
  const atMs: number[] = [];
  const answer = patiently({ clock, random: () => 0.5, signal: ends.signal }, ms, (signal) => {
    signals.push(signal);
    atMs.push(clock.now());
    return request(signals.length, signal);
  }).then(
    (text) => ({ text }),
    (error: unknown) => ({ error }),
  );
  return { clock, ends, signals, atMs, answer, ended: () => clock.runUntil(answer) };
}

const never = () => new Promise<string>(() => {});
const down = async () => {
  throw new Error('down');
};

test('what failed is asked again, less and less often, and what it answers then is the answer', async () => {
  const { ended, signals, clock } = await asked(async (attempt) => (attempt < 4 ? down() : 'well'));
  expect(await ended()).toEqual({ text: 'well' });
  expect(signals).toHaveLength(4);
  expect(clock.now()).toBeGreaterThan(100);
});

test('each pause is longer than the one before', async () => {
  const { ended, atMs } = await asked(down, 3_000);
  await ended();
  const pauses = atMs.slice(1).map((at, index) => at - (atMs[index] ?? 0));
  expect(pauses.length).toBeGreaterThan(2);
  expect(pauses).toEqual([...new Set(pauses)].sort((one, other) => one - other));
});

test('when its time is over the request under way is aborted, and nothing more is asked', async () => {
  const { ended, signals, clock } = await asked(never);
  expect(await ended()).toEqual({ error: expect.any(RequestTimedOut) });
  expect(clock.now()).toBe(2_000);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

test('of a dependency that stays down the last failure is told, after few attempts', async () => {
  const { ended, signals, clock } = await asked(down);
  expect(await ended()).toMatchObject({ error: { message: 'down' } });
  expect(clock.now()).toBe(2_000);
  expect(signals.length).toBeLessThan(10);
});

test('the end of the invocation ends it at once, the request under way too', async () => {
  const { ended, signals, clock, ends } = await asked(never);
  clock.after(300, () => ends.abort(new Error('near its end')));
  expect(await ended()).toMatchObject({ error: { message: 'near its end' } });
  expect(clock.now()).toBe(300);
  expect(signals[0]?.aborted).toBe(true);
});

test('an invocation that is over asks nothing', async () => {
  const asks: number[] = [];
  const over = {
    clock: new VirtualClock(0),
    random: () => 0.5,
    signal: AbortSignal.abort(new Error('over')),
  };
  await expect(patiently(over, 2_000, async () => asks.push(1))).rejects.toThrow('over');
  expect(asks).toEqual([]);
});
