import { expect, test } from 'vitest';
import { Problem } from '../../local/problem.ts';
import type { ProcessorFacts, TableFacts } from '../system/system.ts';
import { recordedTable } from './recorded-table.ts';

const arn = (name: string) => `arn:aws:dynamodb:us-east-1:000000000000:table/${name}/stream/1`;
const table = (role: string, name: string, stack = 'market', hasStream = true): TableFacts => ({
  role,
  stack,
  name,
  streamArn: hasStream ? arn(name) : undefined,
});
const mapping = (name: string) => ({ table: name, streamArn: arn(name) });
const processor = (name: string, ...tables: readonly string[]) =>
  ({ name, mappings: tables.map(mapping) }) as unknown as ProcessorFacts;

const system = {
  tables: [
    table('bids', 'dev-bids'),
    table('sessions', 'dev-sessions'),
    table('reviews', 'dev-reviews'),
    table('reviews', 'other-reviews', 'other'),
    table('prices', 'dev-prices', 'market', false),
  ],
  processors: [processor('bids', 'dev-bids'), processor('analytics', 'dev-sessions', 'dev-bids')],
};

test('a table is found by its name, by what the infrastructure calls it, or by its processor, with its readers', () => {
  const bids = { name: 'dev-bids', streamArn: arn('dev-bids'), readers: 2 };
  expect(recordedTable(system, { table: 'dev-bids' })).toEqual(bids);
  expect(recordedTable(system, { table: 'bids' })).toEqual(bids);
  expect(recordedTable(system, { processor: 'bids' })).toEqual(bids);
  expect(recordedTable(system, { processor: 'analytics' })).toMatchObject({
    name: 'dev-sessions',
    readers: 1,
  });
  expect(recordedTable(system, { table: 'other-reviews' })).toMatchObject({ readers: 0 });
});

test.each([
  ['nothing said', {}, '--table or --processor'],
  ['both said', { table: 'bids', processor: 'bids' }, 'one of them'],
  ['an unknown table', { table: 'nothing' }, 'there is dev-bids, dev-sessions, dev-reviews, other-reviews'],
  ['a name of two', { table: 'reviews' }, 'dev-reviews, other-reviews'],
  ['a table without a stream', { table: 'prices' }, 'dev-prices has no stream'],
  ['an unknown processor', { processor: 'nobody' }, 'there is bids, analytics'],
])('%s is refused, with what there is to choose from', (_, options, wayOut) => {
  const refused = () => recordedTable(system, options);
  expect(refused).toThrow(Problem);
  expect(refused).toThrow(wayOut);
});
