import { describe, expect, it } from 'vitest';
import {
  mappingUnderTest,
  QUEUE,
  record,
  records,
  reports,
  SHARD,
  sequence,
  succeeds,
  throws,
} from './testing.ts';

const TO_QUEUE = { DestinationConfig: { OnFailure: { Destination: QUEUE } } };

describe('failures', () => {
  it('a failing batch holds up its shard and no other', async () => {
    const { mapping, batches, idle } = mappingUnderTest({ BatchSize: 1, MaximumRetryAttempts: 2 }, ([n]) =>
      n === 1 ? throws : succeeds,
    );
    mapping.addShard({ shardId: 'other' });
    mapping.enable();
    mapping.append(SHARD, records(1, 2));
    mapping.append('other', records(8, 9));
    await idle();
    expect(batches().flat()).toEqual([1, 8, 9, 1, 1, 2]);
  });

  it('throttles are not counted, neither as retries nor in the message', async () => {
    let calls = 0;
    const { mapping, bodies, invocations, idle } = mappingUnderTest(
      { MaximumRetryAttempts: 1, ...TO_QUEUE },
      () => (++calls <= 5 ? { kind: 'throttled' } : throws),
    );
    mapping.enable();
    mapping.append(SHARD, [record(1)]);
    await idle();
    expect(invocations).toHaveLength(7);
    expect(new Set(invocations.map(({ requestId }) => requestId)).size).toBe(1);
    expect(bodies()[0].requestContext.approximateInvokeCount).toBe(2);
  });

  it('a timeout is a function error', async () => {
    const { mapping, bodies, idle } = mappingUnderTest({ MaximumRetryAttempts: 0, ...TO_QUEUE }, () => ({
      kind: 'timeout',
    }));
    mapping.enable();
    mapping.append(SHARD, [record(1)]);
    await idle();
    expect(bodies()[0].responseContext.functionError).toBe('Unhandled');
  });

  it('a batch that loses its oldest record to age goes on as a new batch', async () => {
    const { mapping, invocations, deliveries, clock, idle } = mappingUnderTest(
      { MaximumRecordAgeInSeconds: 60, ...TO_QUEUE },
      (batch) => (batch.includes(1) ? throws : succeeds),
    );
    mapping.enable();
    mapping.append(SHARD, [record(1), record(2, { createdS: clock.now() / 1000 + 50 })]);
    await idle();
    expect(deliveries).toHaveLength(1);
    expect(invocations.at(-1)?.batch).toEqual([2]);
    expect(invocations.at(-1)?.requestId).not.toBe(invocations[0]?.requestId);
  });

  it('what outlives the retention of the stream is lost without a message, or with one if the parameter says so', async () => {
    for (const retentionLoss of ['silent', 'destination'] as const) {
      const { mapping, events, deliveries, clock, idle } = mappingUnderTest(TO_QUEUE, () => throws, {
        parameters: { retentionLoss },
      });
      const beganMs = clock.now();
      mapping.enable();
      mapping.append(SHARD, [record(1)]);
      await idle();
      expect((clock.now() - beganMs) / 3_600_000).toBeGreaterThan(24);
      expect((clock.now() - beganMs) / 3_600_000).toBeLessThan(24.1);
      expect(deliveries).toHaveLength(retentionLoss === 'silent' ? 0 : 1);
      expect(events.find((event) => event.kind === 'discarded')).toMatchObject({
        fate: retentionLoss === 'silent' ? 'lost' : 'delivered',
      });
      expect(mapping.checkpoints()).toEqual({ [SHARD]: sequence(1) });
    }
  });

  it('a destination that refuses loses the records, and the shard goes on', async () => {
    const { mapping, batches, idle } = mappingUnderTest(
      { BatchSize: 3, MaximumRetryAttempts: 0, ...TO_QUEUE },
      (batch) => (batch.includes(1) ? throws : succeeds),
      { refuse: true },
    );
    mapping.enable();
    mapping.append(SHARD, records(1, 4));
    await idle();
    expect(batches()).toEqual([[1, 2, 3], [4]]);
    expect(mapping.metrics()).toMatchObject({
      DroppedEventCount: 3,
      OnFailureDestinationDeliveredEventCount: 0,
    });
  });

  it.each([
    ['run out of retries', { MaximumRetryAttempts: 0 }, 0],
    ['are too old', { MaximumRecordAgeInSeconds: 60 }, 100],
  ])(
    'what follows records that %s waits until the destination has answered, and so does the checkpoint',
    async (_title, limit, ageS) => {
      const answer = Promise.withResolvers<void>();
      const { mapping, clock, batches, idle } = mappingUnderTest(
        { BatchSize: 1, ...limit, ...TO_QUEUE },
        ([n]) => (n === 1 ? throws : succeeds),
        { deliver: () => answer.promise },
      );
      const createdS = clock.now() / 1000 - ageS;
      mapping.enable();
      mapping.append(SHARD, [record(1, { createdS }), record(2)]);
      await clock.advance(60_000);
      expect(batches()).not.toContainEqual([2]);
      expect(mapping.checkpoints()).toEqual({});
      expect(mapping.backlog()).toMatchObject({ records: 2, inFlight: 1 });
      answer.resolve();
      await idle();
      expect(batches()).toContainEqual([2]);
      expect(mapping.checkpoints()).toEqual({ [SHARD]: sequence(2) });
    },
  );

  it('records that are too old go in one message as far as they stand in front, however old those behind are', async () => {
    const { mapping, bodies, batches, clock, idle } = mappingUnderTest({
      MaximumRecordAgeInSeconds: 60,
      ...TO_QUEUE,
    });
    const oldS = clock.now() / 1000 - 61;
    mapping.enable();
    mapping.append(SHARD, [
      record(1, { createdS: oldS }),
      record(2, { createdS: oldS - 100 }),
      record(3),
      record(4, { createdS: oldS }),
      record(5),
    ]);
    await idle();
    expect(bodies().map(({ DDBStreamBatchInfo: info }) => info.batchSize)).toEqual([2]);
    expect(batches()).toEqual([[3, 4, 5]]);
  });

  it('a batch that is throttled for longer than its records may age is given up', async () => {
    const { mapping, bodies, clock, idle } = mappingUnderTest(
      { MaximumRecordAgeInSeconds: 60, ...TO_QUEUE },
      () => ({ kind: 'throttled' }),
    );
    const beganMs = clock.now();
    mapping.enable();
    mapping.append(SHARD, records(1, 2));
    await idle();
    expect(bodies()).toMatchObject([{ requestContext: { condition: 'RecordAgeExceeded' } }]);
    expect(clock.now() - beganMs).toBeLessThan(180_000);
  });

  it('every retry that the mapping allows is made, and not one more', async () => {
    const { mapping, batches, bodies, idle } = mappingUnderTest(
      { MaximumRetryAttempts: 12, BisectBatchOnFunctionError: true, ...TO_QUEUE },
      () => throws,
    );
    mapping.enable();
    mapping.append(SHARD, [record(1)]);
    await idle();
    expect(batches()).toHaveLength(13);
    expect(bodies()[0].requestContext.approximateInvokeCount).toBe(13);
  });

  it('attempts lie further and further apart, throttled ones too', async () => {
    for (const answer of [throws, { kind: 'throttled' } as const]) {
      let calls = 0;
      const { mapping, invocations, idle } = mappingUnderTest({}, () => (++calls < 5 ? answer : succeeds));
      mapping.enable();
      mapping.append(SHARD, [record(1)]);
      await idle();
      expect(invocations.map(({ atMs }) => atMs)).toEqual([0, 200, 600, 1_400, 3_000]);
    }
  });

  it('a FIFO queue refuses every delivery', async () => {
    const fifo = { DestinationConfig: { OnFailure: { Destination: `${QUEUE}.fifo` } } };
    const { mapping, deliveries, idle } = mappingUnderTest(
      { MaximumRetryAttempts: 0, ...fifo },
      () => throws,
    );
    mapping.enable();
    mapping.append(SHARD, [record(1)]);
    await idle();
    expect(deliveries).toEqual([]);
    expect(mapping.metrics().DroppedEventCount).toBe(1);
  });
});

it('records older than the retention when they arrive are delivered: the stream still had them', async () => {
  const { mapping, batches, idle } = mappingUnderTest({});
  mapping.enable();
  mapping.append(SHARD, [record(1, { createdS: 1_000_000_000 })]);
  await idle();
  expect(batches()).toEqual([[1]]);
});

describe('metrics, as recorded on AWS for three records that fail once', () => {
  const failing = { MaximumRetryAttempts: 0 };
  it.each([
    [
      'with a destination',
      { ...failing, ...TO_QUEUE },
      false,
      { OnFailureDestinationDeliveredEventCount: 3, DroppedEventCount: 0 },
    ],
    ['without one', failing, false, { OnFailureDestinationDeliveredEventCount: 0, DroppedEventCount: 0 }],
    [
      'with one that refuses',
      { ...failing, ...TO_QUEUE },
      true,
      { OnFailureDestinationDeliveredEventCount: 0, DroppedEventCount: 3 },
    ],
  ])('%s', async (_title, properties, refuse, expected) => {
    const { mapping, idle } = mappingUnderTest(properties, () => throws, { refuse });
    mapping.enable();
    mapping.append(SHARD, records(1, 3));
    await idle();
    expect(mapping.metrics()).toEqual({
      PolledEventCount: 3,
      FilteredOutEventCount: 0,
      InvokedEventCount: 3,
      FailedInvokeEventCount: 3,
      ...expected,
    });
  });

  it('of a partial response the records that come again have failed', async () => {
    const { mapping, idle } = mappingUnderTest(
      { MaximumRetryAttempts: 0, FunctionResponseTypes: ['ReportBatchItemFailures'] },
      (batch) => (batch.includes(1) ? reports(3) : succeeds),
    );
    mapping.enable();
    mapping.append(SHARD, records(1, 4));
    await idle();
    expect(mapping.metrics()).toMatchObject({ InvokedEventCount: 6, FailedInvokeEventCount: 2 });
  });
});
