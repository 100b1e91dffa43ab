/** The mappings that the construct makes: safe without being asked, checked on what is deployed, alike for all its streams. */
import type { Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { AttributeType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { expect, test } from 'vitest';
import { type Stage, stageOf } from '../stages.ts';
import { resource, streamedTable, templateOf } from '../testing.ts';
import { StreamProcessor, type StreamProcessorProps } from './stream-processor.ts';

function processorIn(stack: Stack, props: Partial<StreamProcessorProps> = {}): StreamProcessor {
  return new StreamProcessor(stack, 'Products', {
    stage: stageOf('dev'),
    name: 'products',
    table: streamedTable(stack),
    ...props,
  });
}

function templateWith(props: Partial<StreamProcessorProps>): Template {
  return templateOf((stack) => {
    processorIn(stack, props);
  });
}

const dev = stageOf('dev');

function withTimeout(timeoutSeconds: number): Stage {
  return { ...dev, streams: { ...dev.streams, products: { ...dev.streams.products, timeoutSeconds } } };
}

const template = templateWith({});

test('the mapping has the safe settings without being asked', () => {
  const { Properties: mapping } = resource(template, 'AWS::Lambda::EventSourceMapping');
  expect(mapping).toMatchObject({
    BatchSize: 1000,
    MaximumBatchingWindowInSeconds: 0,
    ParallelizationFactor: 1,
    StartingPosition: 'TRIM_HORIZON',
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 432,
    MaximumRecordAgeInSeconds: 43_200,
    MetricsConfig: { Metrics: ['EventCount'] },
  });
  expect(mapping).not.toHaveProperty('FilterCriteria');
});

test('the mapping reads the table, runs the function and gives up into the bucket', () => {
  const bucket = resource(template, 'AWS::S3::Bucket');
  const { Properties: mapping } = resource(template, 'AWS::Lambda::EventSourceMapping');
  expect(mapping['EventSourceArn']).toEqual({
    'Fn::GetAtt': [resource(template, 'AWS::DynamoDB::Table').id, 'StreamArn'],
  });
  expect(mapping['FunctionName']).toEqual({ Ref: resource(template, 'AWS::Lambda::Function').id });
  expect(mapping['DestinationConfig']).toEqual({
    OnFailure: { Destination: { 'Fn::GetAtt': [bucket.id, 'Arn'] } },
  });
});

test('a longer time-out needs fewer attempts', () => {
  const { Properties: mapping } = resource(
    templateWith({ stage: withTimeout(310) }),
    'AWS::Lambda::EventSourceMapping',
  );
  expect(mapping['MaximumRetryAttempts']).toBe(72);
});

test('what the stage sets for a stream reaches its mapping', () => {
  const own = { batchSize: 200, windowSeconds: 5, attempts: 1_000, recordAgeSeconds: 50_000 };
  const streams = { ...dev.streams, products: { ...dev.streams.products, ...own } };
  const { Properties: mapping } = resource(
    templateWith({ stage: { ...dev, streams } }),
    'AWS::Lambda::EventSourceMapping',
  );
  expect(mapping).toMatchObject({
    BatchSize: 200,
    MaximumBatchingWindowInSeconds: 5,
    MaximumRetryAttempts: 1_000,
    MaximumRecordAgeInSeconds: 50_000,
  });
});

test('a safe departure from the settings reaches the template', () => {
  const filter = { Filters: [{ Pattern: JSON.stringify({ eventName: ['INSERT'] }) }] };
  const { Properties: mapping } = resource(
    templateWith({ mapping: { BatchSize: 100, FilterCriteria: filter } }),
    'AWS::Lambda::EventSourceMapping',
  );
  expect(mapping).toMatchObject({ BatchSize: 100, FilterCriteria: filter, ParallelizationFactor: 1 });
});

test.each<[string, Partial<StreamProcessorProps>, string]>([
  ['unlimited attempts', { mapping: { MaximumRetryAttempts: -1 } }, 'MaximumRetryAttempts'],
  [
    'an age the stream does not reach',
    { mapping: { MaximumRecordAgeInSeconds: 90_000 } },
    'MaximumRecordAge',
  ],
  ['starting at the latest record', { mapping: { StartingPosition: 'LATEST' } }, 'StartingPosition'],
  ['a time-out within the reserve', { stage: withTimeout(10) }, 'timeoutSeconds'],
])('%s fails the synthesis and is named', (_what, props, named) => {
  expect(() => templateWith(props)).toThrow(named);
});

test('an escape hatch does not get around the check', () => {
  const build = (stack: Stack) => {
    const [mapping] = processorIn(stack).mappings;
    mapping.addPropertyDeletionOverride('DestinationConfig');
    mapping.addPropertyOverride('BisectBatchOnFunctionError', false);
  };
  expect(() => templateOf(build)).toThrow(/DestinationConfig\.OnFailure[\s\S]*BisectBatchOnFunctionError/);
});

test('a table without a stream is refused with the setting that gives it one', () => {
  const build = (stack: Stack) => {
    const table = new Table(stack, 'Still', { partitionKey: { name: 'id', type: AttributeType.STRING } });
    processorIn(stack, { table });
  };
  expect(() => templateOf(build)).toThrow('stream: true');
});

test('further streams have their own mappings to the same function, with the same settings', () => {
  const both = templateOf((stack) => {
    const more = new Table(stack, 'More', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
    });
    processorIn(stack, { alsoFollows: { more }, mapping: { BatchSize: 10 } });
  });
  const [own, other] = ['ProductsMapping', 'ProductsMoreMapping'].map((id) =>
    resource(both, 'AWS::Lambda::EventSourceMapping', id),
  );
  const { EventSourceArn: ownStream, ...settings } = own?.Properties ?? {};
  const { EventSourceArn: otherStream, ...otherSettings } = other?.Properties ?? {};
  expect(otherSettings).toEqual(settings);
  expect(otherStream).not.toEqual(ownStream);
  both.hasOutput('ProductsMoreMappingId', { Value: { Ref: other?.id } });
});
