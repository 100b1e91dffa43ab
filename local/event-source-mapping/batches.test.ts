import { describe, expect, it } from 'vitest';
import { mappingUnderTest, QUEUE, record, records, SHARD, sequence, succeeds, throws } from './testing.ts';

const TO_QUEUE = { DestinationConfig: { OnFailure: { Destination: QUEUE } } };
const later = () => Promise.withResolvers<typeof succeeds>();

describe('batches', () => {
  it('records appended in one turn share a batch, up to BatchSize', async () => {
    const { mapping, batches, idle } = mappingUnderTest({ BatchSize: 3 });
    mapping.enable();
    for (const one of records(1, 4)) mapping.append(SHARD, [one]);
    await idle();
    expect(batches()).toEqual([[1, 2, 3], [4]]);
  });

  it('a window gathers from the first record on and ends early when the batch is full', async () => {
    const { mapping, clock, invocations, idle } = mappingUnderTest({
      BatchSize: 2,
      MaximumBatchingWindowInSeconds: 10,
    });
    mapping.enable();
    mapping.append(SHARD, [record(1)]);
    await clock.advance(4_000);
    mapping.append(SHARD, [record(2)]);
    await clock.advance(3_000);
    mapping.append(SHARD, [record(3)]);
    await idle();
    expect(invocations.map(({ batch, atMs }) => [batch, atMs])).toEqual([
      [[1, 2], 4_000],
      [[3], 17_000],
    ]);
  });

  it('what comes within a window does not lengthen it', async () => {
    const { mapping, clock, invocations, idle } = mappingUnderTest({ MaximumBatchingWindowInSeconds: 10 });
    mapping.enable();
    for (const one of records(1, 3)) {
      mapping.append(SHARD, [one]);
      await clock.advance(4_000);
    }
    await idle();
    expect(invocations.map(({ batch, atMs }) => [batch, atMs])).toEqual([[[1, 2, 3], 10_000]]);
  });

  it('an event is kept within the payload limit, counted in bytes of UTF-8', async () => {
    const image = { text: { S: 'ट'.repeat(1_100_000) } };
    const sizes: number[] = [];
    const { mapping, batches, idle } = mappingUnderTest({ BatchSize: 10 }, (_batch, { payload }) => {
      sizes.push(Buffer.byteLength(payload));
      return succeeds;
    });
    mapping.enable();
    mapping.append(
      SHARD,
      [1, 2, 3].map((n) => record(n, { image })),
    );
    await idle();
    expect(batches()).toEqual([[1], [2], [3]]);
    expect(Math.max(...sizes)).toBeLessThan(6 * 1024 * 1024);
  });

  it('an event of exactly the limit is sent, and with a byte less its last record comes apart', async () => {
    const sizes: number[] = [];
    const batchesWithin = async (payloadLimitBytes: number) => {
      const { mapping, batches, idle } = mappingUnderTest(
        {},
        (_batch, { payload }) => {
          sizes.push(Buffer.byteLength(payload));
          return succeeds;
        },
        { parameters: { payloadLimitBytes } },
      );
      mapping.enable();
      mapping.append(SHARD, records(1, 6));
      await idle();
      return batches();
    };
    expect(await batchesWithin(1_000_000)).toEqual([[1, 2, 3, 4, 5, 6]]);
    const [six = 0] = sizes;
    const empty = '{"Records":[]}'.length;
    // Half of the records, and half of what is between them but for the comma that falls away.
    const three = empty + (six - empty - 1) / 2;
    expect(await batchesWithin(three)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await batchesWithin(three - 1)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
  });

  it('a record too large for any event uses its retries up unseen, and its message has no responseContext', async () => {
    const { mapping, bodies, batches, events, idle } = mappingUnderTest(
      { MaximumRetryAttempts: 2, ...TO_QUEUE },
      () => succeeds,
      { parameters: { payloadLimitBytes: 1_000 } },
    );
    mapping.enable();
    mapping.append(SHARD, [record(1, { image: { text: { S: 'x'.repeat(2_000) } } }), record(2)]);
    await idle();
    expect(batches()).toEqual([[2]]);
    expect(bodies()[0].requestContext).toMatchObject({
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 3,
    });
    expect(bodies()[0]).not.toHaveProperty('responseContext');
    expect(events.filter((event) => event.kind === 'invoked').map(({ outcome }) => outcome)).toEqual([
      'oversized',
      'oversized',
      'oversized',
      'success',
    ]);
  });

  it('records without any field are delivered all the same', async () => {
    const { mapping, invocations, bodies, idle } = mappingUnderTest(
      { MaximumRetryAttempts: 0, ...TO_QUEUE },
      () => throws,
    );
    mapping.enable();
    mapping.append(SHARD, [{ dynamodb: {} }, { dynamodb: { Keys: null } }]);
    await idle();
    expect(invocations).toHaveLength(1);
    expect(bodies()[0].DDBStreamBatchInfo.batchSize).toBe(2);
    expect(mapping.checkpoints()).toEqual({});
  });
});

describe('lanes', () => {
  const keyed = (n: number) => record(n, { key: `item-${n % 4}` });

  it('different items are delivered at once, one item in order, and no more than ParallelizationFactor batches', async () => {
    let running = 0;
    let most = 0;
    const { mapping, batches, clock, idle } = mappingUnderTest(
      { BatchSize: 2, ParallelizationFactor: 3 },
      async () => {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => clock.after(10, resolve));
        running--;
        return succeeds;
      },
    );
    mapping.enable();
    const all = Array.from({ length: 40 }, (_, i) => keyed(i + 1));
    mapping.append(SHARD, all);
    await idle();
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(3);
    for (let item = 0; item < 4; item++) {
      const seen = batches()
        .flat()
        .filter((n) => n % 4 === item);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(seen).toHaveLength(10);
    }
    expect(mapping.checkpoints()).toEqual({ [SHARD]: sequence(40) });
  });

  it('a lane that fails holds the checkpoint back, not the other lanes', async () => {
    const held = later();
    const { mapping, clock, batches, idle } = mappingUnderTest(
      { BatchSize: 1, ParallelizationFactor: 10 },
      ([n]) => (n === 1 ? held.promise : succeeds),
    );
    mapping.enable();
    const apart = Array.from({ length: 30 }, (_, i) => record(i + 1));
    mapping.append(SHARD, apart);
    await clock.advance(1_000);
    expect(batches().length).toBeGreaterThan(20);
    expect(mapping.checkpoints()).toEqual({});
    held.resolve(succeeds);
    await idle();
    expect(mapping.checkpoints()).toEqual({ [SHARD]: sequence(30) });
  });

  const ofItem = (n: number, Keys: object) => ({ dynamodb: { Keys, SequenceNumber: sequence(n) } });

  it('items are told apart by their whole key: those of one partition are in different lanes, as on AWS', async () => {
    const held = later();
    const { mapping, clock, batches, idle } = mappingUnderTest(
      { BatchSize: 1, ParallelizationFactor: 10 },
      ([n]) => (n === 1 ? held.promise : succeeds),
    );
    mapping.enable();
    mapping.append(
      SHARD,
      Array.from({ length: 30 }, (_, i) => ofItem(i + 1, { PK: { S: 'chat' }, SK: { S: `message-${i}` } })),
    );
    await clock.advance(1_000);
    expect(batches().length).toBeGreaterThan(20);
    held.resolve(succeeds);
    await idle();
  });

  it('an item is the same in whatever order its key is written', async () => {
    const held = later();
    const { mapping, clock, batches, idle } = mappingUnderTest(
      { BatchSize: 1, ParallelizationFactor: 10 },
      ([n = 0]) => (n % 2 === 1 ? held.promise : succeeds),
    );
    mapping.enable();
    for (let item = 1; item <= 5; item++) {
      const [PK, SK] = [{ S: 'chat' }, { S: `message-${item}` }];
      mapping.append(SHARD, [ofItem(2 * item - 1, { PK, SK }), ofItem(2 * item, { SK, PK })]);
    }
    await clock.advance(1_000);
    expect(
      batches()
        .flat()
        .filter((n) => n % 2 === 0),
    ).toEqual([]);
    held.resolve(succeeds);
    await idle();
  });
});
