/** Every setting that could lose a record is refused, by name and with a way out. */
import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { streamHandler } from '../../shared/stream/handler.ts';
import { inOrder } from '../../shared/stream/in-order.ts';
import { letterBox } from '../../test/support/letters.ts';
import { streamRecord } from '../../test/support/record.ts';
import { STREAM_DEFAULTS } from '../settings/streams.ts';
import {
  attemptsForOutage,
  MAXIMUM_RECORD_AGE_SECONDS,
  type MappingProperties,
  mappingFaults,
  mappingOf,
  RESERVE_SECONDS,
} from './mapping-settings.ts';

const TIMES = { timeoutSeconds: 60, reserveSeconds: 10 };

const safe: MappingProperties = {
  BatchSize: 1000,
  StartingPosition: 'TRIM_HORIZON',
  FunctionResponseTypes: ['ReportBatchItemFailures'],
  BisectBatchOnFunctionError: true,
  MaximumRetryAttempts: 432,
  MaximumRecordAgeInSeconds: 43_200,
  DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failures' } },
  MetricsConfig: { Metrics: ['EventCount'] },
};

const without = (name: keyof MappingProperties): MappingProperties =>
  Object.fromEntries(Object.entries(safe).filter(([key]) => key !== name));

const pattern = (Pattern: string): MappingProperties => ({
  ...safe,
  FilterCriteria: { Filters: [{ Pattern }] },
});

test('the safe settings have no fault', () => {
  expect(mappingFaults(safe, TIMES)).toEqual([]);
});

test('the attempts last through six hours of holding a batch until the reserve begins', () => {
  expect(attemptsForOutage(TIMES)).toBe(432);
  expect(attemptsForOutage(TIMES) * (60 - 10)).toBeGreaterThanOrEqual(6 * 3600);
  expect(attemptsForOutage({ timeoutSeconds: 900, reserveSeconds: 10 })).toBe(25);
});

test.each<[string, string, MappingProperties]>([
  ['unlimited attempts', 'MaximumRetryAttempts is -1 (unlimited)', { ...safe, MaximumRetryAttempts: -1 }],
  ['attempts left to their default', 'MaximumRetryAttempts', without('MaximumRetryAttempts')],
  ['attempts too few for the outage', 'MaximumRetryAttempts is 431', { ...safe, MaximumRetryAttempts: 431 }],
  ['attempts beyond the range', 'MaximumRetryAttempts', { ...safe, MaximumRetryAttempts: 10_001 }],
  ['an unlimited age', 'MaximumRecordAgeInSeconds is -1', { ...safe, MaximumRecordAgeInSeconds: -1 }],
  ['an age left to its default', 'MaximumRecordAgeInSeconds', without('MaximumRecordAgeInSeconds')],
  ['the age at which the stream trims', 'MaximumRecordAge', { ...safe, MaximumRecordAgeInSeconds: 86_400 }],
  ['an age below the outage', 'MaximumRecordAgeInSeconds', { ...safe, MaximumRecordAgeInSeconds: 21_599 }],
  ['a missing destination', 'DestinationConfig.OnFailure', without('DestinationConfig')],
  ['an empty destination', 'DestinationConfig.OnFailure', { ...safe, DestinationConfig: { OnFailure: {} } }],
  ['leaving out partial responses', 'ReportBatchItemFailures', { ...safe, FunctionResponseTypes: [] }],
  ['switching bisect off', 'BisectBatchOnFunctionError', { ...safe, BisectBatchOnFunctionError: false }],
  ['bisect left to its default', 'BisectBatchOnFunctionError', without('BisectBatchOnFunctionError')],
  ['leaving out event counts', 'MetricsConfig', without('MetricsConfig')],
  ['starting at the latest record', 'StartingPosition is LATEST', { ...safe, StartingPosition: 'LATEST' }],
  ['a batch too large', 'BatchSize is 10001', { ...safe, BatchSize: 10_001 }],
  ['a window too long', 'MaximumBatchingWindow', { ...safe, MaximumBatchingWindowInSeconds: 301 }],
  ['an eleventh lane', 'ParallelizationFactor is 11', { ...safe, ParallelizationFactor: 11 }],
  ['a tumbling window', 'TumblingWindowInSeconds', { ...safe, TumblingWindowInSeconds: 60 }],
  ['a filter that is not JSON', 'Filters[0].Pattern', pattern('{')],
  ['a filter that is not an object', 'Filters[0].Pattern', pattern('[]')],
  ['a filter too long', 'has 4097 characters', pattern(JSON.stringify({ a: ['x'.repeat(4087)] }))],
  ['a sixth filter', '6 filters', { ...safe, FilterCriteria: { Filters: Array(6).fill({ Pattern: '{}' }) } }],
])('%s is the one fault found, and is named', (_what, named, mapping) => {
  const faults = mappingFaults(mapping, TIMES);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(named);
  expect(faults[0]).not.toContain('\n');
});

test('a time-out inside the reserve is a fault, and does not hide the others', () => {
  const faults = mappingFaults(
    { ...safe, StartingPosition: 'LATEST' },
    { timeoutSeconds: 10, reserveSeconds: 10 },
  );
  expect(faults.join()).toContain('timeoutSeconds is 10');
  expect(faults.join()).toContain('StartingPosition');
});

test('a time-out beyond what Lambda allows is a fault', () => {
  expect(mappingFaults(safe, { timeoutSeconds: 901, reserveSeconds: 10 }).join()).toContain('900');
});

test('as settings stand, a mapping begins at the oldest record and gives up nothing during an outage of six hours', () => {
  const mapping = mappingOf(STREAM_DEFAULTS);
  expect(mapping).toMatchObject({
    StartingPosition: 'TRIM_HORIZON',
    ParallelizationFactor: 1,
    MaximumRetryAttempts: 432,
    MaximumRecordAgeInSeconds: 12 * 3600,
  });
  expect(MAXIMUM_RECORD_AGE_SECONDS).toBe(12 * 3600);
});

test.each([15, 60, 900])(
  'a handler of %d s holds what is unsettled until the reserve, so that the attempts last',
  async (timeoutSeconds) => {
    const clock = new VirtualClock(1_700_000_000_000);
    const startedMs = clock.now();
    const handler = streamHandler<null>(
      {
        name: 'test',
        images: 'new',
        orderingKey: ({ eventId }) => eventId,
        decide: () => ({ kind: 'effect', effect: null }),
        carryOut: inOrder(async () => ({ kind: 'transient', failure: { code: 'DOWN' } }), { lanes: 1 }),
      },
      { clock, random: () => 0.5, sink: letterBox(), reporter: { report: () => {} } },
    );
    const getRemainingTimeInMillis = () => timeoutSeconds * 1_000 - (clock.now() - startedMs);
    const invocation = { awsRequestId: 'request-1', getRemainingTimeInMillis };
    await clock.runUntil(handler({ Records: [streamRecord({})] }, invocation));
    const heldSeconds = (clock.now() - startedMs) / 1_000;
    expect(heldSeconds).toBeGreaterThan(timeoutSeconds - RESERVE_SECONDS);
    expect(heldSeconds).toBeLessThan(timeoutSeconds);
  },
);
