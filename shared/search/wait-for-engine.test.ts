import { errors } from '@opensearch-project/opensearch';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { IndexSetUpError } from './engine-error.ts';
import { waitForEngine } from './wait-for-engine.ts';

const answer = (statusCode: number) => new errors.ResponseError({ statusCode, body: {} } as never);

async function attempts(failures: readonly Error[], untilMs: number) {
  const clock = new VirtualClock();
  const at: number[] = [];
  const attempt = async () => {
    at.push(clock.now());
    const failure = failures[at.length - 1] ?? failures.at(-1);
    if (failure && at.length <= failures.length) throw failure;
    return 'done';
  };
  const result = waitForEngine(attempt, { clock, until: untilMs }).catch((error: unknown) => error);
  await clock.advance(untilMs + 1);
  return { at, result: await result };
}

test('what may pass is tried again, later each time', async () => {
  const failures = [new errors.ConnectionError('refused'), answer(503), answer(403), answer(429)];
  const { at, result } = await attempts(failures, 60_000);
  expect(result).toBe('done');
  expect(at).toEqual([0, 500, 1500, 3500, 7500]);
});

test('between attempts it waits ten seconds at most', async () => {
  const { at } = await attempts(Array(100).fill(answer(503)), 60_000);
  expect(at).toEqual([0, 500, 1500, 3500, 7500, 15_500, 25_500, 35_500, 45_500, 55_500]);
});

test('no attempt begins after the time is up, and the last error is the one that is told', async () => {
  const down = new errors.ConnectionError('refused');
  const { at, result } = await attempts(Array(100).fill(down), 4_000);
  expect(at).toEqual([0, 500, 1500, 3500]);
  expect(result).toBe(down);
});

test('what a person has to decide is not tried again', async () => {
  for (const failure of [
    answer(400),
    new IndexSetUpError('INDEX_BEARS_ALIAS_NAME', 'x'),
    new TypeError('alias'),
  ]) {
    expect((await attempts([failure], 60_000)).at).toEqual([0]);
  }
});
