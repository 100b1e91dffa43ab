/** In which requests keys are asked about, how often, and when that ends. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { type Pace, paceOf } from '../redrive/carry-out.ts';
import { askAll } from './ask-all.ts';

interface Options {
  /** How often a key is not answered for good; `silent` ones are not answered at all. */
  readonly busy?: Readonly<Record<string, number>>;
  readonly silent?: boolean;
  readonly pace?: (clock: VirtualClock) => Pace;
  readonly signal?: AbortSignal;
}

async function ask(keys: readonly string[], { busy = {}, silent = false, pace, signal }: Options = {}) {
  const clock = new VirtualClock(0);
  const asked: { readonly keys: readonly string[]; readonly atMs: number }[] = [];
  const times = new Map<string, number>();
  const answers = clock.runUntil(
    askAll(
      keys,
      async (page): Promise<readonly string[]> => {
        asked.push({ keys: page, atMs: clock.now() });
        const settled = page.map((key) => {
          const time = (times.get(key) ?? 0) + 1;
          times.set(key, time);
          return time > (busy[key] ?? 0) ? `${key}!` : 'busy';
        });
        return silent ? settled.filter((one) => one !== 'busy') : settled;
      },
      (answer) => answer === 'busy',
      {
        clock,
        random: () => 0.5,
        signal: signal ?? new AbortController().signal,
        pace: pace?.(clock) ?? paceOf(undefined, clock),
      },
    ),
  );
  return { answers: await answers, asked, pages: asked.map((one) => one.keys.join('')) };
}

describe('keys', () => {
  it('whose answer may be another soon are asked about again, after a pause that grows, and no others', async () => {
    const { answers, asked, pages } = await ask(['a', 'b', 'c'], { busy: { b: 3 } });
    expect(pages).toEqual(['abc', 'b', 'b', 'b']);
    expect(answers).toEqual([
      ['a', 'a!'],
      ['b', 'b!'],
      ['c', 'c!'],
    ]);
    const [first = 0, ...later] = asked.map(({ atMs }) => atMs);
    const pauses = later.map((atMs, index) => atMs - (index === 0 ? first : (later[index - 1] ?? 0)));
    expect(first).toBe(0);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses[0]).toBeGreaterThan(0);
  });

  it('are asked about ten times, and then left with their last answer', async () => {
    const { answers, pages } = await ask(['a', 'b'], { busy: { b: 1_000 } });
    expect(pages).toHaveLength(10);
    expect(answers).toEqual([
      ['a', 'a!'],
      ['b', 'busy'],
    ]);
  });

  it('that were not answered at all are asked about again', async () => {
    const { answers } = await ask(['a'], { busy: { a: 2 }, silent: true });
    expect(answers).toEqual([['a', 'a!']]);
  });

  it('go in requests that fit, and no faster than told', async () => {
    const keys = Array.from({ length: 600 }, (_, n) => `k${n}`);
    const { answers, asked } = await ask(keys);
    expect(asked.map((one) => one.keys.length)).toEqual([250, 250, 100]);
    expect(answers.map(([key]) => key)).toEqual(keys);
    const slow = await ask(keys.slice(0, 25), { pace: (clock) => paceOf(10, clock) });
    expect(slow.asked.map((one) => [one.keys.length, one.atMs])).toEqual([
      [10, 0],
      [10, 1_000],
      [5, 2_000],
    ]);
  });

  it('are not asked about once it is interrupted', async () => {
    const signal = AbortSignal.abort(new Error('interrupted'));
    await expect(ask(['a'], { signal })).rejects.toThrow('interrupted');
  });
});
