/** What the one construct makes of a table and a name: the function, its rights, its outputs. */
import type { Stack } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { stageOf } from '../stages.ts';
import { actionsOf, resource, resources, statements, streamedTable, templateOf } from '../testing.ts';
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

const template = templateWith({});

test('the function runs on Node 24 on arm64 and knows its letters, its telemetry and its source map', () => {
  const withTable = templateWith({ environment: { THINGS_TABLE: 'things' } });
  const { Properties: properties } = resource(withTable, 'AWS::Lambda::Function');
  expect(properties).toMatchObject({
    FunctionName: 'streamkeeper-dev-products',
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    Timeout: 60,
    MemorySize: 512,
  });
  expect(properties['Environment']).toEqual({
    Variables: {
      DEAD_LETTER_QUEUE_URL: { Ref: resource(template, 'AWS::SQS::Queue').id },
      FAILURE_BUCKET: { Ref: resource(template, 'AWS::S3::Bucket').id },
      POWERTOOLS_SERVICE_NAME: 'products',
      POWERTOOLS_METRICS_NAMESPACE: 'Streamkeeper',
      NODE_OPTIONS: '--enable-source-maps',
      THINGS_TABLE: 'things',
    },
  });
});

test('a processor whose effects reach people begins when the stage says, and no other does', () => {
  const moment = '2026-03-17T00:00:00Z';
  const stage = { ...stageOf('dev'), notBefore: { bids: moment } };
  const environment = (name: string) =>
    resource(templateWith({ stage, name }), 'AWS::Lambda::Function').Properties['Environment'];
  expect(environment('bids')).toMatchObject({ Variables: { NOT_BEFORE: moment } });
  expect(environment('conversations')).not.toHaveProperty('Variables.NOT_BEFORE');
});

test('logs go to a group of their own that forgets', () => {
  const group = resource(template, 'AWS::Logs::LogGroup');
  expect(group.Properties['RetentionInDays']).toBe(7);
  expect(resource(template, 'AWS::Lambda::Function').Properties['LoggingConfig']).toMatchObject({
    LogGroup: { Ref: group.id },
  });
});

test('the function may do what it does and nothing else', () => {
  const role = resource(template, 'AWS::IAM::Role');
  expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
  const policy = resource(template, 'AWS::IAM::Policy');
  expect(actionsOf(policy)).toEqual([
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    's3:ListBucket',
    's3:PutObject',
    'sqs:SendMessage',
    'xray:PutTelemetryRecords',
    'xray:PutTraceSegments',
  ]);
  const everywhere = statements(policy).filter((statement) => statement.Resource === '*');
  expect(everywhere.flatMap((statement) => statement.Action).sort()).toEqual([
    'dynamodb:ListStreams',
    'xray:PutTelemetryRecords',
    'xray:PutTraceSegments',
  ]);
});

test('objects may be written under the two prefixes only', () => {
  const bucketArn = { 'Fn::GetAtt': [resource(template, 'AWS::S3::Bucket').id, 'Arn'] };
  const write = statements(resource(template, 'AWS::IAM::Policy')).find(
    (statement) => statement.Action === 's3:PutObject',
  );
  expect(write?.Resource).toEqual([
    { 'Fn::Join': ['', [bucketArn, '/aws/lambda/*']] },
    { 'Fn::Join': ['', [bucketArn, '/dead-letters/*']] },
  ]);
});

test('the function has its rights before the mapping is made, which checks them', () => {
  const policy = resource(template, 'AWS::IAM::Policy').id;
  expect(resource(template, 'AWS::Lambda::Function').DependsOn).toContain(policy);
});

test('operators find everything by stack outputs that are named after the processor', () => {
  for (const key of [
    'ProductsFunctionName',
    'ProductsMappingId',
    'ProductsDeadLetterQueueUrl',
    'ProductsFailureBucketName',
  ]) {
    template.hasOutput(key, { Value: Match.anyValue(), Export: Match.absent() });
  }
});

test('no custom resource is involved', () => {
  const types = Object.values(template.toJSON()['Resources'] as Record<string, { Type: string }>);
  expect(types.filter(({ Type }) => /^(Custom|AWS::CloudFormation)::/.test(Type))).toEqual([]);
  expect(Object.keys(resources(template, 'AWS::Lambda::Function'))).toHaveLength(1);
});
