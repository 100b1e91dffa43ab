import { describe, expect, it } from 'vitest';
import { batchContext } from '../../test/support/batch-context.ts';
import { pauseMs, untilSettled } from './backoff.ts';
import type { Outcome } from './outcome.ts';

const applied: Outcome = { kind: 'applied' };
const down: Outcome = { kind: 'transient', failure: { code: 'DOWN' } };

/** What is attempted, round by round; `answer` says how each ends. */
async function rounds(answer: (name: string, round: number) => Outcome, deadlineMs = 50_000) {
  const context = batchContext({ deadlineMs });
  const startedMs = context.clock.now();
  const attempts: (readonly string[])[] = [];
  const outcomes = await context.clock.runUntil(
    untilSettled(['a', 'b', 'c'], context, async (pending) => {
      attempts.push(pending);
      return pending.map((name) => answer(name, attempts.length));
    }),
  );
  return { attempts, kinds: outcomes.map(({ kind }) => kind), tookMs: context.clock.now() - startedMs };
}

describe('what is unsettled', () => {
  it('is tried again until it settles, and what has settled is not', async () => {
    const { attempts, kinds } = await rounds((name, round) => (name === 'b' && round < 3 ? down : applied));
    expect(attempts).toEqual([['a', 'b', 'c'], ['b'], ['b']]);
    expect(kinds).toEqual(['applied', 'applied', 'applied']);
  });

  it('is left at the deadline, and not tried again behind it', async () => {
    const { attempts, kinds, tookMs } = await rounds((name) => (name === 'b' ? down : applied), 60);
    expect(kinds).toEqual(['applied', 'transient', 'applied']);
    expect(attempts).toHaveLength(2);
    expect(tookMs).toBe(60);
  });

  it('is tried less and less often', async () => {
    const { attempts } = await rounds(() => down);
    expect(attempts.length).toBeGreaterThan(10);
    expect(attempts.length).toBeLessThan(30);
  });
});

it('pauses grow up to 5 s, and are never shorter than a quarter of what they may be', () => {
  const least = (attempt: number) => pauseMs(attempt, () => 0);
  const most = (attempt: number) => pauseMs(attempt, () => 1);
  expect([0, 1, 2, 7, 60].map(least)).toEqual([12.5, 25, 50, 1_250, 1_250]);
  expect([0, 1, 2, 7, 60].map(most)).toEqual([50, 100, 200, 5_000, 5_000]);
});
