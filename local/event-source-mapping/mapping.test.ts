import { describe, expect, it } from 'vitest';
import { admit, parseMapping } from './index.ts';
import { QUEUE } from './testing.ts';

const STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/2026-09-17T12:49:54.528';

/** The refusal as AWS writes it: name and text. */
function refusal(properties: object): string {
  try {
    parseMapping({ EventSourceArn: STREAM, ...properties });
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
  }
  return 'accepted';
}

const constraint = (value: string, path: string, rule: string) =>
  `ValidationException: 1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ${rule}`;
const atMost = (value: number, path: string, limit: number) =>
  constraint(`${value}`, path, `Member must have value less than or equal to ${limit}`);

describe('admission, in the words recorded on AWS', () => {
  it.each([
    [{ BatchSize: 10_001 }, atMost(10_001, 'batchSize', 10_000)],
    [{ BatchSize: 0 }, constraint('0', 'batchSize', 'Member must have value greater than or equal to 1')],
    [{ MaximumBatchingWindowInSeconds: 301 }, atMost(301, 'maximumBatchingWindowInSeconds', 300)],
    [{ ParallelizationFactor: 11 }, atMost(11, 'parallelizationFactor', 10)],
    [{ TumblingWindowInSeconds: 901 }, atMost(901, 'tumblingWindowInSeconds', 900)],
    [
      { FunctionResponseTypes: ['Bad'] },
      constraint(
        '[Bad]',
        'functionResponseTypes',
        'Member must satisfy constraint: [Member must satisfy enum value set: [ReportBatchItemFailures], Member must not be null]',
      ),
    ],
    ...[0, 59].map((MaximumRecordAgeInSeconds) => [
      { MaximumRecordAgeInSeconds },
      'InvalidParameterValueException: MaximumRecordAgeInSeconds must be either -1 (forever) or between 60 and 604800 (inclusive)',
    ]),
    [
      { StartingPosition: 'AT_TIMESTAMP' },
      `InvalidParameterValueException: Unsupported starting position for arn type: ${STREAM}`,
    ],
    [
      { FilterCriteria: { Filters: [{ Pattern: 'not-json' }] } },
      'InvalidParameterValueException: Invalid filter pattern definition.',
    ],
    [
      { ScalingConfig: { MaximumConcurrency: 2 } },
      'InvalidParameterValueException: Unsupported ScalingConfig parameter for given event source mapping type.',
    ],
    [
      { DestinationConfig: { OnSuccess: { Destination: QUEUE } } },
      'InvalidParameterValueException: OnSuccess configuration is not supported for event source mappings.',
    ],
  ] as [object, string][])('%j is refused', (properties, expected) => {
    expect(refusal(properties)).toBe(expected);
  });

  it('several violations are reported together', () => {
    expect(refusal({ BatchSize: 0, ParallelizationFactor: 11 })).toMatch(
      /^ValidationException: 2 validation errors detected: Value '0' at 'batchSize' .*; Value '11' at 'parallelizationFactor' /,
    );
  });

  it.each([
    ['a batch of more than 10 without a window', { BatchSize: 101, MaximumBatchingWindowInSeconds: 0 }],
    ['no destination within OnFailure', { DestinationConfig: { OnFailure: {} } }],
    ['the longest age', { MaximumRecordAgeInSeconds: 604_800 }],
    ['what the API itself returns', { State: 'Enabled', LastModified: 1, TumblingWindowInSeconds: 0 }],
  ])('%s is accepted', (_title, properties) => {
    expect(refusal(properties)).toBe('accepted');
  });

  it('a missing stream is refused, and so is a second mapping of one stream to the same qualified function', () => {
    const mapping = (name: string) =>
      parseMapping({ UUID: 'u-1', EventSourceArn: STREAM, FunctionName: name });
    const existing = { streamArns: new Set([STREAM]), mappings: [mapping('f:live')] };
    for (const others of [[], [`${STREAM}2`]])
      expect(() => admit(mapping('f:live'), { ...existing, streamArns: new Set(others) })).toThrow(
        `Stream not found: ${STREAM}`,
      );
    expect(() => admit(mapping('f:live'), existing)).toThrow(
      `The event source arn (" ${STREAM} ") and function (" f:live ") provided mapping already exists. ` +
        'Please update or delete the existing mapping with UUID u-1',
    );
    expect(() => admit(mapping('f:next'), existing)).not.toThrow();
  });
});

describe('what AWS was not asked, or this simulator does not do', () => {
  it.each([
    ['tumbling windows', { TumblingWindowInSeconds: 30 }, /^NotSimulated: TumblingWindowInSeconds is 30/],
    [
      'a property that does not exist',
      { BatchSise: 5 },
      /^ParamValidation: Unknown parameter in input: "BatchSise"/,
    ],
    [
      'a number in quotes',
      { BatchSize: '5' },
      /^SerializationException: BatchSize is a string; it must be an integer/,
    ],
    ['a list for an object', { FilterCriteria: [] }, /^SerializationException: FilterCriteria is a list/],
    [
      'another kind of stream',
      { EventSourceArn: 'arn:aws:kinesis:us-east-1:1:stream/s' },
      /Unrecognized event source/,
    ],
    [
      'a destination that streams do not have',
      { DestinationConfig: { OnFailure: { Destination: 'kafka://t' } } },
      /not supported/,
    ],
    [
      'a sixth filter',
      { FilterCriteria: { Filters: Array(6).fill({ Pattern: '{"a":["b"]}' }) } },
      /the quota is 5/,
    ],
    [
      'a pattern of more than 4096 characters',
      { FilterCriteria: { Filters: [{ Pattern: 'x'.repeat(4097) }] } },
      /filterCriteria\.filters\.1\.member\.pattern/,
    ],
  ])('%s is refused', (_title, properties, expected) => {
    expect(refusal(properties)).toMatch(expected);
  });
});

describe('defaults', () => {
  it("are the API's", () => {
    expect(parseMapping({ EventSourceArn: STREAM })).toMatchObject({
      batchSize: 100,
      batchingWindowMs: 0,
      parallelizationFactor: 1,
      bisectBatchOnFunctionError: false,
      reportBatchItemFailures: false,
      enabled: true,
    });
    const { maximumRetryAttempts, maximumRecordAgeMs, filter, onFailure } = parseMapping({});
    expect([maximumRetryAttempts, maximumRecordAgeMs, filter, onFailure]).toEqual(Array(4).fill(undefined));
  });

  it.each([
    ['f', 'arn:aws:lambda:us-east-1:000000000000:function:f'],
    ['f:live', 'arn:aws:lambda:us-east-1:000000000000:function:f:live'],
    ['111122223333:function:f', 'arn:aws:lambda:us-east-1:111122223333:function:f'],
    [
      'arn:aws:lambda:eu-west-1:111122223333:function:f:7',
      'arn:aws:lambda:eu-west-1:111122223333:function:f:7',
    ],
  ])('function name %s becomes its ARN', (FunctionName, expected) => {
    expect(parseMapping({ EventSourceArn: STREAM, FunctionName }).functionArn).toBe(expected);
  });
});
