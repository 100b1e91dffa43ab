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

test('there is one stack per system, named after stage and system', () => {
  expect(assembly.stacks.map((stack) => stack.stackName).sort()).toEqual([
    'streamkeeper-dev-ek-bharath',
    'streamkeeper-dev-marketplace',
    'streamkeeper-dev-mediphant',
    'streamkeeper-dev-opportunity-analysis',
  ]);
});

test('the output keys are those that the documentation promises, and none is an export', () => {
  expect(Object.keys(templateOf('ek-bharath').Outputs).sort()).toEqual([
    'BidsTableName',
    'BidsTableStreamArn',
    'ConversationsTableName',
    'ConversationsTableStreamArn',
    'PriceHistoryTableName',
    'ProductsDeadLetterQueueUrl',
    'ProductsFailureBucketName',
    'ProductsFunctionName',
    'ProductsMappingId',
    'ProductsSetUpFunctionName',
    'ProductsTableName',
    'ProductsTableStreamArn',
    'SearchAlias',
    'SearchDomainName',
    'SearchEndpoint',
    'TranslationCacheTableName',
    'UserSessionsTableName',
    'UsersTableName',
    'UsersTableStreamArn',
  ]);
  for (const stack of assembly.stacks) {
    for (const output of Object.values(stack.template.Outputs)) expect(output).not.toHaveProperty('Export');
  }
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
