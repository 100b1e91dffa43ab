/**
 * What was recorded on AWS, run through the simulator's door. Each test is one recording: BatchSize, retries and the function's
 * behaviour are its settings; the batches, request ids and on-failure messages are what AWS did.
 */
import { describe, expect, it } from 'vitest';
import { readCase } from './simulation/case.ts';
import { runCase } from './simulation/run-case.ts';
import { ordinal, QUEUE, record, records, SHARD, sequence } from './testing.ts';

const REPORTING = { FunctionResponseTypes: ['ReportBatchItemFailures'] };
const TO_QUEUE = { DestinationConfig: { OnFailure: { Destination: QUEUE } } };
const bad = (n: number, answer: object) => ({ whenBatchHas: [sequence(n)], ...answer });
const poison = { throw: { errorType: 'RuntimeError', errorMessage: 'poison' } };

async function run(mapping: object, handler: readonly object[], more: object = {}, count = 4) {
  const theCase = {
    mapping: { BatchSize: 4, ...TO_QUEUE, ...mapping },
    shards: [{ shardId: SHARD, records: records(1, count).map((one) => ({ atMs: 0, record: one })) }],
    handler,
    durationMs: 5,
    executedVersion: '1',
    ...more,
  };
  const { transcript } = await runCase(readCase(theCase));
  const names = new Map<string, string>();
  return {
    ...transcript,
    batches: transcript.invocations.map(({ sequenceNumbers }) => sequenceNumbers.map(ordinal).join('')),
    /** Request ids as letters, in order of appearance. */
    requests: transcript.invocations
      .map(({ requestId }) => {
        if (!names.has(requestId)) names.set(requestId, 'ABCDEFGHIJ'.charAt(names.size));
        return names.get(requestId);
      })
      .join(''),
    outcomes: transcript.invocations.map(({ outcome }) => outcome),
    bodies: transcript.onFailure.map(({ body }) => body as Body),
  };
}

interface Body {
  readonly requestContext: { requestId: string; condition: string; approximateInvokeCount: number };
  readonly responseContext?: { functionError: string | null; statusCode: number; executedVersion: string };
  readonly DDBStreamBatchInfo: { batchSize: number; startSequenceNumber: string; endSequenceNumber: string };
}

describe('partial responses', () => {
  it('without ReportBatchItemFailures a response is ignored, whatever it reports', async () => {
    const { batches, outcomes, onFailure } = await run({ MaximumRetryAttempts: 1 }, [
      bad(2, { reportMatched: true }),
    ]);
    expect(batches).toEqual(['1234']);
    expect(outcomes).toEqual(['success']);
    expect(onFailure).toEqual([]);
  });

  it('a partial acknowledgement opens a new batch with a new request id and a fresh budget, and the rest is lost together', async () => {
    const { batches, requests, bodies, outcomes, checkpoints, invocations } = await run(
      { MaximumRetryAttempts: 1, ...REPORTING },
      [bad(2, { reportMatched: true })],
    );
    expect(batches).toEqual(['1234', '234', '234']);
    expect(requests).toBe('ABB');
    expect(outcomes).toEqual(['partial', 'partial', 'partial']);
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
      responseContext: { statusCode: 200, executedVersion: '1', functionError: null },
      DDBStreamBatchInfo: { batchSize: 3, startSequenceNumber: sequence(2), endSequenceNumber: sequence(4) },
    });
    expect(bodies[0]?.requestContext.requestId).toBe(invocations.at(-1)?.requestId);
    expect(checkpoints).toEqual({ [SHARD]: sequence(4) });
  });

  it('of six records in batches of three with three retries the bad last one is delivered five times, and counted four', async () => {
    const { batches, bodies } = await run(
      { BatchSize: 3, MaximumRetryAttempts: 3, ...REPORTING },
      [bad(6, { reportMatched: true })],
      {},
      6,
    );
    expect(batches).toEqual(['123', '456', '6', '6', '6', '6']);
    expect(batches.filter((batch) => batch.includes('6'))).toHaveLength(5);
    expect(bodies.map(({ requestContext }) => requestContext.approximateInvokeCount)).toEqual([4]);
  });

  it.each([
    ['an empty list', []],
    ['null', null],
    ['an empty object', {}],
    ['no failures', { batchItemFailures: [] }],
    ['null failures', { batchItemFailures: null }],
    ['an empty string', ''],
  ])('%s is complete success', async (_form, respond) => {
    const { batches, onFailure } = await run({ MaximumRetryAttempts: 3, ...REPORTING }, [{ respond }]);
    expect(batches).toEqual(['1234']);
    expect(onFailure).toEqual([]);
  });

  it.each([
    ['an empty identifier', [{ itemIdentifier: '' }]],
    ['a null identifier', [{ itemIdentifier: null }]],
    ['a numeric identifier', [{ itemIdentifier: 123 }]],
    ['an identifier that is not in the batch', [{ itemIdentifier: '123' }]],
    ['another key', [{ foo: 123 }]],
    ['another key with null', [{ foo: null }]],
    ['an eventID as identifier', [{ itemIdentifier: 'event-2' }]],
  ])('%s fails the whole batch, without a functionError', async (_form, batchItemFailures) => {
    const { batches, requests, outcomes, bodies } = await run({ MaximumRetryAttempts: 3, ...REPORTING }, [
      { respond: { batchItemFailures } },
    ]);
    expect(batches).toEqual(['1234', '1234', '1234', '1234']);
    expect(requests).toBe('AAAA');
    expect(outcomes).toEqual(['invalid', 'invalid', 'invalid', 'invalid']);
    expect(bodies).toHaveLength(1);
    expect(bodies[0]?.requestContext.approximateInvokeCount).toBe(4);
    expect(bodies[0]?.responseContext?.functionError).toBeNull();
  });

  it('an empty identifier without retries gives the batch up after one invocation', async () => {
    const { batches, bodies } = await run({ MaximumRetryAttempts: 0, ...REPORTING }, [
      { respond: { batchItemFailures: [{ itemIdentifier: '' }] } },
    ]);
    expect(batches).toEqual(['1234']);
    expect(bodies[0]).toMatchObject({
      requestContext: { approximateInvokeCount: 1, condition: 'RetryAttemptsExhausted' },
      responseContext: { functionError: null },
      DDBStreamBatchInfo: { batchSize: 4 },
    });
  });
});

describe('retries and bisect', () => {
  it('a batch that throws is retried with the same request id, and its message says Unhandled', async () => {
    const { batches, requests, bodies, outcomes } = await run({ MaximumRetryAttempts: 2 }, [bad(2, poison)]);
    expect(batches).toEqual(['1234', '1234', '1234']);
    expect(requests).toBe('AAA');
    expect(outcomes).toEqual(['error', 'error', 'error']);
    expect(bodies[0]).toMatchObject({
      requestContext: { approximateInvokeCount: 3 },
      responseContext: { statusCode: 200, functionError: 'Unhandled' },
      DDBStreamBatchInfo: { batchSize: 4 },
    });
  });

  it('a throwing batch is halved without a retry, depth first, and only the single record uses the budget', async () => {
    const { batches, requests, bodies, checkpoints } = await run(
      { MaximumRetryAttempts: 1, BisectBatchOnFunctionError: true },
      [bad(2, poison)],
    );
    expect(batches).toEqual(['1234', '12', '1', '2', '2', '34']);
    expect(requests).toBe('ABCDDE');
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toMatchObject({
      requestContext: { approximateInvokeCount: 2, condition: 'RetryAttemptsExhausted' },
      responseContext: { functionError: 'Unhandled' },
      DDBStreamBatchInfo: { batchSize: 1, startSequenceNumber: sequence(2) },
    });
    expect(checkpoints).toEqual({ [SHARD]: sequence(4) });
  });

  it('with both settings a reported record cuts, and only when it stands first is the batch halved', async () => {
    const { batches, requests, bodies } = await run(
      { MaximumRetryAttempts: 1, BisectBatchOnFunctionError: true, ...REPORTING },
      [bad(2, { reportMatched: true })],
    );
    expect(batches).toEqual(['1234', '234', '2', '2', '34']);
    expect(requests).toBe('ABCCD');
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toMatchObject({
      requestContext: { approximateInvokeCount: 2 },
      responseContext: { functionError: null },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
  });

  it('pieces follow at once; only an unchanged batch waits, a little longer each time', async () => {
    const { invocations } = await run({ MaximumRetryAttempts: 2, BisectBatchOnFunctionError: true }, [
      bad(2, poison),
    ]);
    expect(invocations.map(({ atMs }) => atMs)).toEqual([0, 5, 10, 15, 220, 625, 630]);
  });
});

describe('age, filters and batches', () => {
  it('a record too old when the mapping is enabled is never delivered: count 1 and no responseContext', async () => {
    const { batches, bodies, checkpoints } = await run(
      { MaximumRecordAgeInSeconds: 60, Enabled: false },
      [],
      { enabledAtMs: 70_000 },
      1,
    );
    expect(batches).toEqual([]);
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toMatchObject({
      requestContext: { condition: 'RecordAgeExceeded', approximateInvokeCount: 1 },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
    expect(bodies[0]).not.toHaveProperty('responseContext');
    expect(checkpoints).toEqual({ [SHARD]: sequence(1) });
  });

  it('of six records one is too old: it leaves from the front and the other five are delivered', async () => {
    const ages = [0, 65_000, 65_000, 65_000, 65_000, 65_000];
    const { batches, bodies } = await run({ BatchSize: 10, MaximumRecordAgeInSeconds: 60 }, [], {
      shards: [{ shardId: SHARD, records: ages.map((atMs, i) => ({ atMs, record: record(i + 1) })) }],
      enabledAtMs: 70_000,
    });
    expect(batches).toEqual(['23456']);
    expect(bodies.map(({ DDBStreamBatchInfo: { batchSize } }) => batchSize)).toEqual([1]);
  });

  it('a batch retried until it is too old is counted with its real attempts, and has no responseContext', async () => {
    const { batches, bodies } = await run({ MaximumRecordAgeInSeconds: 60 }, [poison], {}, 1);
    expect(batches.length).toBeGreaterThan(6);
    expect(bodies[0]?.requestContext).toMatchObject({
      condition: 'RecordAgeExceeded',
      approximateInvokeCount: batches.length,
    });
    expect(bodies[0]).not.toHaveProperty('responseContext');
  });

  it('filtered records are skipped, and the checkpoint moves over them', async () => {
    const keep = [false, true, false, true];
    const shards = [
      {
        shardId: SHARD,
        records: keep.map((flag, i) => ({
          atMs: 0,
          record: record(i + 1, { image: { keep: { BOOL: flag } } }),
        })),
      },
    ];
    const Pattern = JSON.stringify({ dynamodb: { NewImage: { keep: { BOOL: [true] } } } });
    const { batches, filtered, checkpoints } = await run({ FilterCriteria: { Filters: [{ Pattern }] } }, [], {
      shards,
    });
    expect(batches).toEqual(['24']);
    expect(filtered).toEqual([sequence(1), sequence(3)]);
    expect(checkpoints).toEqual({ [SHARD]: sequence(4) });
  });

  it('five records in batches of two with a window: the last one waits for the window to end', async () => {
    const { batches, invocations } = await run(
      { BatchSize: 2, MaximumBatchingWindowInSeconds: 5 },
      [],
      {},
      5,
    );
    expect(batches).toEqual(['12', '34', '5']);
    expect(invocations.map(({ atMs }) => atMs)).toEqual([0, 5, 5010]);
  });

  it('a child shard starts when its parent is done, however late the parent closes', async () => {
    const shards = [
      { shardId: 'child', parentShardId: 'parent', records: [{ atMs: 0, record: record(2) }] },
      { shardId: 'parent', records: [{ atMs: 0, record: record(1) }] },
    ];
    const { batches, checkpoints } = await run({ MaximumRetryAttempts: 1 }, [bad(1, poison)], { shards });
    expect(batches).toEqual(['1', '1', '2']);
    expect(checkpoints).toEqual({ child: sequence(2), parent: sequence(1) });
  });
});
