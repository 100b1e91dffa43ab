import { expect, test } from 'vitest';
import { errorType, hits, ids, index, ndjson, remove, testEngine } from './test-engine.ts';

function filled() {
  const engine = testEngine();
  engine.bulk(
    ...[
      index('1', 1),
      {
        name: 'a',
        title: { english: 'red tomato fresh' },
        price: 1.5,
        count: 3,
        day: '2024-05-01',
        place: '12,77',
      },
    ],
    ...[
      index('2', 1),
      {
        name: 'b',
        title: { english: 'green tomato', hindi: 'लाल टमाटर' },
        price: 2.5,
        day: '2024-06-01T10:00:00Z',
        place: '13,77',
        open: true,
      },
    ],
    ...[index('3', 1), { name: ['c', 'a'], title: { english: 'potato' }, price: 0 }],
    ...[index('4', 1), { name: 'd' }],
  );
  return engine;
}

const queries: readonly (readonly [query: object, ids: readonly string[]])[] = [
  [{ match_all: {} }, ['1', '2', '3', '4']],
  [{ match_none: {} }, []],
  [{ term: { name: 'a' } }, ['1', '3']],
  [{ term: { name: { value: 'c' } } }, ['3']],
  [{ terms: { name: ['b', 'c', 'x'] } }, ['2', '3']],
  [{ term: { unmapped: 'a' } }, []],
  [{ term: { open: true } }, ['2']],
  [{ term: { day: '2024-06-01' } }, ['2']],
  [{ term: { 'title.english': 'Tomato' } }, []],
  [{ prefix: { name: 'a' } }, ['1', '3']],
  [{ range: { price: { gte: 0, lt: '1.5' } } }, ['3']],
  [{ range: { day: { lte: '2024-06-01' } } }, ['1', '2']],
  [{ range: { day: { lt: '2024-06-01' } } }, ['1']],
  [{ exists: { field: 'price' } }, ['1', '2', '3']],
  [{ exists: { field: 'title' } }, ['1', '2', '3']],
  [{ exists: { field: 'title.hindi' } }, ['2']],
  [{ ids: { values: ['4', '1', 'x'] } }, ['1', '4']],
  [{ bool: { must_not: [{ range: { price: { gt: 1 } } }] } }, ['3', '4']],
  [
    { bool: { filter: [{ term: { name: 'a' } }], should: [{ match: { 'title.english': 'tomato' } }] } },
    ['1', '3'],
  ],
  [{ bool: { should: [{ term: { name: 'a' } }, { term: { price: 0 } }], minimum_should_match: 2 } }, ['3']],
  [{ bool: { should: [{ term: { name: 'b' } }, { term: { name: 'd' } }] } }, ['2', '4']],
  [{ constant_score: { filter: { term: { name: 'a' } } } }, ['1', '3']],
  [{ dis_max: { queries: [{ term: { name: 'd' } }, { match: { 'title.english': 'potato' } }] } }, ['3', '4']],
  [{ match: { 'title.english': 'RED potato' } }, ['1', '3']],
  [{ match: { 'title.english': { query: 'red tomato', operator: 'and' } } }, ['1']],
  [{ match: { 'title.english': { query: '?!', zero_terms_query: 'all' } } }, ['1', '2', '3', '4']],
  [{ match: { 'title.hindi': 'टमाटर' } }, ['2']],
  [{ match: { 'title.hindi': 'टम' } }, []],
  [{ match_phrase: { 'title.english': 'tomato fresh' } }, ['1']],
  [{ match_phrase: { 'title.english': 'fresh tomato' } }, []],
  [{ match_phrase_prefix: { 'title.english': 'red tom' } }, ['1']],
  [{ match_bool_prefix: { 'title.english': { query: 'tom gre', operator: 'and' } } }, []],
  [{ match_bool_prefix: { 'title.english': { query: 'tomato gre', operator: 'and' } } }, ['2']],
  [
    { multi_match: { query: 'tomato लाल', type: 'cross_fields', operator: 'and', fields: ['title.*^2'] } },
    ['2'],
  ],
  [{ multi_match: { query: 'tomato लाल', operator: 'and', fields: ['title.english', 'title.hindi'] } }, []],
  [{ geo_distance: { distance: '50km', place: { lat: 12, lon: 77 } } }, ['1']],
  [{ geo_distance: { distance: '112km', place: '12,77' } }, ['1', '2']],
];

for (const [query, expected] of queries) {
  test(`${JSON.stringify(query)} finds ${expected.join(', ') || 'nothing'}`, () => {
    expect(ids(filled().search({ query, sort: ['_doc'] }))).toEqual(expected);
    expect(filled().call('POST', '/things/_count', { query }).body['count']).toBe(expected.length);
  });
}

test('what is missing sorts last, or first, or as what it is to be taken for', () => {
  const { search } = filled();
  const sorted = (options: object) =>
    hits(search({ sort: [{ price: options }, { _id: 'asc' }] })).map(({ sort }) => sort?.[0]);
  expect(sorted({ order: 'asc' })).toEqual([0, 1.5, 2.5, 'Infinity']);
  expect(sorted({ order: 'desc' })).toEqual([2.5, 1.5, 0, '-Infinity']);
  expect(sorted({ order: 'desc', missing: '_first' })).toEqual(['Infinity', 2.5, 1.5, 0]);
  expect(sorted({ order: 'asc', missing: 1 })).toEqual([0, 1, 1.5, 2.5]);
});

test('of several values the smallest sorts upwards and the largest downwards', () => {
  const { search } = filled();
  const sorted = (order: string) =>
    hits(search({ sort: [{ name: order }, '_doc'] })).map(({ sort }) => sort?.[0]);
  expect(sorted('asc')).toEqual(['a', 'a', 'b', 'd']);
  expect(sorted('desc')).toEqual(['d', 'c', 'b', 'a']);
});

test('search_after goes on behind the sort values of a hit, through what is missing too', () => {
  const { search } = filled();
  for (const sort of [
    [{ price: 'desc' }, { _id: 'asc' }],
    [{ day: { order: 'asc', missing: 0 } }, { _id: 'asc' }],
    [{ count: 'asc' }, { name: 'desc' }],
    [{ _geo_distance: { place: '12,77', unit: 'km' } }, { _id: 'asc' }],
    [{ unmapped: { unmapped_type: 'keyword' } }, { _id: 'desc' }],
  ]) {
    const all = ids(search({ sort }));
    const paged: string[] = [];
    let after: readonly unknown[] | undefined;
    do {
      const [hit] = hits(search({ sort, size: 1, ...(after && { search_after: after }) }));
      if (hit) paged.push(hit._id);
      after = hit?.sort;
    } while (after !== undefined);
    expect(paged, JSON.stringify(sort)).toEqual(all);
    expect(all).toHaveLength(4);
  }
});

test('Long.MAX_VALUE is lost in a JavaScript client, and paging behind it starts again, as in OpenSearch', () => {
  const { search } = filled();
  const reply = search({ sort: [{ day: 'asc' }, { _id: 'asc' }] });
  expect(reply.text).toContain('[9223372036854775807,"4"]');
  const back = { sort: [{ day: 'asc' }, { _id: 'asc' }], search_after: hits(reply).at(-1)?.sort };
  const body = JSON.stringify(back).replace('9223372036854775807', '9223372036854776000');
  expect(ids(filled().search(JSON.parse(body)))).toHaveLength(4);
});

test('a document is found as soon as it is written, and its older texts are forgotten', () => {
  const { bulk, search } = filled();
  const found = (word: string) => ids(search({ query: { match: { 'title.english': word } } }));
  expect(found('potato')).toEqual(['3']);
  bulk(index('3', 2), { title: { english: 'onion' } }, remove('1', 2), index('5', 1), {
    title: { english: 'potato' },
  });
  expect(found('potato')).toEqual(['5']);
  expect(found('onion')).toEqual(['3']);
  expect(found('red')).toEqual([]);
});

test('hits are counted exactly when asked to, and not at all when told so', () => {
  const { search } = filled();
  const total = (body: object) => (search(body).body['hits'] as { total?: unknown }).total;
  expect(total({ size: 1, track_total_hits: true })).toEqual({ value: 4, relation: 'eq' });
  expect(total({ size: 1, track_total_hits: 2 })).toEqual({ value: 2, relation: 'gte' });
  expect(total({ size: 0, track_total_hits: false })).toBeUndefined();
  expect(total({ from: 3, size: 5, query: { match: { 'title.english': 'tomato' } } })).toMatchObject({
    value: 2,
  });
});

test('a point in time names an index until it is closed', () => {
  const { call } = filled();
  const opened = call('POST', '/things/_search/point_in_time?keep_alive=1m').body['pit_id'];
  const search = { pit: { id: opened, keep_alive: '1m' }, sort: ['_shard_doc'], size: 2 };
  expect(ids(call('POST', '/_search', search))).toEqual(['1', '2']);
  expect(call('DELETE', '/_search/point_in_time', { pit_id: [opened] }).status).toBe(200);
  expect(call('POST', '/_search', search).status).toBe(404);
});

test('what this engine does not do is refused with 501, what OpenSearch refuses with its error', () => {
  const { call, search } = filled();
  const status = (body: object) => search(body).status;
  expect(status({ query: { wildcard: { name: 'a*' } } })).toBe(501);
  expect(status({ query: { match: { 'title.english': { query: 'a', fuzziness: 'AUTO' } } } })).toBe(501);
  expect(status({ aggs: {} })).toBe(501);
  expect(call('GET', '/_nodes/stats').status).toBe(501);
  expect(call('POST', '/_bulk', ndjson({ update: { _index: 'things', _id: '1' } }, { doc: {} })).status).toBe(
    501,
  );
  expect(status({ query: { nothing: {} } })).toBe(400);
  expect(status({ query: { term: { eventId: 'x' } } })).toBe(400);
  expect(status({ sort: ['unmapped'] })).toBe(400);
  expect(status({ sort: ['title.english'] })).toBe(400);
  expect(status({ size: 10_001 })).toBe(400);
  expect(call('GET', '/things/_search?sort_by=x').status).toBe(400);
  expect(call('PATCH', '/things').status).toBe(405);
  expect(errorType(call('GET', '/none/_search'))).toBe('index_not_found_exception');
});
