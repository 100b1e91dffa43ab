/** In every stage: what is kept is encrypted, what travels is encrypted, and nothing can be reached by the public. */
import { describe, expect, test } from 'vitest';
import { type Resource, resources, type StackName, statements, templatesOf } from './testing.ts';

/** Of all stacks, with its logical id. */
function everything(stage: string, type: string): (Resource & { readonly id: string })[] {
  const templates = templatesOf(stage);
  return (Object.keys(templates) as StackName[]).flatMap((system) =>
    Object.entries(resources(templates[system], type)).map(([id, found]) => ({ id, ...found })),
  );
}

/** Whether the policies attached to `id` refuse what does not come over TLS. */
function refusesPlainText(policies: readonly Resource[], attachedTo: string, id: string): boolean {
  return policies
    .filter(({ Properties }) => JSON.stringify(Properties[attachedTo]).includes(`"${id}"`))
    .flatMap(statements)
    .some(
      ({ Effect, Condition, Principal }) =>
        Effect === 'Deny' &&
        JSON.stringify(Condition) === '{"Bool":{"aws:SecureTransport":"false"}}' &&
        JSON.stringify(Principal) === '{"AWS":"*"}',
    );
}

describe.each(['dev', 'staging', 'prod'])('in stage %s', (stage) => {
  test('every bucket is encrypted, private, and refuses plain HTTP', () => {
    const policies = everything(stage, 'AWS::S3::BucketPolicy');
    const buckets = everything(stage, 'AWS::S3::Bucket');
    expect(buckets).not.toEqual([]);
    for (const { id, Properties } of buckets) {
      expect(Properties).toMatchObject({
        BucketEncryption: {},
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      });
      expect([id, refusesPlainText(policies, 'Bucket', id)]).toEqual([id, true]);
    }
  });

  test('every queue and topic is encrypted and refuses plain HTTP', () => {
    const queuePolicies = everything(stage, 'AWS::SQS::QueuePolicy');
    for (const { id, Properties } of everything(stage, 'AWS::SQS::Queue')) {
      expect(Properties).toMatchObject({ SqsManagedSseEnabled: true });
      expect([id, refusesPlainText(queuePolicies, 'Queues', id)]).toEqual([id, true]);
    }
    const topicPolicies = everything(stage, 'AWS::SNS::TopicPolicy');
    for (const { id, Properties } of everything(stage, 'AWS::SNS::Topic')) {
      expect(Properties).toHaveProperty('KmsMasterKeyId');
      expect([id, refusesPlainText(topicPolicies, 'Topics', id)]).toEqual([id, true]);
    }
  });

  test('every store is encrypted where it keeps its data', () => {
    for (const { Properties } of everything(stage, 'AWS::DynamoDB::Table')) {
      expect(Properties['SSESpecification']).toEqual({ SSEEnabled: true });
    }
    for (const { Properties } of everything(stage, 'AWS::OpenSearchService::Domain')) {
      expect(Properties).toMatchObject({
        EncryptionAtRestOptions: { Enabled: true },
        NodeToNodeEncryptionOptions: { Enabled: true },
        DomainEndpointOptions: { EnforceHTTPS: true },
      });
    }
    for (const { Properties } of everything(stage, 'AWS::ElastiCache::ReplicationGroup')) {
      expect(Properties['AtRestEncryptionEnabled']).toBe(true);
      if (stage !== 'dev') {
        expect(Properties).toMatchObject({
          TransitEncryptionEnabled: true,
          UserGroupIds: [expect.anything()],
        });
      }
    }
  });

  test('nobody outside the account may do anything, and the public may do nothing', () => {
    const policies = [
      'AWS::S3::BucketPolicy',
      'AWS::SQS::QueuePolicy',
      'AWS::SNS::TopicPolicy',
      'AWS::KMS::Key',
      'AWS::OpenSearchService::Domain',
    ].flatMap((type) => everything(stage, type));
    for (const { id, Properties } of policies) {
      const document =
        Properties['PolicyDocument'] ?? Properties['KeyPolicy'] ?? Properties['AccessPolicies'];
      for (const statement of statements({ Type: '', Properties: { PolicyDocument: document } })) {
        const { Effect, Principal, Condition } = statement;
        if (Effect === 'Deny') continue;
        expect([id, JSON.stringify(Principal)]).not.toEqual([id, expect.stringContaining('"*"')]);
        // A service speaks for anybody's resources unless it is asked whose.
        if (Principal !== undefined && 'Service' in (Principal as object)) {
          expect([id, JSON.stringify(Condition)]).toEqual([
            id,
            expect.stringMatching(/aws:SourceAccount|aws:SourceArn/),
          ]);
        }
      }
    }
  });

  test('a function may be invoked by the routes of the API and by nobody else, and has no URL', () => {
    for (const { Properties } of everything(stage, 'AWS::Lambda::Permission')) {
      expect(Properties).toMatchObject({
        Principal: 'apigateway.amazonaws.com',
        SourceArn: expect.anything(),
      });
    }
    expect(everything(stage, 'AWS::Lambda::Url')).toEqual([]);
  });

  test('every function runs on Node 24 and arm64, is traced, and writes structured logs that expire', () => {
    const groups = everything(stage, 'AWS::Logs::LogGroup');
    for (const { Properties } of groups) expect(Properties['RetentionInDays']).toBeGreaterThan(0);
    // CDK's own function behind the trigger has no name, and none of this.
    const ours = everything(stage, 'AWS::Lambda::Function').filter(
      ({ Properties }) => Properties['FunctionName'],
    );
    expect(ours).not.toEqual([]);
    for (const { Properties } of ours) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogFormat: 'JSON', LogGroup: expect.anything() },
        Environment: { Variables: { NODE_OPTIONS: '--enable-source-maps' } },
      });
    }
  });
});

/** Every `*` in what a role may use, with the reason. A wildcard that is not here is one nobody explained. */
const WILDCARDS: readonly (readonly [RegExp, string])[] = [
  [/^dynamodb:ListStreams \*$/, 'the action takes no resource'],
  [/^xray:(PutTraceSegments|PutTelemetryRecords) \*$/, 'the actions take no resource'],
  [
    /^ec2:\w+(NetworkInterfaces?|PrivateIpAddresses|Subnets) \*$/,
    "Lambda's own, checked without a resource, denied to the code",
  ],
  [
    /^s3:PutObject .*\/(aws\/lambda|dead-letters)\/\*$/,
    'objects are named by time and chance, under prefixes of ours',
  ],
  [/^es:ESHttp(Get|Post|Put) .*:domain\/streamkeeper-\w+\/\*$/, "the domain's APIs are paths under it"],
  [
    /^es:ESHttpDelete .*:domain\/streamkeeper-\w+\/products-v\*$/,
    'behind the alias there is an index of any version',
  ],
  [
    /^execute-api:ManageConnections .*\/(POST|DELETE)\/@connections\/\*$/,
    'ids are made when a connection opens',
  ],
];

test('no role has a wildcard without a reason, in its actions or in its resources', () => {
  for (const stage of ['dev', 'staging', 'prod']) {
    const wild = everything(stage, 'AWS::IAM::Policy')
      .flatMap(statements)
      .flatMap(({ Effect, Action: actions, Resource: targets }) =>
        Effect === 'Deny'
          ? []
          : [actions]
              .flat()
              .flatMap((action) => [targets].flat().map((target) => `${action} ${asText(target)}`)),
      )
      .filter((right) => right.includes('*'));
    expect(wild).not.toEqual([]);
    expect(wild.filter((right) => !WILDCARDS.some(([known]) => known.test(right)))).toEqual([]);
  }
});

function asText(target: unknown): string {
  const join = (target as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'];
  return join === undefined
    ? typeof target === 'string'
      ? target
      : JSON.stringify(target)
    : join[1].map(asText).join('');
}
