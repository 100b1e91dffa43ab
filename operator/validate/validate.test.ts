/** What is there is compared with the template field by field: what is the same in other words is no difference, the rest is named. */
import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { resources, templatesOf } from '../../infra/testing.ts';
import { type Description, differences } from './field-differences.ts';
import { describeMapping, type MappingProperties } from './mapping-description.ts';
import { type TableProperties, tableOfLive, tableOfTemplate } from './table-description.ts';

const template = templatesOf('prod').ekBharath;
const conversations = Object.values(resources(template, 'AWS::DynamoDB::Table')).find(
  ({ Properties: properties }) => String(properties['TableName']).endsWith('conversations'),
)?.Properties as TableProperties;

/** As DynamoDB describes a table that was made from `conversations`, its lists in another order. */
function live(changes: Partial<TableDescription> = {}): TableDescription {
  const { AttributeDefinitions: attributes = [], GlobalSecondaryIndexes: indexes = [] } = conversations;
  return {
    KeySchema: conversations.KeySchema,
    AttributeDefinitions: attributes.toReversed(),
    GlobalSecondaryIndexes: indexes.toReversed(),
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    DeletionProtectionEnabled: true,
    ...changes,
  } as TableDescription;
}

const extras = { timeToLive: 'ttl', recovery: 'on' } as const;

function found(
  changes: Partial<TableDescription>,
  others: Partial<Record<keyof typeof extras, string>> = {},
) {
  const description = tableOfLive(live(changes), { ...extras, ...others } as typeof extras);
  return differences('table', tableOfTemplate(conversations), description).map(
    ({ field, template: wanted, live: is }) => `${field}: ${wanted} → ${is}`,
  );
}

test('a table that was made from the template does not differ', () => {
  expect(found({})).toEqual([]);
});

test('every property of a table that was changed by hand is named, with both values', () => {
  expect(
    found(
      {
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
        DeletionProtectionEnabled: false,
      },
      { timeToLive: 'off', recovery: 'off' },
    ),
  ).toEqual([
    'deletionProtection: true → false',
    'recovery: on → off',
    'stream: NEW_AND_OLD_IMAGES → KEYS_ONLY',
    'timeToLive: ttl → off',
  ]);
});

test('an index that is missing, one that is too many and one with another key are named', () => {
  const [first, ...others] = live().GlobalSecondaryIndexes ?? [];
  const name = first?.IndexName ?? '';
  const [missing] = found({ GlobalSecondaryIndexes: others });
  expect(missing).toMatch(new RegExp(`^indexes\\.${name}: .* → absent$`));
  const [tooMany] = found({ GlobalSecondaryIndexes: [...others, first ?? {}, { IndexName: 'More' }] });
  expect(tooMany).toMatch(/^indexes\.More: absent → /);
  const changed = { ...first, KeySchema: conversations.KeySchema } as typeof first;
  expect(found({ GlobalSecondaryIndexes: [...others, changed ?? {}] })[0]).toContain(`indexes.${name}.key`);
});

test('a stream that was turned off is named', () => {
  expect(found({ StreamSpecification: { StreamEnabled: false } })).toEqual([
    'stream: NEW_AND_OLD_IMAGES → off',
  ]);
});

const ends = { state: 'Enabled', streamArn: 's', functionName: 'f', onFailure: 'b' };

test('what a mapping does not say has the default of the API', () => {
  const said: MappingProperties = {
    BatchSize: 100,
    MaximumRetryAttempts: -1,
    ParallelizationFactor: 1,
    FunctionResponseTypes: [],
    FilterCriteria: { Filters: [] },
  };
  expect(differences('mapping', describeMapping({}, ends), describeMapping(said, ends))).toEqual([]);
});

test('a mapping that was turned off, or reads another stream, differs', () => {
  const other: Description = describeMapping({}, { ...ends, state: 'Disabled', streamArn: 'old' });
  expect(differences('mapping', describeMapping({}, ends), other).map(({ field }) => field)).toEqual([
    'state',
    'streamArn',
  ]);
});

test('filters are compared by what they say, in any order', () => {
  const filters = (...patterns: string[]): MappingProperties => ({
    FilterCriteria: { Filters: patterns.map((Pattern) => ({ Pattern })) },
  });
  const compare = (a: MappingProperties, b: MappingProperties) =>
    differences('mapping', describeMapping(a, ends), describeMapping(b, ends));
  expect(compare(filters('{"a":[1]}', '{"b":[2]}'), filters('{ "b": [2] }', '{"a": [1]}'))).toEqual([]);
  expect(compare(filters('{"a":[1]}'), filters())).toMatchObject([{ field: 'filters' }]);
});
