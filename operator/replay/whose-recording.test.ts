/** The tables that a recording is told by are those that the stacks attach the processors to. */
import { expect, test } from 'vitest';
import { resources, type StackName, templatesOf } from '../../infra/testing.ts';
import type { ProcessorFacts } from '../system/system.ts';
import { inBatches, recorded } from './testing.ts';
import { addressedTo, isFollowedBy, PROCESSORS } from './whose-recording.ts';

/** By the outputs `<Processor><Word>MappingTableName` of every stack. */
function attached(): { owner: string; table: string }[] {
  const templates = templatesOf('dev');
  return (Object.keys(templates) as StackName[]).flatMap((name) => {
    const tables = resources(templates[name], 'AWS::DynamoDB::Table');
    const outputs = templates[name].findOutputs('*') as Record<string, { Value: { Ref?: string } }>;
    return Object.entries(outputs).flatMap(([key, { Value: value }]) => {
      const [, owner] = /^(\w+)MappingTableName$/.exec(key) ?? [];
      const table = tables[value.Ref ?? '']?.Properties?.TableName as string | undefined;
      return owner === undefined || table === undefined ? [] : [{ owner, table }];
    });
  });
}

test('every table that a processor is attached to is of exactly that processor', () => {
  const mappings = attached();
  const followers = (table: string) => PROCESSORS.filter((processor) => isFollowedBy(processor, table));
  const pascal = (name: string) =>
    name.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
  expect(mappings).toHaveLength(7);
  for (const { owner, table } of mappings) {
    const [follower, other] = followers(table);
    expect([owner.startsWith(pascal(follower ?? '?')), other]).toEqual([true, undefined]);
  }
});

test('a prefix of the stage makes no difference, another word does', () => {
  expect(isFollowedBy('bids', 'beta-ek-bharath-bids')).toBe(true);
  expect(isFollowedBy('bids', 'beta-ek-bharath-bids-2')).toBe(false);
  expect(isFollowedBy('bookings', 'marketplace-beta-bookings-table')).toBe(true);
  expect(isFollowedBy('bookings', 'marketplace--bookings-table')).toBe(false);
  expect(isFollowedBy('toString', 'ek-bharath-bids')).toBe(false);
});

test('a table that the system’s own mapping follows is of its processor, whatever it is called', async () => {
  const processors = [{ name: 'bids', mappings: [{ table: 'renamed' }] }] as unknown as ProcessorFacts[];
  const of = (...tables: readonly (string | undefined)[]) =>
    Array.fromAsync(
      addressedTo(
        { processor: 'bids', processors, file: 'f' },
        inBatches(tables.map((table, index) => recorded(index + 1, { table }))),
      ),
    );
  expect(await of('renamed', 'ek-bharath-bids', undefined)).toHaveLength(1);
  await expect(of('renamed', 'another')).rejects.toThrow('record 2: it is of the stream of table another');
});
