import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { letterBox } from '../../test/support/letters.ts';
import { streamRecord } from '../../test/support/record.ts';
import type { BatchReport } from '../telemetry/batch-report.ts';
import { streamHandler } from './handler.ts';
import { inOrder } from './in-order.ts';
import type { Outcome } from './outcome.ts';
import type { StreamProcessor } from './processor.ts';

/** Ends each record by its event id: `poison-…`, `down-…`, `throws-…`, else applied. */
const processor: StreamProcessor<string> = {
  name: 'test',
  images: 'new',
  orderingKey: ({ eventId }) => (eventId.startsWith('keyless') ? undefined : eventId),
  decide: ({ eventId }) => {
    if (eventId.startsWith('throws')) throw new Error('a value');
    return eventId.startsWith('ignored')
      ? { kind: 'ignored', rule: 'test-rule' }
      : { kind: 'effect', effect: eventId };
  },
  carryOut: inOrder<string>(async ({ effect }) => end(effect), { lanes: 4 }),
};

/** All that an operator is told of why. */
const BAD = { code: 'BAD', type: 'test_exception', details: 'price: a value of type string' };

function end(effect: string): Outcome {
  if (effect.startsWith('poison')) return { kind: 'poison', failure: BAD };
  if (effect.startsWith('down')) return { kind: 'transient', failure: { code: 'DOWN' } };
  return { kind: 'applied' };
}

async function invoke(event: unknown, sink = letterBox(), timeoutMs = 60_000) {
  const clock = new VirtualClock(1_700_000_000_000);
  const startedMs = clock.now();
  const reports: BatchReport[] = [];
  const handler = streamHandler(processor, {
    clock,
    random: () => 0.5,
    sink,
    reporter: { report: (r) => reports.push(r) },
  });
  const context = {
    awsRequestId: 'request-1',
    getRemainingTimeInMillis: () => timeoutMs - (clock.now() - startedMs),
  };
  const response = await clock.runUntil(handler(event, context));
  return { response, letters: sink.letters, reports, elapsedMs: clock.now() - startedMs };
}

const records = (...eventIDs: string[]) =>
  eventIDs.map((eventID, index) => streamRecord({ eventID, seq: `${index + 1}00000000000000000000` }));

describe('streamHandler', () => {
  it('answers an empty list of failures when all is settled, and reports the batch once', async () => {
    const { response, reports } = await invoke({ Records: records('a', 'b') });
    expect(response).toEqual({ batchItemFailures: [] });
    expect(reports).toHaveLength(1);
  });

  it('reports just the lowest unsettled record, having tried until near its deadline', async () => {
    const { response, elapsedMs } = await invoke({ Records: records('a', 'down-1', 'b', 'down-2') });
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: '200000000000000000000' }] });
    expect(elapsedMs).toBeGreaterThan(50_000);
    expect(elapsedMs).toBeLessThan(60_000);
  });

  it('answers in time however long its letters are refused, after work that took all its own time', async () => {
    const queueDown = letterBox(() => true);
    const { response, elapsedMs } = await invoke({ Records: records('poison-1', 'down-1') }, queueDown);
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: '100000000000000000000' }] });
    expect(elapsedMs).toBe(59_500);
  });

  it.each([
    ['at least a second', 3_000, 1_000],
    ['a tenth', 30_000, 3_000],
    ['at most six seconds', 900_000, 6_000],
  ])('keeps back %s of its time', async (_, timeoutMs, keptMs) => {
    for (const marks of [{}, { redrive: { id: 'x' } }]) {
      const event = { Records: records('down-1'), ...marks };
      expect((await invoke(event, letterBox(), timeoutMs)).elapsedMs).toBe(timeoutMs - keptMs);
    }
  });

  it('answers a redrive in time, whatever cannot be settled', async () => {
    const { response, elapsedMs } = await invoke({ Records: records('down-1'), redrive: { id: 'x' } });
    expect(response).toMatchObject({ outcomes: [{ outcome: 'transient', settled: false }] });
    expect(elapsedMs).toBe(54_000);
  });

  it('answers a batch that failed as a whole with a partial response, not with an error', async () => {
    const { response } = await invoke({ Records: records('down-1', 'down-2') });
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: '100000000000000000000' }] });
  });

  it('fails the whole batch when the unsettled record cannot be named', async () => {
    const [record] = records('down-1');
    const { response } = await invoke({
      Records: [{ ...record, dynamodb: { ...record?.dynamodb, SequenceNumber: undefined } }],
    });
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: '' }] });
  });

  it('letters poison with the whole record, its reason and where it came from, and goes on', async () => {
    const [bad, good] = records('poison-1', 'a');
    const { response, letters } = await invoke({ Records: [bad, good] });
    expect(response).toEqual({ batchItemFailures: [] });
    expect(letters).toEqual([
      {
        version: 1,
        processor: 'test',
        streamArn: bad?.eventSourceARN,
        failedAt: '2023-11-14T22:13:20.000Z',
        requestId: 'request-1',
        error: BAD,
        record: bad,
      },
    ]);
  });

  it.each([
    ['an undecodable record', { eventID: 'x', eventName: 'INSERT' }, 'UNDECODABLE_RECORD'],
    ['null', null, 'UNDECODABLE_RECORD'],
    ['a key of another form', records('keyless')[0], 'MALFORMED_KEY'],
    ['a record that the decision throws on', records('throws')[0], 'DECISION_THREW'],
  ])('makes %s a dead letter of its own', async (_, record, code) => {
    const { response, letters } = await invoke({ Records: [record, ...records('a')] });
    expect(response).toEqual({ batchItemFailures: [] });
    expect(letters.map(({ error }) => error.code)).toEqual([code]);
  });

  it('counts a record that a rule ignores', async () => {
    const { reports } = await invoke({ Records: records('ignored-1') });
    expect(reports[0]?.outcomes).toEqual([{ kind: 'ignored', rule: 'test-rule' }]);
  });

  it('answers a redrive with an outcome per record and never letters', async () => {
    const event = {
      Records: [...records('a', 'poison-1', 'ignored-1'), null],
      redrive: { id: 'night-shift' },
    };
    const { response, letters } = await invoke(event);
    expect(letters).toEqual([]);
    expect(response).toMatchObject({
      redrive: { id: 'night-shift' },
      outcomes: [
        { eventId: 'a', outcome: 'applied', settled: true },
        { eventId: 'poison-1', outcome: 'poison', settled: false, failure: { code: 'BAD' } },
        { eventId: 'ignored-1', outcome: 'ignored', settled: true, rule: 'test-rule' },
        { eventId: null, outcome: 'poison', settled: false },
      ],
    });
  });

  it.each([undefined, null, 7, {}, { Records: {} }])('refuses the event %j', async (event) => {
    await expect(invoke(event)).rejects.toThrow();
  });

  it.each([{}, { id: '' }, { id: 7 }, null, 'x'])(
    'refuses the redrive marker %j rather than write letters',
    async (redrive) => {
      await expect(invoke({ Records: records('poison-1'), redrive })).rejects.toThrow('redrive.id');
    },
  );
});
