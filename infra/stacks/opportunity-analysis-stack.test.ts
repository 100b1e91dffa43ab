/** The cache and the network without a way out that it lies in; analytics on two streams. */
import { expect, test } from 'vitest';
import { analysisKey } from '../../shared/cache/analysis.ts';
import { versionKey } from '../../shared/cache/compare-and-set.ts';
import { resource, resources, statements, templatesOf } from '../testing.ts';
import { inWords } from '../testing-rights.ts';

const dev = templatesOf('dev').opportunityAnalysis;
const staging = templatesOf('staging').opportunityAnalysis;

test('dev has one small node', () => {
  expect(resource(dev, 'AWS::ElastiCache::ReplicationGroup').Properties).toMatchObject({
    Engine: 'valkey',
    CacheNodeType: 'cache.t3.micro',
    NumCacheClusters: 1,
    AutomaticFailoverEnabled: false,
    TransitEncryptionEnabled: false,
    AtRestEncryptionEnabled: true,
  });
});

test('the cache drops nothing to make room, and says before it is full', () => {
  const parameters = resource(dev, 'AWS::ElastiCache::ParameterGroup');
  expect(parameters.Properties).toMatchObject({
    CacheParameterGroupFamily: 'valkey8',
    Properties: { 'maxmemory-policy': 'noeviction' },
  });
  expect(resource(dev, 'AWS::ElastiCache::ReplicationGroup').Properties).toMatchObject({
    CacheParameterGroupName: { Ref: parameters.id },
  });
  const alarms = Object.values(resources(staging, 'AWS::CloudWatch::Alarm'))
    .map(({ Properties }) => Properties)
    .filter(({ MetricName }) => MetricName === 'DatabaseMemoryUsagePercentage');
  expect(alarms.map(({ AlarmName, Dimensions }) => [AlarmName, Dimensions])).toEqual(
    [1, 2].map((node) => [
      `streamkeeper-staging-cache-${node}-memory-warn`,
      [
        { Name: 'CacheClusterId', Value: `streamkeeper-staging-00${node}` },
        { Name: 'CacheNodeId', Value: '0001' },
      ],
    ]),
  );
});

test('from staging on the cache survives a zone, speaks TLS only, and lets in one user, by IAM', () => {
  const user = resource(staging, 'AWS::ElastiCache::User');
  const group = resource(staging, 'AWS::ElastiCache::UserGroup');
  expect(resource(staging, 'AWS::ElastiCache::ReplicationGroup').Properties).toMatchObject({
    NumCacheClusters: 2,
    AutomaticFailoverEnabled: true,
    MultiAZEnabled: true,
    TransitEncryptionEnabled: true,
    UserGroupIds: [{ Ref: group.id }],
  });
  expect(group.Properties['UserIds']).toEqual([{ Ref: user.id }]);
  expect(user.Properties).toMatchObject({ AuthenticationMode: { Type: 'iam' } });
  expect(user.Properties['UserId']).toBe(user.Properties['UserName']);
});

test('the user may touch the keys of analyses and of their versions, with the commands of the projection', () => {
  const words = String(resource(staging, 'AWS::ElastiCache::User').Properties['AccessString']).split(' ');
  const patterns = words.filter((word) => word.startsWith('~')).map((word) => word.slice(1));
  const key = analysisKey('one');
  for (const used of [key, versionKey(key)]) {
    expect(patterns.filter((pattern) => used.startsWith(pattern.replace(/\*$/, '')))).toHaveLength(1);
  }
  expect(words).toContain('-@all');
  expect(words.filter((word) => word.startsWith('+')).sort()).toEqual([
    '+del',
    '+eval',
    '+evalsha',
    '+get',
    '+mget',
    '+pttl',
    '+scan',
    '+set',
  ]);
});

test('the network has no way out', () => {
  for (const template of [dev, staging]) {
    for (const type of ['InternetGateway', 'NatGateway', 'Route', 'EIP', 'VPCPeeringConnection']) {
      expect(resources(template, `AWS::EC2::${type}`)).toEqual({});
    }
  }
});

test('its endpoints lead to the table, the big letters and the queue, and nowhere else', () => {
  const endpoints = Object.values(resources(dev, 'AWS::EC2::VPCEndpoint')).map(({ Properties: endpoint }) => {
    const policy = { Type: '', Properties: endpoint };
    const allowed = statements(policy).map(
      ({ Action: action, Resource: target }) => `${action} ${inWords(dev, target)}`,
    );
    return [endpoint['VpcEndpointType'], inWords(dev, endpoint['ServiceName']), ...allowed].join(' ');
  });
  expect(endpoints.sort()).toEqual([
    'Gateway com.amazonaws.REGION.dynamodb dynamodb:BatchGetItem opportunity-analysis-results',
    'Gateway com.amazonaws.REGION.s3 s3:PutObject AnalysisResultsDeadLettersBucket.Arn/dead-letters/*',
    'Interface com.amazonaws.REGION.sqs sqs:SendMessage AnalysisResultsDeadLettersQueue.Arn',
  ]);
});

test('no record is processed before the endpoints are there', () => {
  const mapping = resource(dev, 'AWS::Lambda::EventSourceMapping', 'AnalysisResultsMapping');
  expect(mapping.DependsOn).toEqual(
    expect.arrayContaining(Object.keys(resources(dev, 'AWS::EC2::VPCEndpoint'))),
  );
});

test('the cache and the endpoint of SQS hear the function alone, and speak to nobody', () => {
  const group = (part: string) => resource(dev, 'AWS::EC2::SecurityGroup', part);
  const fromFunction = { 'Fn::GetAtt': [group('FunctionGroup').id, 'GroupId'] };
  for (const [part, port] of [
    ['CacheGroup', 6379],
    ['SqsEndpointGroup', 443],
  ] as const) {
    expect(group(part).Properties).toMatchObject({
      SecurityGroupEgress: [{ CidrIp: '127.0.0.1/32', IpProtocol: '-1' }],
      SecurityGroupIngress: [
        { IpProtocol: 'tcp', FromPort: port, ToPort: port, SourceSecurityGroupId: fromFunction },
      ],
    });
  }
  expect(group('FunctionGroup').Properties['SecurityGroupIngress'] ?? []).toEqual([]);
  expect(resource(dev, 'AWS::EC2::SecurityGroupEgress').Properties).toMatchObject({
    GroupId: fromFunction,
    DestinationSecurityGroupId: { 'Fn::GetAtt': [group('CacheGroup').id, 'GroupId'] },
    FromPort: 6379,
    ToPort: 6379,
  });
});

test('one function of the stack runs in the network, in a subnet of each zone', () => {
  const inside = Object.entries(resources(staging, 'AWS::Lambda::Function')).filter(
    ([, code]) => code.Properties['VpcConfig'] !== undefined,
  );
  expect(inside.map(([id]) => id)).toEqual([expect.stringMatching(/^AnalysisResults/)]);
  const subnets = resources(staging, 'AWS::EC2::Subnet');
  expect(inside[0]?.[1].Properties['VpcConfig']).toMatchObject({
    SubnetIds: Object.keys(subnets).map((id) => ({ Ref: id })),
  });
  expect(
    Object.values(subnets).map(({ Properties }) => inWords(staging, Properties['AvailabilityZone'])),
  ).toEqual(['REGIONa', 'REGIONb']);
});

test('analytics follows sessions and history with one function, a mapping and alarms for each', () => {
  const mappings = Object.entries(resources(dev, 'AWS::Lambda::EventSourceMapping')).filter(([id]) =>
    id.startsWith('Analytics'),
  );
  expect(mappings.map(([, { Properties }]) => inWords(dev, Properties['EventSourceArn']))).toEqual([
    'opportunity-analysis-sessions/stream',
    'opportunity-analysis-history/stream',
  ]);
  expect(new Set(mappings.map(([, { Properties }]) => inWords(dev, Properties['FunctionName']))).size).toBe(
    1,
  );
  const watched = Object.values(resources(dev, 'AWS::CloudWatch::Alarm'))
    .filter(({ Properties }) => Properties['MetricName'] === 'DroppedEventCount')
    .map(({ Properties }) => [Properties['AlarmName'], Properties['Dimensions']]);
  for (const [id, name] of [
    [mappings[0]?.[0], 'analytics'],
    [mappings[1]?.[0], 'analytics-history'],
  ]) {
    expect(watched).toContainEqual([
      `streamkeeper-dev-${name}-dropped-events-page`,
      [{ Name: 'EventSourceMappingUUID', Value: { Ref: id } }],
    ]);
  }
});
