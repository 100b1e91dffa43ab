import { expect, test } from 'vitest';
import { errorType, index, items, ndjson, remove, statuses, testEngine } from './test-engine.ts';

test('an external version must be higher than the one stored, and a conflict names the stored one', () => {
  const { bulk } = testEngine();
  const reply = bulk(index('a', 5), {}, index('a', 5), {}, index('a', 6), {}, remove('a', 6), remove('a', 7));
  expect(statuses(reply)).toEqual([201, 409, 200, 409, 200]);
  expect(items(reply)[1]?.error).toMatchObject({
    type: 'version_conflict_engine_exception',
    reason: '[a]: version conflict, current version [5] is higher or equal to the one provided [5]',
  });
});

test('external_gte takes the same version again', () => {
  const { bulk } = testEngine();
  const gte = (version: number) => ({ index: { _id: 'a', version, version_type: 'external_gte' } });
  const reply = bulk(gte(5), {}, gte(5), {}, gte(4), {});
  expect(statuses(reply)).toEqual([201, 200, 409]);
  expect(items(reply)[2]?.error?.reason).toContain('current version [5] is higher than the one provided [4]');
});

test('a write without a version makes the version one higher, above a tombstone too', () => {
  const { bulk } = testEngine();
  const reply = bulk(index('a', 5), {}, index('a'), {}, remove('a'), index('a'), {});
  expect(items(reply).map((item) => item['_version'])).toEqual([5, 6, 7, 8]);
});

test('a compare-and-write needs the sequence number last seen, and a document', () => {
  const { bulk } = testEngine();
  const compare = (id: string, seqNo: number) => ({
    index: { _id: id, if_seq_no: seqNo, if_primary_term: 1 },
  });
  const reply = bulk(index('a', 5), {}, compare('a', 0), {}, compare('a', 0), {}, compare('none', 0), {});
  expect(statuses(reply)).toEqual([201, 200, 409, 409]);
  expect(items(reply)[1]).toMatchObject({ _version: 6, _seq_no: 1 });
});

test('create refuses a document that exists', () => {
  const { bulk } = testEngine();
  const create = { create: { _id: 'a' } };
  expect(statuses(bulk(create, {}, create, {}, remove('a'), create, {}))).toEqual([201, 409, 200, 201]);
});

test('a tombstone is known for gc_deletes, then an old write raises the dead', async () => {
  const { bulk, clock } = testEngine();
  bulk(index('a', 5), {}, remove('a', 7), remove('never', 7));
  await clock.advance(60_000);
  expect(statuses(bulk(index('a', 6), {}, index('never', 6), {}))).toEqual([409, 409]);
  await clock.advance(1);
  expect(statuses(bulk(index('a', 6), {}, index('never', 6), {}))).toEqual([201, 201]);
});

test('gc_deletes of an index is its own', async () => {
  const { bulk, clock } = testEngine({ settings: { gc_deletes: '5s' } });
  bulk(remove('a', 7));
  await clock.advance(5001);
  expect(statuses(bulk(index('a', 6), {}))).toEqual([201]);
});

test('a version has 63 bits: the largest keeps its digits, beyond it the request fails', () => {
  const { bulk, call } = testEngine();
  const line = (version: string) => `{"index":{"_id":"a","version":${version},"version_type":"external"}}`;
  expect(bulk(line('9223372036854775807'), {}).text).toContain('"_version":9223372036854775807');
  expect(call('GET', '/things/_doc/a').text).toContain('"_version":9223372036854775807');
  const beyond = bulk(line('9223372036854775808'), {});
  expect([beyond.status, errorType(beyond)]).toEqual([500, 'input_coercion_exception']);
});

test('what cannot be a version rule fails the whole request, and nothing of it is written', () => {
  const { call } = testEngine();
  const refused = [
    { version: 5 },
    { version_type: 'external' },
    { version: -1, version_type: 'external' },
    { if_seq_no: 1 },
    { version: 1, version_type: 'external', if_seq_no: 1, if_primary_term: 1 },
    { version: 1, version_type: 'latest' },
    { retry: 1 },
  ];
  for (const rule of refused) {
    const body = ndjson(index('before', 1), {}, { index: { _id: 'a', ...rule } }, {});
    expect(call('POST', '/things/_bulk', body).status, JSON.stringify(rule)).toBe(400);
  }
  expect(call('GET', '/things/_count').body['count']).toBe(0);
});
