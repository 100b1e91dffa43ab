/** A recording of failed records holds each of them once, in stream order and redacted, and says truly which of them still fail as they did. */

import { randomUUID } from 'node:crypto';
import type { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { streamRecord } from '../../test/support/record.ts';
import { startTestQueues, type TestProcessor, type TestQueues } from '../dead-letters/test-queues.ts';
import { envelope } from '../dead-letters/testing.ts';
import { ANYWHERE } from '../dead-letters/where.ts';
import { MAX_REQUEST_RECORDS } from './door.ts';
import { type ExportPorts, exportFixture } from './export-fixture.ts';
import { memorySpill } from './testing.ts';

let queues: TestQueues;
beforeAll(async () => {
  queues = await startTestQueues();
});
afterAll(() => queues.stop());

interface Told {
  readonly eventID: string;
  readonly redacted?: true;
}
type Decision = Readonly<Record<string, unknown>>;

/** A function that says what the test says, in requests that name each record by its event id. */
function describing(decide: (record: Told) => Decision | undefined): LambdaClient {
  const send = async ({ input }: InvokeCommand) => {
    const { redrive, Records: records } = JSON.parse(Buffer.from(input.Payload as Uint8Array).toString());
    const decisions = records.map((record: Told & { dynamodb: { SequenceNumber: string } }) => ({
      eventId: record.eventID,
      sequenceNumber: record.dynamodb.SequenceNumber,
      ...decide(record),
    }));
    return { Payload: Buffer.from(JSON.stringify({ redrive, decisions })) };
  };
  return { send } as unknown as LambdaClient;
}

const EFFECT = { decision: 'effect', key: 'k', effect: {} };
const ignored = (rule: string) => ({ decision: 'ignored', rule });
const poison = (code: string) => ({ decision: 'poison', failure: { code } });

/** Some of a processor's letters as a recording in memory. */
async function exporting(
  processors: readonly TestProcessor[],
  decide: (record: Told) => Decision | undefined,
  { check = true, ...ports }: Partial<ExportPorts> & { check?: boolean } = {},
) {
  const file = { records: [] as Told[], opened: 0, end: 'open' };
  const [first] = processors;
  const system = { ...first?.system({ lambda: describing(decide) }), processors };
  const work = exportFixture(
    system as Parameters<typeof exportFixture>[0],
    processors,
    { where: ANYWHERE, limit: undefined, check },
    {
      clock: systemClock,
      random: () => 0,
      newId: randomUUID,
      signal: new AbortController().signal,
      spill: memorySpill(),
      onLetter: () => {},
      waitSeconds: 0,
      runId: 'export',
      redactor: { redact: (record) => ({ ...(record as object), redacted: true }) },
      openFile: async () => {
        file.opened++;
        return {
          write: async (records) => void file.records.push(...(records as Told[])),
          flushIfDue: async () => {},
          async finish() {
            file.end = 'finished';
            return 42;
          },
          async abandon() {
            file.end = 'abandoned';
          },
        };
      },
      ...ports,
    },
  );
  const [ended] = await Promise.allSettled([work]);
  return { ended, file, report: ended?.status === 'fulfilled' ? ended.value : undefined };
}

async function withLetters(numbers: readonly number[], name = 'bids'): Promise<TestProcessor> {
  const made = await queues.addProcessor(name);
  const record = (number: number) => streamRecord({ eventID: `e${number}`, seq: String(number) });
  await made.send(...numbers.map((number) => envelope({ processor: name, record: record(number) })));
  return made;
}

test('records are written in stream order and redacted, whatever order their letters were read in', async () => {
  const { file, report } = await exporting([await withLetters([10, 9, 100])], () => EFFECT);
  expect(file.records.map(({ eventID, redacted }) => [eventID, redacted])).toEqual([
    ['e9', true],
    ['e10', true],
    ['e100', true],
  ]);
  expect([report, file.end]).toEqual([{ records: 3, bytes: 42, differing: [], unchecked: 0 }, 'finished']);
});

test('more records than one request holds are all written, counted and checked', async () => {
  const numbers = Array.from({ length: MAX_REQUEST_RECORDS + 2 }, (_, index) => index + 1);
  const { file, report } = await exporting([await withLetters(numbers)], ({ redacted }) =>
    redacted ? EFFECT : ignored('a'),
  );
  expect(file.records).toHaveLength(numbers.length);
  expect([report?.records, report?.differing.length]).toEqual([numbers.length, numbers.length]);
});

test('what is decided otherwise is told with both decisions, and what could not be described is counted', async () => {
  const decisions: Readonly<Record<string, readonly [Decision | undefined, Decision | undefined]>> = {
    e1: [EFFECT, EFFECT],
    e2: [poison('A'), poison('B')],
    e3: [ignored('a'), ignored('b')],
    e4: [poison('A'), EFFECT],
    e5: [poison('A'), poison('A')],
  };
  const { report } = await exporting([await withLetters([1, 2, 3, 4, 5])], ({ eventID, redacted }) => {
    const [original, now] = decisions[eventID] ?? [];
    return redacted ? now : original;
  });
  expect(report?.differing).toEqual([
    { eventId: 'e2', original: 'A', redacted: 'B' },
    { eventId: 'e3', original: 'ignored: a', redacted: 'ignored: b' },
    { eventId: 'e4', original: 'A', redacted: 'effect' },
  ]);
  const odd = await exporting([await withLetters([1, 2])], ({ redacted }) => (redacted ? undefined : EFFECT));
  expect(odd.report).toMatchObject({ records: 2, differing: [], unchecked: 2 });
  const unasked = await exporting([await withLetters([1])], () => EFFECT, { check: false });
  expect(unasked.report).toMatchObject({ records: 1, differing: [], unchecked: 1 });
});

test('processors without letters are none of the recording, and two with letters are not mixed: no file is made', async () => {
  const [bids, none] = [await withLetters([1]), await withLetters([], 'products')];
  expect((await exporting([none, bids], () => EFFECT)).report?.records).toBe(1);
  expect((await exporting([none], () => EFFECT)).file.opened).toBe(0);
  const { ended, file } = await exporting([bids, await withLetters([2], 'bookings')], () => EFFECT);
  expect(ended).toMatchObject({ status: 'rejected', reason: expect.any(Problem) });
  expect(file.opened).toBe(0);
});

test('an export that fails or is interrupted closes its file as one that is not whole', async () => {
  const bids = await withLetters([1]);
  const redactor = {
    redact: () => {
      throw new Error('a defect');
    },
  };
  const failed = await exporting([bids], () => EFFECT, { redactor });
  expect([failed.ended?.status, failed.file.end]).toEqual(['rejected', 'abandoned']);
  const interrupt = new AbortController();
  const many = await withLetters(Array.from({ length: MAX_REQUEST_RECORDS + 1 }, (_, index) => index + 1));
  const ended = await exporting(
    [many],
    () => {
      interrupt.abort();
      return EFFECT;
    },
    { signal: interrupt.signal },
  );
  expect([ended.ended?.status, ended.file.end, ended.file.records.length]).toEqual([
    'rejected',
    'abandoned',
    MAX_REQUEST_RECORDS,
  ]);
});
