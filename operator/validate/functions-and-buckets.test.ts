/** What somebody changed by hand in a function or a bucket is named; what the template says by reference, and secrets, are not shown. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { resources, templatesOf } from '../../infra/testing.ts';
import type { System } from '../system/system.ts';
import {
  type BucketProperties,
  bucketOfTemplate,
  describeBucket,
  type LiveBucket,
} from './bucket-description.ts';
import { checkBucket, checkFunction } from './check-functions-and-buckets.ts';
import { differences } from './field-differences.ts';
import {
  type FunctionProperties,
  functionOfLive,
  functionOfTemplate,
  type LiveFunction,
} from './function-description.ts';

const template = templatesOf('dev').ekBharath;
const wiring = { queueUrl: 'https://sqs/bids-letters', failureBucket: 'failures-bids' };

const bids = Object.values(resources(template, 'AWS::Lambda::Function')).find(
  ({ Properties: properties }) => properties['FunctionName'] === 'streamkeeper-dev-bids',
)?.Properties as FunctionProperties;

/** As Lambda describes the function that was made from the template. */
const variables: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(bids.Environment?.Variables ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : `resolved ${name}`,
    ]),
  ),
  DEAD_LETTER_QUEUE_URL: wiring.queueUrl,
  FAILURE_BUCKET: wiring.failureBucket,
};
const made = { ...bids, Environment: { Variables: variables } } as LiveFunction;

function found(live: LiveFunction, reserved: number | 'none' = bids.ReservedConcurrentExecutions ?? 'none') {
  return differences('function', functionOfTemplate(bids), functionOfLive(live, reserved, bids, wiring)).map(
    ({ field, template: wanted, live: is }) => `${field}: ${wanted} → ${is}`,
  );
}

test('a function that was made from the template does not differ', () => {
  expect(Object.keys(variables).length).toBeGreaterThan(5);
  expect(found(made)).toEqual([]);
});

test.each<[string, LiveFunction, string]>([
  ['runtime', { ...made, Runtime: 'nodejs18.x' }, `runtime: ${bids.Runtime} → nodejs18.x`],
  ['time-out', { ...made, Timeout: 3 }, `timeoutSeconds: ${bids.Timeout} → 3`],
  ['memory', { ...made, MemorySize: 128 }, `memoryMb: ${bids.MemorySize} → 128`],
])('another %s is named with both values', (_, live, line) => {
  expect(found(live)).toEqual([line]);
});

test('concurrency that was taken away is named', () => {
  expect(found(made, 0)).toEqual([`reservedConcurrency: ${bids.ReservedConcurrentExecutions ?? 'none'} → 0`]);
});

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['added', { API_KEY: 'secret' }, 'environment.API_KEY: absent → set'],
  [
    'changed',
    { POWERTOOLS_SERVICE_NAME: 'secret' },
    'environment.POWERTOOLS_SERVICE_NAME: as in the template → another value',
  ],
  [
    'led to another queue',
    { DEAD_LETTER_QUEUE_URL: 'secret' },
    'environment.DEAD_LETTER_QUEUE_URL: as in the template → another value',
  ],
  [
    'led to another bucket',
    { FAILURE_BUCKET: 'secret' },
    'environment.FAILURE_BUCKET: as in the template → another value',
  ],
])('a variable that was %s is named, and its value is not', (_, more, line) => {
  const lines = found({ ...made, Environment: { Variables: { ...variables, ...more } } });
  expect(lines).toEqual([line]);
});

test('a variable that is missing is named', () => {
  const { FAILURE_BUCKET: _gone, ...rest } = variables;
  expect(found({ ...made, Environment: { Variables: rest } })).toEqual([
    'environment.FAILURE_BUCKET: as in the template → absent',
  ]);
});

const bucket = Object.values(resources(template, 'AWS::S3::Bucket')).find(({ Properties: properties }) =>
  JSON.stringify(properties['BucketName']).includes('failures-dev-bids'),
)?.Properties as BucketProperties;
const QUEUE = 'arn:aws:sqs:us-east-1:1:letters';
const wanted = bucketOfTemplate(bucket, QUEUE);

function changed(live: LiveBucket) {
  return differences('bucket', describeBucket(wanted), describeBucket({ ...wanted, ...live })).map(
    ({ field, live: is }) => [field, is],
  );
}

test('a bucket that was made from the template does not differ, in whatever order and case S3 says it', () => {
  const said = wanted.notifications.toReversed().map((one) => ({
    ...one,
    rules: one.rules.map(({ Name, Value }) => ({ Name: Name === 'prefix' ? 'Prefix' : Name, Value })),
  }));
  expect(wanted.notifications.length).toBe(2);
  expect(changed({ notifications: said })).toEqual([]);
});

test('what was opened, switched on, or no longer tells its queue is named', () => {
  expect(changed({ publicAccess: { ...wanted.publicAccess, BlockPublicPolicy: false } })).toEqual([
    ['publicAccess', 'not BlockPublicPolicy'],
  ]);
  expect(changed({ publicAccess: {} })[0]?.[1]).toMatch(/^not BlockPublicAcls, /);
  expect(changed({ versioning: 'Suspended', encryption: 'aws:kms' }).map(([field]) => field)).toEqual([
    'encryption',
    'versioning',
  ]);
  expect(changed({ notifications: [] })).toEqual([['notifications', 'none']]);
  const [first] = wanted.notifications;
  expect(changed({ notifications: first === undefined ? [] : [first] })[0]?.[0]).toBe('notifications');
});

/** Everything but what is named in `answers` is denied. */
function systemThat(answers: Readonly<Record<string, object>>): System {
  const send = async ({ constructor: { name } }: object) => {
    const answer = answers[name];
    if (answer === undefined) throw Object.assign(new Error('not allowed'), { name: 'AccessDenied' });
    return answer;
  };
  const clients = {
    lambda: Object.assign(Object.create(LambdaClient.prototype), { send }),
    s3: Object.assign(Object.create(S3Client.prototype), { send }),
  };
  return { clients, processors: [], region: 'us-east-1', accountId: '1' } as unknown as System;
}

test('what may not be asked is no difference: it is said not to be compared', async () => {
  const system = systemThat({ GetFunctionConfigurationCommand: made, GetBucketVersioningCommand: {} });
  const ofFunction = await checkFunction(system, 'function bids', 'bids', bids as Record<string, unknown>);
  expect(ofFunction).toEqual({
    compared: ['function bids'],
    differences: [],
    unchecked: ['reserved concurrency of functions: AccessDenied'],
  });
  const ofBucket = await checkBucket(system, 'bucket b', 'b', bucket as Record<string, unknown>);
  expect(ofBucket.differences).toEqual([]);
  expect(ofBucket.unchecked).toHaveLength(3);
});
