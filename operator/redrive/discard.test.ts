/** Discarding, over a real queue: what goes was written down before, what is beside it stays, and a dry run or an interrupt deletes nothing more. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../shared/time/clock.ts';
import { streamRecord } from '../../test/support/record.ts';
import { startTestQueues, type TestProcessor, type TestQueues } from '../dead-letters/test-queues.ts';
import { envelope, givenUp, payloadOf, TEST_MESSAGE } from '../dead-letters/testing.ts';
import { ANYWHERE, type Where } from '../dead-letters/where.ts';
import { discard } from './discard.ts';

let queues: TestQueues;
beforeAll(async () => {
  queues = await startTestQueues();
});
afterAll(() => queues.stop());

interface Run {
  readonly where?: Partial<Where>;
  readonly dryRun?: boolean;
  /** Called whenever the trail is written. */
  readonly onFlush?: (abort: () => void) => void | Promise<void>;
}

async function discarding(bids: TestProcessor, { where = {}, dryRun = false, onFlush = () => {} }: Run = {}) {
  const interrupt = new AbortController();
  const trail: string[] = [];
  const report = await discard(
    bids.system(),
    [bids],
    { where: { ...ANYWHERE, ...where }, limit: undefined, dryRun },
    {
      clock: systemClock,
      random: () => 0,
      newId: randomUUID,
      signal: interrupt.signal,
      spill: { write: async () => ({ at: 0, bytes: 0 }), read: async () => '{}', close: async () => {} },
      onLetter: () => {},
      waitSeconds: 0,
      onList: () => {},
      begin: async () => ({
        place: undefined,
        result: ({ result }) => trail.push(result),
        flush: async () => onFlush(() => interrupt.abort()),
        end: async (outcome) => void trail.push(outcome),
      }),
    },
  );
  return { report, trail };
}

const letters = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    envelope({ record: streamRecord({ seq: String(index + 1), eventID: `e${index}` }) }),
  );

test('a dry run lists, deletes nothing and writes nothing down', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.send(...letters(2), TEST_MESSAGE);
  const { report, trail } = await discarding(bids, { dryRun: true });
  expect([report.records.length, report.letters.length, report.discarded]).toEqual([2, 1, false]);
  expect(trail).toEqual([]);
  expect(await bids.messages()).toEqual({ visible: 3, hidden: 0 });
});

test('what goes is written down before it goes, with letters in which there is nothing', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.send(...letters(2), TEST_MESSAGE);
  const there: number[] = [];
  const { report, trail } = await discarding(bids, {
    onFlush: async () => void there.push((await bids.messages()).hidden),
  });
  expect(there).toEqual([3, 1]);
  expect(report).toMatchObject({ discarded: true, gone: { settled: 3, putBack: 0 } });
  expect(trail).toEqual(['discarded', 'discarded', 'discarded', 'done']);
  expect(await bids.messages()).toEqual({ visible: 0, hidden: 0 });
});

test('a record beside one that goes is kept as a letter of its own', async () => {
  const bids = await queues.addProcessor('bids');
  const records = ['goes', 'stays'].map((eventID, index) =>
    streamRecord({ seq: String(index + 1), eventID }),
  );
  const key = 'aws/lambda/uuid/shard/2026/09/17/x';
  await bids.put(key, JSON.stringify(givenUp({ payload: payloadOf(records) })));
  const { report, trail } = await discarding(bids, { where: { event: ['goes'] } });
  expect(report.gone).toEqual({ settled: 1, putBack: 1 });
  expect(trail).toEqual(['discarded', 'put-back', 'done']);
  expect([await bids.objects(), await bids.messages()]).toEqual([[], { visible: 1, hidden: 0 }]);
});

test('an interrupt is heeded between what is written down together: the rest stays', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.send(...letters(130));
  const { report, trail } = await discarding(bids, { onFlush: (abort) => abort() });
  expect(report).toMatchObject({ discarded: false, interrupted: true, gone: { settled: 100 } });
  expect([trail.length, trail.at(-1)]).toEqual([101, 'interrupted']);
  expect(await bids.messages()).toEqual({ visible: 30, hidden: 0 });
});

test('an interrupt is heeded between letters without records', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.send(TEST_MESSAGE, TEST_MESSAGE, TEST_MESSAGE);
  const { report, trail } = await discarding(bids, { onFlush: (abort) => abort() });
  expect(report).toMatchObject({ interrupted: true, gone: { settled: 1 } });
  expect(trail).toEqual(['discarded', 'interrupted']);
  expect(await bids.messages()).toEqual({ visible: 2, hidden: 0 });
});
