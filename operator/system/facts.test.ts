/** A system is found by its stacks' outputs: those that the infrastructure really writes. */
import { expect, test } from 'vitest';
import { type StackName, templatesOf } from '../../infra/testing.ts';
import { Problem } from '../../local/problem.ts';
import { factsOf } from './facts.ts';
import type { StackFacts } from './system.ts';

const templates = templatesOf('dev');

/** Each output's value is its own key, so that a test sees where a fact came from; a table's name is kept. */
function stackOf(name: StackName, leaveOut?: string): StackFacts {
  const outputs = templates[name].findOutputs('*') as Record<string, { Value: unknown }>;
  return {
    name: `streamkeeper-dev-${name}`,
    outputs: Object.fromEntries(
      Object.entries(outputs).flatMap(([key, { Value: value }]) =>
        key === leaveOut ? [] : [[key, key.endsWith('TableName') ? JSON.stringify(value) : key]],
      ),
    ),
  };
}

const stacks = (Object.keys(templates) as StackName[]).map((name) => stackOf(name));

test('every processor of the templates is found, with its queue, its bucket and its function', () => {
  const { processors } = factsOf(stacks);
  expect(processors.map(({ name }) => name).sort()).toEqual([
    'analysis-results',
    'analytics',
    'bids',
    'bookings',
    'conversations',
    'products',
  ]);
  expect(processors.find(({ name }) => name === 'products')).toMatchObject({
    functionName: 'ProductsFunctionName',
    queueUrl: 'ProductsDeadLetterQueueUrl',
    failureBucket: 'ProductsFailureBucketName',
    setUpFunctionName: 'ProductsSetUpFunctionName',
    mappings: [{ id: 'ProductsMappingId', word: '', streamArn: 'ProductsTableStreamArn' }],
  });
});

test("a processor of several streams has its own table's mapping first", () => {
  const analytics = factsOf(stacks).processors.find(({ name }) => name === 'analytics');
  expect(analytics?.mappings).toMatchObject([
    { word: '', streamArn: 'SessionsTableStreamArn' },
    { word: 'history', streamArn: 'HistoryTableStreamArn' },
  ]);
});

test('every table is found, with its stream where it has one', () => {
  const { tables } = factsOf(stacks);
  expect(tables).toHaveLength(17);
  expect(tables).toContainEqual(
    expect.objectContaining({
      role: 'priceHistory',
      streamArn: undefined,
      stack: 'streamkeeper-dev-ekBharath',
    }),
  );
});

test('search, cache, clients and the place for the audit trail are found', () => {
  expect(factsOf(stacks)).toMatchObject({
    search: { endpoint: 'SearchEndpoint', alias: 'SearchAlias' },
    cache: { url: 'CacheUrl' },
    webSocketUrl: 'WebSocketUrl',
    audit: { bucket: 'AuditBucketName' },
  });
});

test.each(['BidsFunctionName', 'BidsFailureBucketName', 'BidsMappingId', 'BidsMappingTableName'])(
  'a stack without the output %s is named, and so is the output',
  (key) => {
    const read = () => factsOf([stackOf('ekBharath', key)]);
    expect(read).toThrow(Problem);
    expect(read).toThrow(`streamkeeper-dev-ekBharath has no output ${key}`);
  },
);

test('a mapping belongs to the processor with the longest name that fits', () => {
  const outputs = Object.fromEntries(
    ['Analysis', 'AnalysisResults'].flatMap((prefix) => [
      [`${prefix}FunctionName`, 'f'],
      [`${prefix}DeadLetterQueueUrl`, 'q'],
      [`${prefix}FailureBucketName`, 'b'],
      [`${prefix}MappingId`, `${prefix}-mapping`],
      [`${prefix}MappingTableName`, 't'],
      ['ThingsTableName', 't'],
      ['ThingsTableStreamArn', 'arn'],
    ]),
  );
  const { processors } = factsOf([{ name: 'one', outputs }]);
  expect(processors.map(({ mappings }) => mappings.map(({ id }) => id))).toEqual([
    ['Analysis-mapping'],
    ['AnalysisResults-mapping'],
  ]);
});
