/** Letters and their bucket: encrypted, TLS only, gone after 14 days, and every object announced. */
import type { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { stageOf } from '../stages.ts';
import { resource, statements, templateOf } from '../testing.ts';
import { DeadLetters } from './dead-letters.ts';

function lettersOf(name: string, stage: string): Template {
  return templateOf((stack) => {
    new DeadLetters(stack, 'DeadLetters', { stage: stageOf(stage), name });
  });
}

const template = lettersOf('products', 'dev');

const refusesPlainText = { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } };

test('the queue is encrypted by SQS itself, takes a whole mebibyte and keeps a letter for 14 days', () => {
  expect(resource(template, 'AWS::SQS::Queue').Properties).toMatchObject({
    SqsManagedSseEnabled: true,
    MessageRetentionPeriod: 14 * 24 * 3600,
    MaximumMessageSize: 1_048_576,
  });
});

test('a letter that is taken stays hidden while a processor works on it, and for a second attempt', () => {
  expect(resource(template, 'AWS::SQS::Queue').Properties).toMatchObject({ VisibilityTimeout: 300 });
});

test('queue and bucket refuse what is not sent over TLS', () => {
  for (const type of ['AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy']) {
    expect(statements(resource(template, type))).toContainEqual(expect.objectContaining(refusesPlainText));
  }
});

test('the bucket is encrypted and closed to the public', () => {
  expect(resource(template, 'AWS::S3::Bucket').Properties).toMatchObject({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
  });
});

test('objects and unfinished uploads do not outlive the letters', () => {
  expect(resource(template, 'AWS::S3::Bucket').Properties['LifecycleConfiguration']).toEqual({
    Rules: [
      {
        Status: 'Enabled',
        ExpirationInDays: 14,
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      },
    ],
  });
  expect(resource(template, 'AWS::S3::Bucket').Properties).not.toHaveProperty('VersioningConfiguration');
});

test("the bucket's own configuration announces new objects of both prefixes to the queue", () => {
  const queueArn = { 'Fn::GetAtt': [resource(template, 'AWS::SQS::Queue').id, 'Arn'] };
  const announcement = (prefix: string) => ({
    Event: 's3:ObjectCreated:*',
    Queue: queueArn,
    Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: prefix }] } },
  });
  expect(resource(template, 'AWS::S3::Bucket').Properties['NotificationConfiguration']).toEqual({
    QueueConfigurations: [announcement('aws/lambda/'), announcement('dead-letters/')],
  });
});

test('the queue takes announcements from this bucket of this account, and is ready before the bucket', () => {
  const bucket = resource(template, 'AWS::S3::Bucket');
  const policy = resource(template, 'AWS::SQS::QueuePolicy');
  const [, parts] = (bucket.Properties['BucketName'] as { 'Fn::Join': [string, unknown[]] })['Fn::Join'];
  const arn = ['arn:', { Ref: 'AWS::Partition' }, `:s3:::${parts[0]}`, ...parts.slice(1)];
  expect(statements(policy).filter((statement) => statement.Effect === 'Allow')).toEqual([
    expect.objectContaining({
      Action: 'sqs:SendMessage',
      Principal: { Service: 's3.amazonaws.com' },
      Condition: {
        StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
        ArnEquals: { 'aws:SourceArn': { 'Fn::Join': ['', arn] } },
      },
    }),
  ]);
  expect(bucket.DependsOn).toContain(policy.id);
});

test('the queue and the bucket stay when a stack that keeps its data goes', () => {
  const prod = lettersOf('products', 'prod');
  for (const type of ['AWS::SQS::Queue', 'AWS::S3::Bucket']) {
    expect(resource(template, type).DeletionPolicy).toBe('Delete');
    expect(resource(prod, type).DeletionPolicy).toBe('Retain');
  }
});

test('a name whose bucket could not exist is refused with the number of letters to take off', () => {
  expect(() => lettersOf('analysis-results', 'staging')).not.toThrow();
  expect(() => lettersOf('analysis-results-and-more', 'staging')).toThrow('shorten the name by 7');
});
