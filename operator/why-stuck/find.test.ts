/** What holds up a deployed mapping is found in its stream, shard by shard; what was not looked at is said. */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { expect, test } from 'vitest';
import { cloudWatchOf } from '../status/testing.ts';
import { find, MINUTE, NOW } from './testing.ts';

test('each shard is held up by its first record whose effect is missing, told with the time that is left', async () => {
  const { keys, stuck, notes, planned } = await find({
    shards: { one: { ids: { a: 60, b: 50, c: 40 } }, two: { ids: { d: 60 } }, three: { ids: { e: 60 } } },
    missing: ['b', 'c', 'e'],
  });
  expect(keys).toEqual(['three: id=e', 'one: id=b']);
  expect(stuck[1]).toMatchObject({
    mapping: 'bids',
    processor: 'bids',
    record: { ageMs: 50 * MINUTE },
    verdict: { kind: 'apply' },
    untilGivenUpMs: 12 * 60 * MINUTE - 50 * MINUTE,
    codes: {},
  });
  expect(stuck[1]?.advice.at(-1)).toBe('streamkeeper status --stage prod --processor bids');
  expect(notes).toEqual([]);
  expect(planned).toBe(5);
});

test('a shard waits for its parent: what comes after one that is held up is not looked at', async () => {
  const shards = {
    parent: { ids: { a: 60 } },
    child: { after: 'parent', ids: { b: 50 } },
    grandchild: { after: 'child', ids: { c: 40 } },
    other: { after: 'forgotten', ids: { d: 40 } },
  };
  expect(await find({ shards, missing: ['a', 'b', 'c', 'd'] })).toMatchObject({
    keys: ['other: id=d', 'parent: id=a'],
    asked: ['d', 'a'],
  });
  // In the order of the stream, whatever the order in which they are described.
  expect(await find({ shards, missing: ['c'] })).toMatchObject({
    keys: ['grandchild: id=c'],
    asked: ['d', 'a', 'b', 'c'],
  });
});

test('what is older than the oldest record that is not done with is passed over, a little before it is not', async () => {
  const shards = { one: { ids: { a: 60, b: 34, c: 31, d: 1 } } };
  expect((await find({ shards, oldestAgeMs: 30 * MINUTE })).asked).toEqual(['b', 'c', 'd']);
  expect((await find({ shards })).asked).toEqual(['a', 'b', 'c', 'd']);
});

test('what the filter holds back is not asked about; where the filter is not known all is, and it is said', async () => {
  const shards = { one: { ids: { a: 3, b: 2 } } };
  const Filters = [{ Pattern: '{"dynamodb":{"Keys":{"id":{"S":["b"]}}}}' }];
  expect(await find({ shards, filter: { FilterCriteria: { Filters } } })).toMatchObject({
    asked: ['b'],
    notes: [],
  });
  const hidden = { FilterCriteriaError: { ErrorCode: 'KMSAccessDenied' } };
  expect(await find({ shards, filter: hidden })).toMatchObject({
    asked: ['a', 'b'],
    notes: [expect.stringMatching(/^bids: .*KMSAccessDenied/)],
  });
});

test('a shard that could not be read, and one that was left at the limit, are said to be so', async () => {
  const { notes, stuck } = await find({
    shards: { broken: { ids: {} }, long: { ids: { a: 3, b: 2, c: 1 } } },
    limit: 2,
  });
  expect(stuck).toEqual([]);
  expect(notes).toEqual([
    expect.stringMatching(/^bids, long: the first 3 records are done with; --limit/),
    expect.stringMatching(/^bids: .*broken: cannot be read \(AccessDeniedException\)/),
  ]);
});

test('the codes that the function reports are told with what is held up, asked for once', async () => {
  let lists = 0;
  const points = [
    { of: 'Streamkeeper Failed.SEARCH_403 service=bids', atMs: NOW - MINUTE, sum: 4 },
    { of: 'Streamkeeper Failed.OTHER service=products', atMs: NOW - MINUTE, sum: 4 },
  ];
  const counting = cloudWatchOf(points);
  const cloudWatch = {
    send(command: never) {
      lists++;
      return counting.send(command);
    },
  } as unknown as CloudWatchClient;
  const shards = { one: { ids: { a: 3 } }, two: { ids: { b: 3 } } };
  const { stuck } = await find({ shards, missing: ['a', 'b'], cloudWatch });
  expect(stuck.map(({ codes }) => codes)).toEqual([{ SEARCH_403: 4 }, { SEARCH_403: 4 }]);
  expect(lists).toBe(2);
});

test('codes that cannot be had are said so once, and what is held up is told all the same', async () => {
  const cloudWatch = {
    send: () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' })),
  } as unknown as CloudWatchClient;
  const shards = { one: { ids: { a: 3 } }, two: { ids: { b: 3 } } };
  expect(await find({ shards, missing: ['a', 'b'], cloudWatch })).toMatchObject({
    keys: ['two: id=b', 'one: id=a'],
    notes: ['bids: failure codes are not known (AccessDenied)'],
  });
});

test('a mapping that cannot be looked at is said to be so, and an interrupt is none of that', async () => {
  expect(await find({ shards: {} })).toMatchObject({
    stuck: [],
    notes: ['bids: could not be looked at (ResourceNotFoundException)'],
  });
  const interrupt = new AbortController();
  interrupt.abort(new Error('enough'));
  await expect(find({ shards: {}, signal: interrupt.signal })).rejects.toThrow('enough');
});
