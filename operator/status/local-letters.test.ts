/** On this machine too the oldest letter has an age, and looking at it keeps it from nobody. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestQueues, type TestQueues } from '../dead-letters/test-queues.ts';
import { oldestLetterMs } from './local-letters.ts';

let queues: TestQueues;
beforeAll(async () => {
  queues = await startTestQueues();
});
afterAll(() => queues.stop());

test('the oldest of the letters that wait is as old as its sending; without one there is no age', async () => {
  const bids = await queues.addProcessor('bids');
  const nowMs = Date.now() + 3_600_000;
  expect(await oldestLetterMs(queues.sqs, bids, nowMs)).toBeUndefined();
  await bids.send('a', 'b');
  const age = (await oldestLetterMs(queues.sqs, bids, nowMs)) ?? 0;
  expect(age).toBeGreaterThan(3_000_000);
  expect(age).toBeLessThanOrEqual(3_600_000);
  expect(await bids.messages()).toEqual({ visible: 2, hidden: 0 });
});

test('an engine that does not say is an error, never an age', async () => {
  const bids = await queues.addProcessor('bids');
  await expect(oldestLetterMs(queues.sqs, { queueUrl: `${bids.queueUrl}-gone` }, 0)).rejects.toThrow('404');
});
