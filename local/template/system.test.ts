import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Problem } from '../problem.ts';
import { assemblyOf, stackOf } from './builders.ts';
import { engineNeeds, systemReader } from './system.ts';

const account = { region: 'here', accountId: '000000000000' };
const streamArn = 'arn:aws:dynamodb:here:000000000000:table/orders/stream/1';
const facts = {
  streamArns: new Map([['orders', streamArn]]),
  sqsEndpoint: 'http://127.0.0.1:9324',
  searchHost: '127.0.0.1:9200',
  cache: { host: '127.0.0.1', port: 6379 },
  userPool: { id: 'here_Pool', clientId: 'client' },
};
const ref = (name: string) => ({ Ref: name });
const att = (name: string, attribute: string) => ({ 'Fn::GetAtt': [name, attribute] });

let bundle: string;
beforeAll(() => {
  bundle = mkdtempSync(join(tmpdir(), 'streamkeeper-bundle-'));
  writeFileSync(join(bundle, 'index.mjs'), '');
});
afterAll(() => rmSync(bundle, { recursive: true, force: true }));

const orders = {
  Type: 'AWS::DynamoDB::Table',
  Properties: { TableName: 'orders', StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } },
};
const letters = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'letters' } };
const domain = { Type: 'AWS::OpenSearchService::Domain', Properties: { DomainName: 'shop' } };
const code = (variables: Record<string, unknown>) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: 'follow',
    Handler: 'index.handler',
    Code: { S3Key: 'abc.zip' },
    MemorySize: 256,
    Timeout: 60,
    Environment: { Variables: variables },
  },
});
const follows = (name: unknown = ref('Follow')) => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: { FunctionName: name, EventSourceArn: streamArn, BatchSize: 7 },
});
const read = (resources: Parameters<typeof stackOf>[0], more: Parameters<typeof stackOf>[1] = {}) =>
  systemReader(assemblyOf(stackOf(resources, { bundles: { abc: bundle }, ...more })), account, facts);

test("a function's variables hold the addresses of what they refer to", () => {
  const system = read({
    Orders: orders,
    Letters: letters,
    Search: domain,
    Follow: code({
      TABLE: ref('Orders'),
      QUEUE: ref('Letters'),
      SEARCH: { 'Fn::Join': ['', ['https://', att('Search', 'DomainEndpoint')]] },
      WHERE: { 'Fn::Sub': `\${AWS::Region}/\${AWS::AccountId}/\${Orders}/\${Orders.Arn}/\${!literal}` },
    }),
    Mapping: follows(),
  }).read();
  expect(system.mappings[0]?.function).toMatchObject({
    name: 'follow',
    arn: 'arn:aws:lambda:here:000000000000:function:follow',
    file: join(bundle, 'index.mjs'),
    memoryMb: 256,
    timeoutMs: 60_000,
    environment: {
      TABLE: 'orders',
      QUEUE: 'http://127.0.0.1:9324/000000000000/letters',
      SEARCH: 'https://127.0.0.1:9200',
      WHERE: `here/000000000000/orders/arn:aws:dynamodb:here:000000000000:table/orders/\${literal}`,
    },
  });
});

test('a mapping knows its function by name, ARN, version or alias, and its stream by the table', () => {
  const system = read({
    Orders: orders,
    Follow: code({}),
    Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: ref('Follow') } },
    Live: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: ref('Follow'), Name: 'live' } },
    ByName: {
      ...follows(),
      Properties: { ...follows().Properties, EventSourceArn: att('Orders', 'StreamArn') },
    },
    ByArn: follows(att('Follow', 'Arn')),
    ByVersion: follows(ref('Version')),
    ByAlias: follows(ref('Live')),
  }).read();
  expect(system.mappings.map((found) => [found.function.name, found.tableName, found.streamArn])).toEqual(
    Array.from({ length: 4 }, () => ['follow', 'orders', streamArn]),
  );
  expect(new Set(system.mappings.map(({ uuid }) => uuid)).size).toBe(4);
  expect(system.mappings[0]?.properties['BatchSize']).toBe(7);
});

test('a trigger is a set-up; the function behind it is not one of the system', () => {
  const system = read({
    Follow: code({}),
    Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: ref('Follow') } },
    AWSCDKTriggerCustomResourceProviderCustomResourceProviderHandler97BECD91: {
      Type: 'AWS::Lambda::Function',
      Properties: { Code: { S3Key: 'elsewhere.zip' } },
    },
    AtDeployment: { Type: 'Custom::Trigger', Properties: { HandlerArn: ref('Version') } },
  }).read();
  expect(system.setUps.map(({ name }) => name)).toEqual(['follow']);
});

test("a bucket's notifications name queue, prefix and suffix", () => {
  const reader = read({
    Letters: letters,
    Failures: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: { 'Fn::Join': ['-', ['failures', ref('AWS::AccountId')]] },
        NotificationConfiguration: {
          QueueConfigurations: [
            {
              Event: 's3:ObjectCreated:*',
              Queue: att('Letters', 'Arn'),
              Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'aws/' }] } },
            },
          ],
        },
      },
    },
  });
  expect(reader.notifications()).toEqual([
    { bucketName: 'failures-000000000000', queueName: 'letters', prefix: 'aws/', suffix: '' },
  ]);
});

test('a value of another stack is found by its export', () => {
  const other = stackOf(
    { Orders: orders },
    { name: 'tables', outputs: { Out: { Value: ref('Orders'), Export: { Name: 'tables:orders' } } } },
  );
  const own = stackOf(
    { Follow: code({ TABLE: { 'Fn::ImportValue': 'tables:orders' } }), Mapping: follows() },
    { bundles: { abc: bundle } },
  );
  const system = systemReader(assemblyOf(other, own), account, facts).read();
  expect(system.mappings[0]?.function.environment).toEqual({ TABLE: 'orders' });
});

test.each([
  [
    'an attribute that is not there',
    { X: att('Orders', 'Colour') },
    'Orders.Colour of a AWS::DynamoDB::Table',
  ],
  ['a resource that is not there', { X: ref('Nobody') }, 'Nobody'],
  ['a function of CloudFormation that is not supported', { X: { 'Fn::Base64': 'x' } }, 'Fn::Base64'],
  ['an export of no stack', { X: { 'Fn::ImportValue': 'nothing' } }, 'nothing'],
])(
  '%s is named with the resource and the property: a mapping is left out for it, a set-up ends the run',
  (_, variables, missing) => {
    const unresolvable = { Orders: orders, Follow: code(variables) };
    const place = /shop\.Follow \(AWS::Lambda::Function\), Environment\.Variables\.X/;
    const { mappings, leftOut } = read({ ...unresolvable, Mapping: follows() }).read();
    expect(mappings).toEqual([]);
    expect(leftOut).toEqual([expect.stringMatching(place)]);
    expect(leftOut[0]).toContain(missing);
    const atDeployment = { Type: 'Custom::Trigger', Properties: { HandlerArn: att('Follow', 'Arn') } };
    expect(() => read({ ...unresolvable, AtDeployment: atDeployment }).read()).toThrow(place);
  },
);

test('a function that nothing here invokes may need what the run does not have', () => {
  const system = read({ Orders: orders, Follow: code({ X: ref('Nobody') }) }).read();
  expect(system).toEqual({ mappings: [], setUps: [], connections: [], invoked: [], leftOut: [] });
});

test('a function that another one names in its environment can be invoked by it', () => {
  const named = {
    ...code({}),
    Properties: { ...code({}).Properties, FunctionName: 'helper' },
  };
  const resources = {
    Orders: orders,
    Helper: named,
    Other: { ...named, Properties: { ...named.Properties, FunctionName: 'other' } },
  };
  const follow = code({ HELPER: ref('Helper'), SELF: 'follow' });
  const { invoked } = read({ ...resources, Follow: follow, Mapping: follows() }).read();
  expect(invoked.map(({ name }) => name)).toEqual(['helper']);
});

test('a mapping of a function that is not there is refused', () => {
  expect(() => read({ Orders: orders, Mapping: follows('nobody') }).read()).toThrow(Problem);
});

test('a type that the run does not know is counted, not dropped in silence', () => {
  const reader = read({
    A: { Type: 'AWS::Kinesis::Stream' },
    B: { Type: 'AWS::Kinesis::Stream' },
    C: letters,
  });
  expect([...reader.unknownTypes()]).toEqual([['AWS::Kinesis::Stream', 2]]);
});

test('engines are started for stacks with tables, and for search if there is a domain', () => {
  const empty = stackOf({ Letters: letters }, { name: 'empty' });
  expect(engineNeeds(assemblyOf(empty, stackOf({ Orders: orders })))).toEqual({
    systems: ['shop'],
    search: false,
    cache: false,
  });
  expect(engineNeeds(assemblyOf(stackOf({ Search: domain })))).toEqual({
    systems: [],
    search: true,
    cache: false,
  });
});
