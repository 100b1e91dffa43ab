/** Products and their search index: the domain, who may call it, and that the index is there before the first record; what is let through of the conversations. */
import { expect, test } from 'vitest';
import { conversationsFilters } from '../../processors/conversations/filters.ts';
import { resource, statements, templatesOf } from '../testing.ts';

const dev = templatesOf('dev').ekBharath;
const domain = resource(dev, 'AWS::OpenSearchService::Domain');
const mapping = resource(dev, 'AWS::Lambda::EventSourceMapping', 'ProductsMapping');

test('dev has one small node of OpenSearch 2.11', () => {
  expect(domain.Properties).toMatchObject({
    EngineVersion: 'OpenSearch_2.11',
    ClusterConfig: { InstanceType: 't3.small.search', InstanceCount: 1, DedicatedMasterEnabled: false },
    EBSOptions: { EBSEnabled: true, VolumeType: 'gp3', VolumeSize: 20 },
  });
});

test('the domain is encrypted on its disks, between its nodes, and on the way to it', () => {
  expect(domain.Properties).toMatchObject({
    EncryptionAtRestOptions: { Enabled: true },
    NodeToNodeEncryptionOptions: { Enabled: true },
    DomainEndpointOptions: { EnforceHTTPS: true, TLSSecurityPolicy: 'Policy-Min-TLS-1-2-PFS-2023-10' },
  });
});

test('the domain lets in the processor and the set-up, which alone may delete, and only indices of the alias', () => {
  const admitted = statements({
    Type: '',
    Properties: { PolicyDocument: domain.Properties['AccessPolicies'] },
  });
  const role = (part: string) => ({ 'Fn::GetAtt': [resource(dev, 'AWS::IAM::Role', part).id, 'Arn'] });
  const roles = admitted.flatMap(({ Principal }) => (Principal as { AWS: unknown }).AWS);
  expect(roles).toHaveLength(3);
  expect(roles).toEqual(
    expect.arrayContaining([role('ProductsProcessorRole'), role('ProductsIndexSetUpRole')]),
  );
  const deletes = admitted.find(({ Action: actions }) => actions === 'es:ESHttpDelete');
  const others = admitted.filter((one) => one !== deletes);
  for (const { Action: actions } of others) {
    expect(actions).toEqual(['es:ESHttpGet', 'es:ESHttpPost', 'es:ESHttpPut']);
  }
  expect(deletes).toMatchObject({
    Action: 'es:ESHttpDelete',
    Principal: { AWS: role('ProductsIndexSetUpRole') },
  });
  expect(JSON.stringify(deletes?.Resource)).toContain('/products-v*');
});

test('the processor knows its table and its search engine, and signs its requests', () => {
  const { Environment } = resource(dev, 'AWS::Lambda::Function', 'ProductsProcessor').Properties;
  expect(Object.keys((Environment as { Variables: object }).Variables).sort()).toEqual([
    'DEAD_LETTER_QUEUE_URL',
    'FAILURE_BUCKET',
    'FORGET_QUERIES_FUNCTION',
    'NODE_OPTIONS',
    'POWERTOOLS_METRICS_NAMESPACE',
    'POWERTOOLS_SERVICE_NAME',
    'PRODUCTS_TABLE',
    'SEARCH_ALIAS',
    'SEARCH_ENDPOINT',
    'SEARCH_SIGNING',
  ]);
  expect(Environment).toMatchObject({
    Variables: {
      PRODUCTS_TABLE: { Ref: resource(dev, 'AWS::DynamoDB::Table', 'ProductsTable').id },
      SEARCH_ENDPOINT: { 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [domain.id, 'DomainEndpoint'] }]] },
      SEARCH_ALIAS: 'products',
      SEARCH_SIGNING: 'aws',
    },
  });
});

test('every record is let through: what has no effect is ignored by rule, not filtered', () => {
  expect(mapping.Properties).not.toHaveProperty('FilterCriteria');
});

test('the set-up runs at deployment, and no record is processed before it has', () => {
  const trigger = resource(dev, 'Custom::Trigger');
  const version = resource(dev, 'AWS::Lambda::Version');
  expect(trigger.Properties).toMatchObject({
    HandlerArn: { Ref: version.id },
    InvocationType: 'RequestResponse',
    ExecuteOnHandlerChange: true,
  });
  expect(version.Properties['FunctionName']).toEqual({
    Ref: resource(dev, 'AWS::Lambda::Function', 'ProductsIndexSetUp').id,
  });
  expect(mapping.DependsOn).toContain(trigger.id);
});

test('of the conversations, deletions and the METADATA row are filtered out at the mapping, and chats keep their order', () => {
  const { Properties: properties } = resource(dev, 'AWS::Lambda::EventSourceMapping', 'Conversations');
  expect(properties).toMatchObject({
    FilterCriteria: { Filters: conversationsFilters },
    ParallelizationFactor: 1,
  });
  expect(resource(dev, 'AWS::Lambda::EventSourceMapping', 'Bids').Properties).not.toHaveProperty(
    'FilterCriteria',
  );
});

test('prod spreads its nodes over three zones and keeps its index', () => {
  const { Properties, DeletionPolicy } = resource(
    templatesOf('prod').ekBharath,
    'AWS::OpenSearchService::Domain',
  );
  expect(Properties['ClusterConfig']).toMatchObject({
    InstanceCount: 3,
    DedicatedMasterCount: 3,
    ZoneAwarenessConfig: { AvailabilityZoneCount: 3 },
  });
  expect(DeletionPolicy).toBe('Retain');
});
