import { describe, expect, it } from 'vitest';
import { sleep } from '../../shared/time/clock.ts';
import {
  mappingUnderTest,
  ordinal,
  record,
  records,
  reports,
  SHARD,
  sequence,
  succeeds,
  throws,
} from './testing.ts';

const later = () => Promise.withResolvers<typeof succeeds>();

describe('shards', () => {
  it('a child waits for its parent to be closed and done; an unknown parent holds nobody up', async () => {
    const { mapping, batches, clock, idle } = mappingUnderTest({});
    mapping.addShard({ shardId: 'child', parentShardId: SHARD });
    mapping.addShard({ shardId: 'orphan', parentShardId: 'trimmed' });
    mapping.enable();
    mapping.append('child', [record(5)]);
    mapping.append('orphan', [record(9)]);
    mapping.append(SHARD, [record(1)]);
    await clock.advance(1_000);
    expect(batches()).toEqual([[1], [9]]);
    mapping.closeShard(SHARD);
    await idle();
    expect(batches()).toEqual([[1], [9], [5]]);
  });

  it('a shard that never held a record holds its children back until those before it are done', async () => {
    let tries = 0;
    const { mapping, batches, events, idle } = mappingUnderTest({}, () =>
      tries++ === 0 ? throws : succeeds,
    );
    mapping.addShard({ shardId: 'empty', parentShardId: SHARD });
    mapping.addShard({ shardId: 'grandchild', parentShardId: 'empty' });
    mapping.append(SHARD, [record(1)]);
    mapping.append('grandchild', [record(2)]);
    for (const closed of [SHARD, 'empty']) mapping.closeShard(closed);
    mapping.enable();
    await idle();
    expect(batches()).toEqual([[1], [1], [2]]);
    const done = events.filter(({ kind }) => kind === 'shard-done');
    expect(done.map(({ shardId }) => shardId)).toEqual([SHARD, 'empty']);
  });

  it('a shard that is unknown, known already or closed is named in the error', () => {
    const { mapping } = mappingUnderTest({});
    expect(() => mapping.append('nowhere', [])).toThrow('shard nowhere is unknown');
    expect(() => mapping.addShard({ shardId: SHARD })).toThrow(`shard ${SHARD} was added before`);
    mapping.closeShard(SHARD);
    expect(() => mapping.append(SHARD, [record(1)])).toThrow(`shard ${SHARD} is closed`);
  });
});

describe('enabling and disabling', () => {
  it('nothing is read before the mapping is enabled', async () => {
    const { mapping, batches, idle } = mappingUnderTest({});
    mapping.append(SHARD, [record(1)]);
    await idle();
    expect(batches()).toEqual([]);
    expect(mapping.metrics().PolledEventCount).toBe(0);
  });

  it('LATEST skips what was there before the mapping was first enabled', async () => {
    const { mapping, batches, idle } = mappingUnderTest({ StartingPosition: 'LATEST' });
    mapping.append(SHARD, records(1, 2));
    expect(mapping.checkpoints()).toEqual({ [SHARD]: sequence(2) });
    mapping.enable();
    mapping.append(SHARD, [record(3)]);
    await idle();
    expect(batches()).toEqual([[3]]);
  });

  it('LATEST skips nothing that comes later, also while the mapping is disabled', async () => {
    const { mapping, batches, idle } = mappingUnderTest({ StartingPosition: 'LATEST' });
    mapping.enable();
    mapping.disable();
    mapping.append(SHARD, [record(1)]);
    mapping.enable();
    await idle();
    expect(batches()).toEqual([[1]]);
  });

  it('once stopped it stays so, whatever it is told', async () => {
    const { mapping, batches, idle } = mappingUnderTest({});
    mapping.stop();
    mapping.enable();
    mapping.disable();
    mapping.enable();
    mapping.append(SHARD, [record(1)]);
    await idle();
    expect(batches()).toEqual([]);
  });

  it('a shard begins with the checkpoint of an earlier run, and a record without a number moves it no further', async () => {
    const { mapping, idle } = mappingUnderTest({});
    mapping.addShard({ shardId: 'resumed', checkpoint: sequence(7) });
    expect(mapping.checkpoints()).toEqual({ resumed: sequence(7) });
    mapping.enable();
    mapping.append('resumed', [record(8), { dynamodb: {} }]);
    await idle();
    expect(mapping.checkpoints()).toEqual({ resumed: sequence(8) });
  });

  it('disabled in the middle of retries, it keeps the checkpoint and batches the rest anew when enabled', async () => {
    let isMended = false;
    const { mapping, batches, invocations, clock, idle } = mappingUnderTest({ BatchSize: 2 }, (batch) =>
      batch.includes(3) && !isMended ? throws : succeeds,
    );
    mapping.enable();
    mapping.append(SHARD, records(1, 4));
    await clock.advance(100);
    mapping.disable();
    await idle();
    expect(mapping.checkpoints()).toEqual({ [SHARD]: sequence(2) });
    expect(mapping.backlog()).toMatchObject({ records: 2, inFlight: 0 });
    const before = batches().length;
    await clock.advance(3_600_000);
    expect(batches()).toHaveLength(before);
    isMended = true;
    mapping.enable();
    await idle();
    expect(invocations.at(-1)).toMatchObject({ batch: [3, 4] });
    expect(invocations.at(-1)?.requestId).not.toBe(invocations.at(-2)?.requestId);
    expect(mapping.checkpoints()).toEqual({ [SHARD]: sequence(4) });
  });

  it('disabled among the halves of a batch, it delivers what is left of it in the order of the stream', async () => {
    let isMended = false;
    const { mapping, batches, clock, idle } = mappingUnderTest(
      { BatchSize: 8, BisectBatchOnFunctionError: true },
      (batch) => (batch.includes(1) && !isMended ? throws : succeeds),
    );
    mapping.enable();
    mapping.append(SHARD, records(1, 9));
    await clock.advance(100);
    mapping.disable();
    await clock.advance(0);
    expect(mapping.backlog()).toMatchObject({ records: 9, inFlight: 0 });
    isMended = true;
    mapping.enable();
    await idle();
    expect(batches().slice(-2)).toEqual([[1, 2, 3, 4, 5, 6, 7, 8], [9]]);
  });

  it('an invocation under way when the mapping is disabled still counts', async () => {
    const held = later();
    const { mapping, clock, idle } = mappingUnderTest({}, () => held.promise);
    mapping.enable();
    mapping.append(SHARD, [record(1)]);
    await clock.advance(0);
    mapping.disable();
    held.resolve(succeeds);
    await idle();
    expect(mapping.checkpoints()).toEqual({ [SHARD]: sequence(1) });
  });

  it('the backlog tells what waits, what is in flight and how old it is', async () => {
    const held = later();
    const { mapping, clock, idle } = mappingUnderTest({ BatchSize: 2 }, () => held.promise);
    mapping.enable();
    mapping.append(SHARD, records(1, 5));
    await clock.advance(0);
    const startMs = clock.now();
    expect(mapping.backlog()).toEqual({ records: 5, inFlight: 2, oldestCreatedAtMs: startMs });
    held.resolve(succeeds);
    await idle();
    expect(mapping.backlog()).toEqual({ records: 0, inFlight: 0, oldestCreatedAtMs: undefined });
  });

  it('of several shards the oldest record tells how old the backlog is', () => {
    const { mapping, clock } = mappingUnderTest({});
    const nowS = clock.now() / 1000;
    for (const [shardId, ageS] of [
      ['a', 5],
      ['b', 30],
      ['c', 10],
    ] as const) {
      mapping.addShard({ shardId });
      mapping.append(shardId, [record(1, { createdS: nowS - ageS })]);
    }
    expect(mapping.backlog().oldestCreatedAtMs).toBe((nowS - 30) * 1000);
  });

  it('an invoke that breaks its promise ends the mapping and is told to whoever waits', async () => {
    const { mapping, clock, batches, idle } = mappingUnderTest({}, () =>
      Promise.reject(new Error('no worker')),
    );
    mapping.enable();
    mapping.append(SHARD, [record(1)]);
    await expect(idle()).rejects.toThrow('no worker');
    await expect(mapping.whenIdle()).rejects.toThrow('no worker');
    mapping.addShard({ shardId: 'other' });
    mapping.append('other', [record(2)]);
    await clock.advance(1_000);
    expect(batches()).toEqual([[1]]);
  });

  it('what it does can be watched', async () => {
    const { mapping, events, idle } = mappingUnderTest({});
    mapping.enable();
    mapping.append(SHARD, [record(1)]);
    mapping.closeShard(SHARD);
    await idle();
    expect(events.map(({ kind }) => kind)).toEqual(['invoked', 'checkpoint', 'shard-done']);
    expect(ordinal(mapping.checkpoints()[SHARD])).toBe(1);
  });

  it('of an invocation that fails it is told when it was, which attempt, by what, and from which record on', async () => {
    const { mapping, clock, events, idle } = mappingUnderTest(
      { MaximumRetryAttempts: 1, FunctionResponseTypes: ['ReportBatchItemFailures'] },
      async (batch) => {
        await sleep(clock, 30);
        return batch.includes(1) ? reports(2) : throws;
      },
    );
    const beganMs = clock.now();
    mapping.enable();
    mapping.append(SHARD, records(1, 3));
    await idle();
    const told = events.filter((event) => event.kind === 'invoked');
    expect(told).toMatchObject([
      { atMs: beganMs, durationMs: 30, attempt: 1, outcome: 'partial', failedFrom: sequence(2) },
      { atMs: beganMs + 30, attempt: 1, outcome: 'error', failedFrom: sequence(2), errorType: 'Error' },
      { atMs: beganMs + 260, attempt: 2, outcome: 'error', failedFrom: sequence(2), errorType: 'Error' },
    ]);
  });
});
