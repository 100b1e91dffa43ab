/** Least privilege: every function's rights, written down a second time. A right that is not here is one nobody asked for. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { resources, templatesOf } from './testing.ts';
import { basicRights, ownTelemetry, rightsOf } from './testing-rights.ts';

const dev = templatesOf('dev');
const NAMES: Readonly<Record<string, string>> = { inbox: 'NOTIFICATION#*', session: 'SESSION#*' };

const item = (action: string, table: string, keys: keyof typeof NAMES | 'streamkeeper#*') =>
  `dynamodb:${action} ${table} if ForAllValues:StringLike dynamodb:LeadingKeys ${NAMES[keys] ?? keys}`;
const claims = (table: string) =>
  ['BatchGetItem', 'PartiQLDelete', 'PartiQLInsert', 'PartiQLUpdate'].map((action) =>
    item(action, table, 'streamkeeper#*'),
  );
const connections = (method: string) =>
  `execute-api:ManageConnections arn:aws:execute-api:REGION:ACCOUNT:WebSocketApi/dev/${method}/@connections/*`;
const search = ['Get', 'Post', 'Put'].map(
  (method) => `es:ESHttp${method} arn:aws:es:REGION:ACCOUNT:domain/streamkeeper-dev/*`,
);

const SESSIONS = 'ek-bharath-user-sessions';
const notifier = [
  `dynamodb:PartiQLSelect ${SESSIONS}/index/UserIndex if BoolIfExists dynamodb:FullTableScan false`,
  item('Query', SESSIONS, 'inbox'),
  item('PartiQLInsert', SESSIONS, 'inbox'),
  item('DeleteItem', SESSIONS, 'session'),
  'dynamodb:BatchGetItem ek-bharath-users',
  ...claims('arn:aws:dynamodb:REGION:ACCOUNT:table/marketplace-dev-idempotency-table'),
  connections('POST'),
];

test.each<[string, string[]]>([
  [
    'ProductsProcessor',
    [
      ...basicRights('Products', 'ek-bharath-products'),
      'dynamodb:BatchGetItem ek-bharath-products',
      ...search,
      'lambda:InvokeFunction ProductQueriesForgetFunction.Arn',
    ],
  ],
  [
    'ProductsIndexSetUp',
    [
      ...ownTelemetry('ProductsIndexSetUp'),
      ...search,
      'es:ESHttpDelete arn:aws:es:REGION:ACCOUNT:domain/streamkeeper-dev/products',
      'es:ESHttpDelete arn:aws:es:REGION:ACCOUNT:domain/streamkeeper-dev/products-v*',
    ],
  ],
  [
    'ProductQueriesForget',
    [...ownTelemetry('ProductQueriesForget'), ...networkRights('streamkeeper-dev-products-forget-queries')],
  ],
  ['BidsProcessor', [...basicRights('Bids', 'ek-bharath-bids'), ...notifier]],
  ['ConversationsProcessor', [...basicRights('Conversations', 'ek-bharath-conversations'), ...notifier]],
  [
    'ConnectionsRoutes',
    [
      ...ownTelemetry('ConnectionsRoutes'),
      ...['DeleteItem', 'PutItem', 'UpdateItem'].map((action) => item(action, SESSIONS, 'session')),
      item('Query', SESSIONS, 'inbox'),
      'dynamodb:BatchGetItem ek-bharath-users',
      connections('POST'),
      connections('DELETE'),
    ],
  ],
  ['ConnectionsAuthorizer', ownTelemetry('ConnectionsAuthorizer')],
])('in ek-bharath, %s may do this and nothing else', (id, rights) => {
  expect(rightsOf(dev.ekBharath, id)).toEqual(rights.sort());
});

test('bookings may read what ratings are made of, list who carries one, write them in transactions, and send from its one address', () => {
  const table = (name: string) => `marketplace-dev-${name}-table`;
  const inTransactions = 'if ForAnyValue:StringEquals dynamodb:EnclosingOperation TransactWriteItems';
  expect(rightsOf(dev.marketplace, 'BookingsProcessor')).toEqual(
    [
      ...basicRights('Bookings', table('bookings')),
      ...['bookings', 'providers', 'reviews', 'services'].map(
        (name) => `dynamodb:BatchGetItem ${table(name)}`,
      ),
      ...['bookingReviews', 'providerReviews'].map(
        (name) => `dynamodb:Query ${table('reviews')}/index/${name}-index`,
      ),
      ...['providers', 'services'].map((name) => `dynamodb:UpdateItem ${table(name)} ${inTransactions}`),
      ...[
        ['providers', 'providerId'],
        ['services', 'serviceId'],
      ].map(
        ([name = '', key]) =>
          `dynamodb:Scan ${table(name)} if ForAllValues:StringEquals dynamodb:Attributes ${key} rating reviewCount if StringEquals dynamodb:Select SPECIFIC_ATTRIBUTES`,
      ),
      ...claims(table('idempotency')),
      'ses:SendEmail arn:aws:ses:REGION:ACCOUNT:identity/example.com if StringEquals ses:FromAddress bookings@example.com',
    ].sort(),
  );
});

/** Lambda's own business with the network; denied to the function's code. */
function networkRights(functionName: string): string[] {
  const code = `if ArnEquals lambda:SourceFunctionArn arn:aws:lambda:REGION:ACCOUNT:function:${functionName}`;
  return [
    'AssignPrivateIpAddresses',
    'CreateNetworkInterface',
    'DeleteNetworkInterface',
    'DescribeNetworkInterfaces',
    'DescribeSubnets',
    'UnassignPrivateIpAddresses',
  ].flatMap((action) => [`ec2:${action} *`, `not ec2:${action} * ${code}`]);
}

test('analysis-results may read its table, and connect to the cache where the cache asks who it is', () => {
  const rights = (stage: string, prefix: string) =>
    [
      ...basicRights('AnalysisResults', `${prefix}opportunity-analysis-results`),
      `dynamodb:BatchGetItem ${prefix}opportunity-analysis-results`,
      ...networkRights(`streamkeeper-${stage}-analysis-results`),
    ].sort();
  expect(rightsOf(dev.opportunityAnalysis, 'AnalysisResultsProcessor')).toEqual(rights('dev', ''));
  const cache = 'arn:aws:elasticache:REGION:ACCOUNT';
  expect(rightsOf(templatesOf('staging').opportunityAnalysis, 'AnalysisResultsProcessor')).toEqual(
    [
      ...rights('staging', 'staging-'),
      `elasticache:Connect ${cache}:replicationgroup:streamkeeper-staging`,
      `elasticache:Connect ${cache}:user:streamkeeper-staging-analysis-results`,
    ].sort(),
  );
});

test('analytics may read its two streams and write its letters', () => {
  const tables = ['opportunity-analysis-history', 'opportunity-analysis-sessions'];
  expect(rightsOf(dev.opportunityAnalysis, 'AnalyticsProcessor')).toEqual(
    basicRights('Analytics', ...tables).sort(),
  );
});

test('no role has rights that are not written down here', () => {
  const policies = Object.values(dev).flatMap((template) =>
    Object.keys(resources(template, 'AWS::IAM::Policy')),
  );
  expect(policies).toHaveLength(10);
  const managed = Object.values(dev).flatMap((template) =>
    Object.entries(resources(template, 'AWS::IAM::Role'))
      .filter(([, role]) => role.Properties['ManagedPolicyArns'] !== undefined)
      .map(([id]) => id.replace(/[0-9A-F]{8}$/, '')),
  );
  // API Gateway's, which it takes in no narrower form, and that of CDK's own trigger.
  expect(managed.sort()).toEqual([
    'AWSCDKTriggerCustomResourceProviderCustomResourceProviderRole',
    'WebSocketAccessLogsRole',
  ]);
});

test('no file sends a command that no right was written down for', () => {
  const repository = dirname(import.meta.dirname);
  const files = globSync('{processors,shared}/**/*.ts', { cwd: repository }).filter(
    (file) => !/test|testing/.test(file),
  );
  const sent = files.flatMap((file) => {
    const commands = readFileSync(join(repository, file), 'utf8').matchAll(/new (\w+)Command\(/g);
    return [...new Set([...commands].map(([, command]) => `${file}: ${command}`))];
  });
  expect(sent.sort()).toEqual([
    'processors/bookings/ratings/dynamodb-tables.ts: Query',
    'processors/bookings/ratings/dynamodb-tables.ts: Scan',
    'processors/bookings/ratings/dynamodb-tables.ts: TransactWriteItems',
    'processors/connections/end-connection.ts: DeleteConnection',
    'processors/connections/inbox.ts: Query',
    'processors/connections/session-table.ts: DeleteItem',
    'processors/connections/session-table.ts: PutItem',
    'processors/connections/session-table.ts: UpdateItem',
    'shared/cache/forgetting-queries.ts: Invoke',
    'shared/dead-letters/aws-sink.ts: PutObject',
    'shared/dead-letters/aws-sink.ts: SendMessage',
    'shared/dynamodb/read-items.ts: BatchGetItem',
    'shared/idempotency/dynamodb-claim-table.ts: BatchExecuteStatement',
    'shared/mail/ses.ts: SendEmail',
    'shared/notifications/inbox.ts: BatchExecuteStatement',
    'shared/notifications/inbox.ts: Query',
    'shared/notifications/post.ts: PostToConnection',
    'shared/notifications/sessions.ts: DeleteItem',
    'shared/notifications/sessions.ts: ExecuteStatement',
  ]);
});
