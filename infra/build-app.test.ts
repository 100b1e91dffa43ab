/** What operators' tools and the local run rely on: stack names, output keys, and templates that are easy to resolve. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { buildApp } from './build-app.ts';

const outdir = mkdtempSync(join(tmpdir(), 'streamkeeper-build-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

const assembly = buildApp({ stage: 'dev', outdir, bundle: false }).app.synth();
const templateOf = (system: string) => assembly.getStackByName(`streamkeeper-dev-${system}`).template;

function functionsUsed(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => [
    ...(key === 'Ref' || key.startsWith('Fn::') ? [key] : []),
    ...functionsUsed(value),
  ]);
}

test('there is one stack per system and one that watches them, named after stage and system', () => {
  expect(assembly.stacks.map((stack) => stack.stackName).sort()).toEqual([
    'streamkeeper-dev-ek-bharath',
    'streamkeeper-dev-marketplace',
    'streamkeeper-dev-mediphant',
    'streamkeeper-dev-operations',
    'streamkeeper-dev-opportunity-analysis',
  ]);
});

/** What a table gives, the ones with a stream marked `*`. */
const tables = (...names: string[]) =>
  names.flatMap((name) =>
    name.endsWith('*')
      ? [`${name.slice(0, -1)}TableName`, `${name.slice(0, -1)}TableStreamArn`]
      : [`${name}TableName`],
  );
const processors = (...names: string[]) =>
  names.flatMap((name) =>
    ['DeadLetterQueueUrl', 'FailureBucketName', 'FunctionName', 'MappingId', 'MappingTableName'].map(
      (what) => name + what,
    ),
  );

test.each<[string, string[]]>([
  [
    'ek-bharath',
    [
      ...tables('Bids*', 'Conversations*', 'Products*', 'Users*'),
      ...tables('PriceHistory', 'TranslationCache', 'UserSessions'),
      ...processors('Bids', 'Conversations', 'Products'),
      'ProductsForgetQueriesFunctionName',
      'ProductsSetUpFunctionName',
      'QueryCacheName',
      'QueryCacheSecurityGroupId',
      'QueryCacheSubnetIds',
      'QueryCacheUrl',
      'QueryCacheVpcId',
      'ConnectionsAuthorizerFunctionName',
      'ConnectionsFunctionName',
      'SearchAlias',
      'SearchDomainName',
      'SearchEndpoint',
      'UserPoolClientId',
      'UserPoolId',
      'WebSocketConnectionsUrl',
      'WebSocketUrl',
    ],
  ],
  [
    'marketplace',
    [
      ...tables('Bookings*', 'Idempotency', 'Providers', 'Reviews', 'Services', 'Users'),
      ...processors('Bookings'),
      'AuditBucketName',
    ],
  ],
  [
    'opportunity-analysis',
    [
      ...tables('History*', 'Results*', 'Sessions*'),
      ...processors('AnalysisResults', 'Analytics'),
      'AnalyticsHistoryMappingId',
      'AnalyticsHistoryMappingTableName',
      'CacheUrl',
    ],
  ],
  ['mediphant', tables('Data')],
])(
  'the output keys of %s are those that the documentation promises, and none is an export',
  (system, keys) => {
    const { Outputs: outputs } = templateOf(system);
    expect(Object.keys(outputs).sort()).toEqual(keys.sort());
    for (const output of Object.values(outputs)) expect(output).not.toHaveProperty('Export');
  },
);

test('the stack whose table another one names is deployed before it, and neither holds the other back', () => {
  const { dependencies } = assembly.getStackByName('streamkeeper-dev-ek-bharath');
  expect(dependencies.map(({ id }) => id)).toContain('streamkeeper-dev-marketplace');
  expect(JSON.stringify(templateOf('ek-bharath'))).not.toContain('Fn::ImportValue');
});

test('names in dev are literal, so that a template can be read without an account', () => {
  const resources = assembly.stacks.flatMap((stack) =>
    Object.values<{ Type: string; Properties: Record<string, unknown> }>(stack.template.Resources),
  );
  const tables = resources.filter(({ Type }) => Type === 'AWS::DynamoDB::Table');
  for (const { Properties } of tables) expect(Properties['TableName']).toBeTypeOf('string');
});

test('four intrinsic functions are all that a reader of the templates has to know', () => {
  const used = assembly.stacks.flatMap(({ template }) =>
    functionsUsed([template.Resources, template.Outputs]),
  );
  expect([...new Set(used)].sort()).toEqual(['Fn::GetAtt', 'Fn::Join', 'Fn::Sub', 'Ref']);
});

test('a stage that does not exist is refused before anything is built', () => {
  expect(() => buildApp({ stage: 'production', outdir })).toThrow('is not a stage');
});
