/** On this machine too the oldest letter has an age, and looking at it keeps it from nobody. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

test('the oldest counts, wherever in the queue it is, and is never younger than nothing', async () => {
  const times = [700, 200, 900];
  const engine = createServer((request, response) => {
    const ready = request.url?.endsWith('/letters') ? times.map((sentTimestamp) => ({ sentTimestamp })) : [];
    response.writeHead(200, { connection: 'close' }).end(JSON.stringify({ messages: { ready } }));
  });
  await new Promise<void>((resolve) => engine.listen(0, '127.0.0.1', resolve));
  const { port } = engine.address() as AddressInfo;
  const endpoint = async () => ({ protocol: 'http:', hostname: '127.0.0.1', port, path: '/' });
  const age = (nowMs: number) =>
    oldestLetterMs({ config: { endpoint } } as never, { queueUrl: 'http://sqs/0/letters' }, nowMs);
  expect([await age(1_000), await age(100)]).toEqual([800, 0]);
  engine.close();
});

test('an engine that does not say is an error, never an age', async () => {
  const bids = await queues.addProcessor('bids');
  await expect(oldestLetterMs(queues.sqs, { queueUrl: `${bids.queueUrl}-gone` }, 0)).rejects.toThrow('404');
});
