import { expect, test } from 'vitest';
import { errorType, ids, index, mappings, statuses, testEngine } from './test-engine.ts';

test('aliases change together or not at all', () => {
  const { call } = testEngine();
  const swap = {
    actions: [
      { remove: { index: 'things-v1', alias: 'things' } },
      { add: { index: 'things-v2', alias: 'things' } },
    ],
  };
  expect(call('POST', '/_aliases', swap).status).toBe(404);
  expect(call('GET', '/_alias/things').body).toEqual({ 'things-v1': { aliases: { things: {} } } });
  call('PUT', '/things-v2', { mappings });
  expect(call('POST', '/_aliases', swap).status).toBe(200);
  expect(call('GET', '/_alias/things').body).toEqual({ 'things-v2': { aliases: { things: {} } } });
});

test('an index is deleted by its own name only, and leaves nothing', () => {
  const { bulk, call } = testEngine();
  bulk(index('a', 1), {});
  expect(call('DELETE', '/things').status).toBe(400);
  expect(call('DELETE', '/things-v1').status).toBe(200);
  expect(call('HEAD', '/things').status).toBe(404);
  call('PUT', '/things-v1', { mappings, aliases: { things: {} } });
  expect(statuses(bulk(index('a', 1), {}))).toEqual([201]);
});

test('an index that cannot be is refused, and is not there afterwards', () => {
  const { call } = testEngine();
  const refused: readonly (readonly [name: string, body: object, type: string])[] = [
    ['things-v1', {}, 'resource_already_exists_exception'],
    ['things', {}, 'invalid_index_name_exception'],
    ['Upper', {}, 'invalid_index_name_exception'],
    ['one', { mapping: {} }, 'parse_exception'],
    ['one', { settings: { colour: 'red' } }, 'illegal_argument_exception'],
    ['one', { mappings: { properties: { a: { type: 'colour' } } } }, 'mapper_parsing_exception'],
    [
      'one',
      { mappings: { properties: { a: { type: 'text', analyzer: 'colour' } } } },
      'mapper_parsing_exception',
    ],
    ['one', { mappings: { properties: { a: { type: 'nested' } } } }, 'not_implemented_exception'],
    ['one', { aliases: { 'things-v1': {} } }, 'invalid_alias_name_exception'],
  ];
  for (const [name, body, type] of refused) {
    expect(errorType(call('PUT', `/${name}`, body)), JSON.stringify(body)).toBe(type);
  }
  expect(call('HEAD', '/one').status).toBe(404);
});

test('a mapping gains fields without losing documents, versions or tombstones; what is there cannot change', () => {
  const { bulk, call, search } = testEngine();
  bulk(
    index('a', 5),
    { title: { english: 'tomato' } },
    index('b', 5),
    {},
    { delete: { _id: 'b', version: 7, version_type: 'external' } },
  );
  const added = {
    properties: { colour: { type: 'keyword' }, title: { properties: { tamil: { type: 'text' } } } },
  };
  expect(call('PUT', '/things/_mapping', added).status).toBe(200);
  expect(ids(search({ query: { match: { 'title.english': 'tomato' } } }))).toEqual(['a']);
  expect(
    statuses(
      bulk(index('a', 5), {}, index('b', 6), {}, index('c', 1), { colour: 'red', title: { tamil: 'தக்காளி' } }),
    ),
  ).toEqual([409, 409, 201]);
  expect(ids(search({ query: { term: { colour: 'red' } } }))).toEqual(['c']);
  const changed = { properties: { price: { type: 'keyword' } } };
  expect(errorType(call('PUT', '/things/_mapping', changed))).toBe('illegal_argument_exception');
});

test('an analyzer may map characters; what needs a dictionary or a stemmer is refused', () => {
  const { call } = testEngine();
  const withFilter = (filter: object) => ({
    settings: {
      analysis: {
        filter,
        analyzer: { own: { type: 'custom', tokenizer: 'standard', filter: ['lowercase'] } },
      },
    },
  });
  expect(call('PUT', '/one', withFilter({ stemmed: { type: 'stemmer', language: 'hindi' } })).status).toBe(
    400,
  );
  expect(call('PUT', '/one', withFilter({})).status).toBe(200);
  expect(
    call('POST', '/_analyze', { tokenizer: 'standard', filter: ['hindi_normalization'], text: 'x' }).status,
  ).toBe(400);
  const mapped = {
    tokenizer: 'standard',
    char_filter: [{ type: 'mapping', mappings: ['\\u0061\\u0301=>\\u00E1'] }],
    text: 'a\u0301 B',
  };
  expect(call('POST', '/_analyze', mapped).body['tokens']).toMatchObject([{ token: 'á' }, { token: 'b' }]);
});
