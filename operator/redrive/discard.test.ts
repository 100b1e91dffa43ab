/** Discarding, over a real queue: what goes was written down before, what is beside it stays, and a dry run or an interrupt deletes nothing more. */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../shared/time/clock.ts';
import { streamRecord } from '../../test/support/record.ts';
import type { AuditResult } from '../audit/entry.ts';
import { startTestQueues, type TestProcessor, type TestQueues } from '../dead-letters/test-queues.ts';
import { startScriptedStream } from '../dead-letters/test-stream.ts';
import { envelope, givenUp, payloadOf, TEST_MESSAGE } from '../dead-letters/testing.ts';
import { ANYWHERE, type Where } from '../dead-letters/where.ts';
import type { Clients } from '../system/system.ts';
import { discard } from './discard.ts';
import { emptySpill } from './testing.ts';

let queues: TestQueues;
beforeAll(async () => {
  queues = await startTestQueues();
});
afterAll(() => queues.stop());

interface Run {
  readonly where?: Partial<Where>;
  readonly limit?: number;
  readonly clients?: Partial<Clients>;
  readonly dryRun?: boolean;
  /** Called whenever the trail is written. */
  readonly onFlush?: (abort: () => void) => void | Promise<void>;
}

async function discarding(
  bids: TestProcessor,
  { where = {}, limit, clients, dryRun = false, onFlush = () => {} }: Run = {},
) {
  const interrupt = new AbortController();
  const trail: string[] = [];
  const lines: AuditResult[] = [];
  const report = await discard(
    bids.system(clients),
    [bids],
    { where: { ...ANYWHERE, ...where }, limit, dryRun },
    {
      clock: systemClock,
      random: () => 0,
      newId: randomUUID,
      signal: interrupt.signal,
      spill: emptySpill,
      onLetter: () => {},
      waitSeconds: 0,
      onList: () => {},
      begin: async () => ({
        place: undefined,
        result(line) {
          trail.push(line.result);
          lines.push(line);
        },
        flush: async () => onFlush(() => interrupt.abort()),
        end: async (outcome) => void trail.push(outcome),
      }),
    },
  );
  return { report, trail, lines };
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

/** Of three records of which the stream gives one, and then refuses to give more. */
const POINTER = givenUp({
  info: { startSequenceNumber: '1', endSequenceNumber: '3', batchSize: 3 },
});

test('what could not be read just now stays whole, and only what was read elsewhere goes, unless its code is named', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.send(...letters(1), POINTER);
  const stream = await startScriptedStream([
    { numbers: ['1'] },
    { error: 'AccessDeniedException' },
    { numbers: ['1'] },
    { error: 'AccessDeniedException' },
  ]);
  const clients = { streams: () => stream.client };
  const first = await discarding(bids, { clients });
  expect(first.report).toMatchObject({
    records: [{ eventId: 'e0' }],
    kept: [{ form: 'pointer', reason: { code: 'STREAM_DENIED' } }],
    discarded: false,
    gone: { settled: 1 },
  });
  expect(first.trail).toEqual(['discarded', 'failed']);
  const second = await discarding(bids, { where: { code: ['STREAM_DENIED'] }, clients });
  expect(second.report).toMatchObject({ kept: [], discarded: true, gone: { settled: 1, putBack: 0 } });
  expect(second.trail).toEqual(['discarded', 'done']);
  expect(await bids.messages()).toEqual({ visible: 0, hidden: 0 });
  await stream.stop();
});

test('a letter of which nothing could be read just now stays, unless its code is named', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.send(POINTER, TEST_MESSAGE);
  const stream = await startScriptedStream([{ error: 'AccessDeniedException' }]);
  const clients = { streams: () => stream.client };
  expect((await discarding(bids, { clients, dryRun: true })).report).toMatchObject({
    letters: [{ form: 'test-message' }],
    kept: [{ form: 'pointer' }],
  });
  expect((await discarding(bids, { clients })).trail).toEqual(['discarded', 'failed']);
  const nothing = await discarding(bids, { clients });
  expect([nothing.report.discarded, nothing.trail]).toEqual([false, []]);
  // Why the batch was given up is another code than why it cannot be read.
  const condition = await discarding(bids, { clients, where: { code: ['RetryAttemptsExhausted'] } });
  expect([condition.report.kept.length, condition.trail]).toEqual([1, []]);
  const { lines, trail } = await discarding(bids, { clients, where: { code: ['STREAM_DENIED'] } });
  expect(trail).toEqual(['discarded', 'done']);
  expect(lines).toMatchObject([{ key: expect.stringMatching(/^pointer /), code: 'STREAM_DENIED' }]);
  expect(await bids.messages()).toEqual({ visible: 0, hidden: 0 });
  await stream.stop();
});

test('a limit counts letters after records, and the rest stays', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.send(...letters(2), TEST_MESSAGE, TEST_MESSAGE, 'something else');
  const { report, trail } = await discarding(bids, { limit: 3 });
  expect([report.records.length, report.letters.length]).toEqual([2, 1]);
  expect(trail).toEqual(['discarded', 'discarded', 'discarded', 'done']);
  expect(await bids.messages()).toEqual({ visible: 2, hidden: 0 });
});

test('the trail names each record with its key and what it failed with', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.send(...letters(1), TEST_MESSAGE);
  const { lines, report } = await discarding(bids);
  const { key, eventId } = report.records[0] ?? {};
  expect(lines).toEqual([
    { processor: 'bids', key, eventId, result: 'discarded', code: 'INVALID_BID' },
    { processor: 'bids', key: expect.stringMatching(/^test-message /), result: 'discarded' },
  ]);
});
