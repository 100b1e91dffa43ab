import { expect, test } from 'vitest';
import { errorType, index, items, ndjson, remove, statuses, testEngine } from './test-engine.ts';

test('a document comes back as the text it was written as', () => {
  const { bulk, call, search } = testEngine();
  const source =
    '{"price": 12345678901234567890.12345, "anything":{"__proto__":{"n":1.50},"big":123456789012345678901}}';
  bulk(index('a', 1), source);
  expect(call('GET', '/things/_doc/a').text).toContain(`"_source":${source}`);
  expect(call('POST', '/things/_mget', { ids: ['a'] }).text).toContain(source);
  expect(search({}).text).toContain(source);
  const part = call('GET', '/things/_doc/a?_source_includes=anything.big,anything.__proto__').text;
  expect(part).toContain('{"anything":{"__proto__":{"n":1.50},"big":123456789012345678901}}');
});

test('a refused item leaves its neighbours alone', () => {
  const { bulk, call } = testEngine();
  const reply = bulk(index('a', 1), {}, index('b', 1), { colour: 'red' }, index('c', 1), {});
  expect(statuses(reply)).toEqual([201, 400, 201]);
  expect(reply.body['errors']).toBe(true);
  expect(call('HEAD', '/things/_doc/b').status).toBe(404);
});

test('an id of 512 bytes is taken, a longer one fails the whole request', () => {
  const { bulk, call } = testEngine();
  const longest = 'அ'.repeat(170).concat('ab');
  expect(statuses(bulk(index(longest, 1), {}))).toEqual([201]);
  const reply = bulk(index('neighbour', 1), {}, index(`${longest}c`, 1), {});
  expect([reply.status, errorType(reply)]).toEqual([400, 'action_request_validation_exception']);
  expect(call('HEAD', '/things/_doc/neighbour').status).toBe(404);
});

test('a body that is no sequence of actions fails as a whole', () => {
  const { call } = testEngine();
  const bodies = {
    '': 'parse_exception',
    '\n': 'action_request_validation_exception',
    '{"index":{"_id":"a"}}\n{}': 'illegal_argument_exception',
    'garbage\n': 'json_parse_exception',
    '{}\n': 'illegal_argument_exception',
    '{"upsert":{"_id":"a"}}\n{}\n': 'illegal_argument_exception',
    '{"delete":{}}\n': 'action_request_validation_exception',
  };
  for (const [body, type] of Object.entries(bodies)) {
    const reply = call('POST', '/things/_bulk', body);
    expect([reply.status, errorType(reply)], JSON.stringify(body)).toEqual([400, type]);
  }
});

test('an alias may be required by the request or by an item; a delete does not care', () => {
  const { call } = testEngine();
  const lines = ndjson(
    { index: { _index: 'things-v1', _id: 'a' } },
    {},
    { index: { _index: 'things-v1', _id: 'b', require_alias: false } },
    {},
    { delete: { _index: 'things-v1', _id: 'c' } },
  );
  const reply = call('POST', '/_bulk?require_alias=true', lines);
  expect(statuses(reply)).toEqual([404, 201, 404]);
  expect(items(reply)[0]?.error?.type).toBe('index_not_found_exception');
  expect(items(reply)[2]).toMatchObject({ result: 'not_found' });
});

test('a missing index is created by a write, unless a setting forbids its name', () => {
  const { call } = testEngine();
  const settings = { persistent: { 'action.auto_create_index': '-others*,+*' } };
  expect(call('PUT', '/_cluster/settings', settings).status).toBe(200);
  const reply = call(
    'POST',
    '/_bulk',
    ndjson(
      { index: { _index: 'others', _id: 'a' } },
      {},
      { delete: { _index: 'others-v1', _id: 'a' } },
      { index: { _index: 'free', _id: 'a' } },
      { any: 1 },
    ),
  );
  expect(statuses(reply)).toEqual([404, 404, 201]);
  expect(call('HEAD', '/others').status).toBe(404);
  expect(call('HEAD', '/free').status).toBe(200);
});

test('a write block answers 403 to every item', () => {
  const { bulk, call } = testEngine();
  call('PUT', '/things/_settings', { 'index.blocks.write': true });
  const reply = bulk(index('a', 1), {}, remove('a', 2));
  expect(items(reply)).toMatchObject([
    { status: 403, error: { type: 'cluster_block_exception' } },
    { status: 403, error: { type: 'cluster_block_exception' } },
  ]);
  call('PUT', '/things/_settings', { 'index.blocks.write': null });
  expect(statuses(bulk(index('a', 1), {}))).toEqual([201]);
});

test('filter_path leaves the named parts of the answer', () => {
  const { call } = testEngine();
  const path = 'errors,items.*.status,items.*.error.type';
  const body = ndjson(index('a', 1), {}, index('b', 1), { colour: 'red' });
  expect(call('POST', `/things/_bulk?filter_path=${path}`, body).body).toEqual({
    errors: true,
    items: [
      { index: { status: 201 } },
      { index: { status: 400, error: { type: 'strict_dynamic_mapping_exception' } } },
    ],
  });
  expect(call('GET', '/things/_search?filter_path=-hits.hits,-took').body).not.toHaveProperty('hits.hits');
  expect(call('GET', '/things/_search?filter_path=nothing').body).toEqual({});
});
