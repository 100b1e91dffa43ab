/** Both logs of a stage lie in buckets of one kind, under the logical ids that deployed stages know. */
import { expect, test } from 'vitest';
import { stageOf } from '../stages.ts';
import { resource, templateOf } from '../testing.ts';
import { AuditTrail } from './audit-trail.ts';
import { DataTrail } from './data-trail.ts';

const stage = stageOf('prod');
const audit = templateOf((stack) => {
  new AuditTrail(stack, 'AuditTrail', stage);
});
const data = templateOf((stack) => {
  new DataTrail(stack, 'DataTrail', stage);
});

test('what holds for the operators’ own trail holds for the trail of the data', () => {
  const [one, other] = [resource(audit, 'AWS::S3::Bucket'), resource(data, 'AWS::S3::Bucket')];
  expect(one.Properties).toEqual(other.Properties);
  expect([one.DeletionPolicy, other.DeletionPolicy]).toEqual(['Retain', 'Retain']);
});

test('a bucket keeps its logical id: with another one a deployment would begin an empty log', () => {
  expect(resource(audit, 'AWS::S3::Bucket').id).toMatch(/^AuditTrailBucket[0-9A-F]{8}$/);
  expect(resource(data, 'AWS::S3::Bucket').id).toMatch(/^DataTrailBucket[0-9A-F]{8}$/);
});
