import { describe, expect, it } from 'vitest';
import { EPOCH_S, record, SHARD, sequence } from '../testing.ts';
import { readCase } from './case.ts';
import { runCase } from './run-case.ts';

const shards = [{ shardId: SHARD, records: [{ atMs: 0, record: record(1) }] }];

describe('a malformed case is refused with the place, the kind and the way out', () => {
  it.each<[unknown, string]>([
    [[], 'the case is a list; it must be an object, {…}'],
    [{}, 'shards is missing; it must be a list of objects'],
    [{ shards: [5] }, 'shards[0] is an integer; it must be an object, {…}'],
    [
      { shards: [{ records: [] }] },
      'shards[0].shardId is missing; it must be a string such as "shardId-00000001"',
    ],
    [
      { shards: [{ shardId: 's', records: {} }] },
      'shards[0].records is an object; it must be a list of objects',
    ],
    [
      { shards: [{ shardId: 's', records: [{ atMs: 0 }] }] },
      'shards[0].records[0].record is missing; it must be a Lambda event record',
    ],
    [
      { shards: [{ shardId: 's', records: [{ atMs: '5', record: {} }] }] },
      'shards[0].records[0].atMs is the string "5"; it must be a number',
    ],
    [
      { shards, handler: [{ whenBatchHas: [1], timeout: true }] },
      'handler[0].whenBatchHas[0] is an integer; it must be a string',
    ],
    [
      { shards, epochMs: 1e300 },
      'epochMs is an integer; it must be a number from -1000000000000000 to 1000000000000000',
    ],
    [
      {
        shards: [{ shardId: 's', records: [{ record: JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`) }] }],
      },
      'the case is nested deeper than 200 levels, and no record is',
    ],
    [
      { shards, handler: [{ times: 1 }] },
      'handler[0] has no answer; it must have exactly one of respond, reportMatched, throw, timeout, throttle',
    ],
    [
      { shards, handler: [{ timeout: true, respond: {} }] },
      'handler[0] has respond and timeout; it must have exactly one of respond, reportMatched, throw, timeout, throttle',
    ],
    [{ shards: [...shards, ...shards] }, `shards lists ${SHARD} twice; put its records in one shard`],
    [
      { shards, parameters: { retentionLoss: 'loud' } },
      'parameters.retentionLoss is the string "loud"; it must be one of silent, destination',
    ],
    [
      { shards, parameters: { patience: 1 } },
      expect.stringContaining('parameters.patience is no parameter; there are backoff'),
    ],
  ])('%j', (json, expected) => {
    const message = () => {
      try {
        readCase(json);
        return 'accepted';
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
    };
    expect(message()).toEqual(expected);
  });

  it('members that are not known are listed, not refused', () => {
    expect(readCase({ shards, title: 'recorded in spring' }).unknown).toEqual(['title']);
  });
});

describe('a case', () => {
  const transcript = async (more: object) => (await runCase(readCase({ shards, ...more }))).transcript;

  it('gives the same transcript every time', async () => {
    const failing = { mapping: { MaximumRetryAttempts: 2 }, handler: [{ timeout: true }] };
    expect(await transcript(failing)).toEqual(await transcript(failing));
  });

  it('takes the stream from its records and the function beside it', () => {
    const arn = 'arn:aws:dynamodb:ap-south-1:111122223333:table/T/stream/2026-01-01T00:00:00.000';
    const { mapping } = readCase({
      mapping: { FunctionName: 'f:live' },
      shards: [{ shardId: 's', records: [{ atMs: 0, record: { ...record(1), eventSourceARN: arn } }] }],
    });
    expect(mapping).toMatchObject({
      eventSourceArn: arn,
      functionArn: 'arn:aws:lambda:ap-south-1:111122223333:function:f:live',
    });
  });

  it('the first rule that matches decides, until it has applied often enough', async () => {
    const { invocations } = await transcript({
      handler: [
        { whenBatchHas: ['another'], timeout: true },
        { times: 2, throw: { errorType: 'E', errorMessage: 'e' } },
        { times: 1, throttle: true },
      ],
    });
    expect(invocations.map(({ outcome }) => outcome)).toEqual(['error', 'error', 'throttled', 'success']);
  });

  it('times may be relative or since the epoch', async () => {
    const atMs = record(1).dynamodb.ApproximateCreationDateTime * 1000 + 250;
    const { invocations } = await transcript({
      shards: [{ shardId: SHARD, records: [{ atMs, record: record(1) }] }],
      mapping: { MaximumRecordAgeInSeconds: 60 },
    });
    expect(invocations.map((invocation) => invocation.atMs)).toEqual([atMs]);
  });

  it('what arrives when it was created is not old, however long after the first', async () => {
    const at = (n: number, s: number) => ({ atMs: s * 1000, record: record(n, { createdS: EPOCH_S + s }) });
    const { invocations, onFailure } = await transcript({
      shards: [{ shardId: SHARD, records: [at(1, 0), at(2, 120), at(3, 7_200)] }],
      mapping: { MaximumRecordAgeInSeconds: 60 },
    });
    expect(invocations.map(({ atMs }) => atMs)).toEqual([0, 120_000, 7_200_000]);
    expect(onFailure).toEqual([]);
  });

  it('an invocation takes as long as its rule says, or else the case', async () => {
    const { invocations } = await transcript({
      shards: [{ shardId: SHARD, records: [1, 2, 3].map((n) => ({ atMs: 0, record: record(n) })) }],
      mapping: { BatchSize: 1 },
      durationMs: 7,
      handler: [{ whenBatchHas: [sequence(1)], durationMs: 40, respond: null }],
    });
    expect(invocations.map(({ atMs }) => atMs)).toEqual([0, 40, 47]);
  });

  it('a shard without records is over at once, and does not hold its children up', async () => {
    const { invocations } = await transcript({
      shards: [
        { shardId: 'parent', records: [] },
        { shardId: 'child', parentShardId: 'parent', records: [{ atMs: 0, record: record(1) }] },
      ],
    });
    expect(invocations).toHaveLength(1);
  });

  it('a creation time that no date can be does not tell when the case happens', async () => {
    const impossible = {
      ...record(1),
      dynamodb: { ...record(1).dynamodb, ApproximateCreationDateTime: 2 ** 53 },
    };
    const { onFailure } = await transcript({
      shards: [{ shardId: SHARD, records: [{ atMs: 0, record: impossible }] }],
      mapping: {
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failures' } },
      },
      handler: [{ throw: {} }],
    });
    expect(onFailure).toHaveLength(1);
  });

  it('a record may be nested as deep as any is, and not without end', () => {
    const caseOf = (levels: number) => {
      const deep: unknown = JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
      return { shards: [{ shardId: SHARD, records: [{ atMs: 0, record: { ...record(1), deep } }] }] };
    };
    // Six lists and objects lie around what is in a record.
    expect(readCase(caseOf(195)).shards).toHaveLength(1);
    expect(() => readCase(caseOf(196))).toThrow('200 levels');
  });

  it('a mapping that is disabled and never enabled delivers nothing', async () => {
    expect(await transcript({ mapping: { Enabled: false } })).toEqual({
      invocations: [],
      onFailure: [],
      filtered: [],
      checkpoints: {},
    });
  });

  it('a failing day passes in no time: without limits a record is retried until it leaves the stream', async () => {
    const { invocations, onFailure, checkpoints } = await transcript({ handler: [{ timeout: true }] });
    const lastMs = invocations.at(-1)?.atMs ?? 0;
    expect(lastMs).toBeGreaterThan(23.9 * 3_600_000);
    expect(lastMs).toBeLessThanOrEqual(24 * 3_600_000);
    expect(onFailure).toEqual([]);
    expect(Object.keys(checkpoints)).toEqual([SHARD]);
  });
});
