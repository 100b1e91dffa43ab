/** The cache of product searches: who reaches it, who may do what in it, and that a stage may go without. */
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { GENERATION_KEY, SETTLING_KEY } from '../../shared/cache/generation.ts';
import { stageOf } from '../stages.ts';
import { resource, resources, templateOf, templatesOf } from '../testing.ts';
import { inWords, rightsOf } from '../testing-rights.ts';
import { EkBharathStack } from './ek-bharath-stack.ts';

const dev = templatesOf('dev').ekBharath;
const staging = templatesOf('staging').ekBharath;

test('products are outside its network, and tell it of changes by invoking the one function that is inside', () => {
  for (const template of [dev, staging]) {
    const inside = Object.entries(resources(template, 'AWS::Lambda::Function')).filter(
      ([, code]) => code.Properties['VpcConfig'] !== undefined,
    );
    expect(inside.map(([id]) => id)).toEqual([expect.stringMatching(/^ProductQueriesForget/)]);
    const { Environment } = resource(template, 'AWS::Lambda::Function', 'ProductsProcessor').Properties;
    expect(Environment).toMatchObject({ Variables: { FORGET_QUERIES_FUNCTION: { Ref: inside[0]?.[0] } } });
  }
});

test('its network has no way out, and nothing in it has a price by the hour but the cache', () => {
  for (const type of [
    'InternetGateway',
    'NatGateway',
    'Route',
    'EIP',
    'VPCEndpoint',
    'VPCPeeringConnection',
  ]) {
    expect(resources(staging, `AWS::EC2::${type}`)).toEqual({});
  }
});

test('an invocation that fails is not tried again: by then all it should forget has expired', () => {
  expect(resource(dev, 'AWS::Lambda::EventInvokeConfig').Properties).toMatchObject({
    FunctionName: { Ref: resource(dev, 'AWS::Lambda::Function', 'ProductQueriesForget').id },
    MaximumRetryAttempts: 0,
    MaximumEventAgeInSeconds: 60,
  });
});

test('when memory is full pages go, and the generation, which does not expire, stays', () => {
  expect(resource(dev, 'AWS::ElastiCache::ParameterGroup').Properties).toMatchObject({
    Properties: { 'maxmemory-policy': 'volatile-lru' },
  });
});

test('from staging on it admits two users by IAM: one that begins generations, and readers of products', () => {
  const users = Object.values(resources(staging, 'AWS::ElastiCache::User')).map(
    ({ Properties }) => Properties,
  );
  expect(
    users.map(({ UserId, AccessString, AuthenticationMode }) => [UserId, AccessString, AuthenticationMode]),
  ).toEqual([
    [
      'streamkeeper-staging-products-keeper',
      `on ~${GENERATION_KEY} ~${SETTLING_KEY} -@all +set`,
      { Type: 'iam' },
    ],
    ['streamkeeper-staging-products-readers', 'on ~products:* -@all +mget +set', { Type: 'iam' }],
  ]);
  // ElastiCache user guide, "Role-Based Access Control": at most 40 characters.
  for (const stage of ['dev', 'staging', 'prod']) {
    for (const user of ['keeper', 'readers'])
      expect(`streamkeeper-${stage}-products-${user}`.length).toBeLessThanOrEqual(40);
  }
  expect(resource(staging, 'AWS::ElastiCache::UserGroup').Properties['UserIds']).toHaveLength(2);
  const cache = 'arn:aws:elasticache:REGION:ACCOUNT';
  expect(rightsOf(staging, 'ProductQueriesForget')).toEqual(
    expect.arrayContaining([
      `elasticache:Connect ${cache}:replicationgroup:streamkeeper-staging-products`,
      `elasticache:Connect ${cache}:user:streamkeeper-staging-products-keeper`,
    ]),
  );
});

test('readers are told where to run, whom to ask and as whom', () => {
  const outputs = staging.toJSON()['Outputs'] as Record<string, { Value: unknown }>;
  expect(inWords(staging, outputs['QueryCacheUrl']?.Value)).toMatch(/^rediss:\/\//);
  expect(outputs['QueryCacheReaders']?.Value).toBe('streamkeeper-staging-products-readers');
  expect(outputs['QueryCacheName']?.Value).toBe('streamkeeper-staging-products');
  expect(Object.keys(dev.toJSON()['Outputs'])).not.toContain('QueryCacheReaders');
});

test('every stage says whether it has one', () => {
  expect(['dev', 'staging', 'prod'].map((name) => stageOf(name).search.queryCache?.secured)).toEqual([
    false,
    true,
    true,
  ]);
});

test('a stage may go without: then there is no network, and products are told of no function', () => {
  const { queryCache: _, ...search } = stageOf('dev').search;
  let without: Template | undefined;
  templateOf((stack) => {
    without = Template.fromStack(new EkBharathStack(stack.node.root, { ...stageOf('dev'), search }));
  });
  const template = without ?? expect.unreachable();
  expect(resources(template, 'AWS::EC2::VPC')).toEqual({});
  expect(resources(template, 'AWS::ElastiCache::ReplicationGroup')).toEqual({});
  const { Environment } = resource(template, 'AWS::Lambda::Function', 'ProductsProcessor').Properties;
  expect((Environment as { Variables: object }).Variables).not.toHaveProperty('FORGET_QUERIES_FUNCTION');
});
