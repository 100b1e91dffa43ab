/** The audit bucket: closed, encrypted, and slow to forget. */
import { expect, test } from 'vitest';
import { stageOf } from '../stages.ts';
import { resource, statements, templateOf } from '../testing.ts';
import { AuditTrail } from './audit-trail.ts';

const templateAt = (stage: string) =>
  templateOf((stack) => {
    new AuditTrail(stack, 'AuditTrail', stageOf(stage));
  });
const template = templateAt('dev');
const bucket = resource(template, 'AWS::S3::Bucket');

test('nothing in it is public, in clear, or overwritten without a trace', () => {
  expect(bucket.Properties).toMatchObject({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    VersioningConfiguration: { Status: 'Enabled' },
  });
});

test('only TLS reaches it', () => {
  const refusals = statements(resource(template, 'AWS::S3::BucketPolicy')).filter(
    ({ Effect: effect }) => effect === 'Deny',
  );
  expect(refusals.map(({ Condition: condition }) => condition)).toEqual([
    { Bool: { 'aws:SecureTransport': 'false' } },
    { NumericLessThan: { 's3:TlsVersion': 1.2 } },
  ]);
});

test('entries and their earlier versions are kept for 400 days', () => {
  expect(bucket.Properties['LifecycleConfiguration']).toMatchObject({
    Rules: [{ ExpirationInDays: 400, NoncurrentVersionExpiration: { NoncurrentDays: 400 } }],
  });
});

test('it outlives its stack where the data does', () => {
  expect(bucket.DeletionPolicy).toBe('Delete');
  expect(resource(templateAt('prod'), 'AWS::S3::Bucket').DeletionPolicy).toBe('Retain');
});

test('operators find it by an output', () => {
  expect(template.findOutputs('AuditBucketName')).toHaveProperty('AuditBucketName.Value.Ref', bucket.id);
});
