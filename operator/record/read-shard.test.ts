/** What a shard refuses, and what a recording makes of that: nothing is read twice, and what is lost is said. */
import { describe, expect, it } from 'vitest';
import { read } from './testing.ts';

describe('a shard', () => {
  it.each([
    [
      'the oldest record',
      { kind: 'horizon' },
      [[1, 2], [], 'ExpiredIteratorException', [3]],
      'TRIM_HORIZON',
      2,
    ],
    ['now', { kind: 'now' }, [[1_001], 'ExpiredIteratorException', [1_002]], 'LATEST', 1_001],
  ] as const)(
    'read from %s on makes an expired iterator anew after the last record, and lacks nothing',
    async (_, start, pages, from, last) => {
      const { numbers, iterators, gaps } = await read({ a: { pages: [...pages] } }, { start, untilS: 1_010 });
      expect(numbers).toEqual(pages.flatMap((page) => (typeof page === 'string' ? [] : page)));
      expect(iterators).toEqual([`a ${from}`, `a AFTER_SEQUENCE_NUMBER ${last}`]);
      expect(gaps).toEqual([]);
    },
  );

  it('lacks nothing where an iterator at the oldest record expired', async () => {
    const pages = ['ExpiredIteratorException', [1]];
    expect(await read({ a: { pages } }, { untilS: 1_000 })).toMatchObject({ numbers: [1], gaps: [] });
  });

  it('at its tip goes on from where it began when a request fails, and passes over nothing', async () => {
    const { numbers, iterators, gaps } = await read(
      { a: { pages: [[], 'LimitExceededException', [], 'InternalServerError', [1_005]] } },
      { start: { kind: 'now' }, untilS: 1_010 },
    );
    expect([numbers, iterators, gaps]).toEqual([[1_005], ['a LATEST'], []]);
  });

  it('says what it may lack when it was asleep before the first record', async () => {
    const { numbers, gaps } = await read(
      { a: { pages: [[], 'ExpiredIteratorException', [1_005]] } },
      { start: { kind: 'now' }, untilS: 1_010 },
    );
    expect(numbers).toEqual([1_005]);
    expect(gaps).toEqual([expect.stringContaining('a quarter of an hour')]);
  });

  it('says what the stream forgot before it was read, and goes on', async () => {
    const { numbers, gaps, iterators } = await read(
      { a: { pages: [[1], 'TrimmedDataAccessException', [9]] } },
      { untilS: 1_000 },
    );
    expect(numbers).toEqual([1, 9]);
    // Not after the last record again, which the stream would refuse for ever.
    expect(iterators).toEqual(['a TRIM_HORIZON', 'a TRIM_HORIZON']);
    expect(gaps).toEqual([expect.stringContaining('forgotten records after 1')]);
  });

  it('of which the stream forgot what was new goes on with the oldest that is left', async () => {
    const { iterators, gaps } = await read(
      { a: { pages: ['TrimmedDataAccessException', [1_005]] } },
      { start: { kind: 'now' }, untilS: 1_010 },
    );
    expect(iterators).toEqual(['a LATEST', 'a TRIM_HORIZON']);
    expect(gaps).toEqual([expect.stringContaining('before they could be read')]);
  });

  it('asks a shard at most five times a second', async () => {
    const { requests } = await read({ a: { pages: [[1], [2], [], [3]] } }, { untilS: 1_000 });
    const gaps = requests.slice(1).map(({ atMs }, index) => atMs - (requests[index]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(200);
  });

  it('waits out what may pass, and tells of it when it lasts', async () => {
    const throttled = Array.from({ length: 6 }, () => 'LimitExceededException');
    const { numbers, warnings, requests } = await read(
      { a: { pages: [...throttled, [1]] } },
      { untilS: 1_000 },
    );
    expect(numbers).toEqual([1]);
    expect(warnings).toEqual([expect.stringContaining('two readers')]);
    const gaps = requests.slice(1).map(({ atMs }, index) => atMs - (requests[index]?.atMs ?? 0));
    // Each longer than the one before: nothing is hammered that fails.
    expect(gaps.slice(0, 6)).toEqual(gaps.slice(0, 6).toSorted((a, b) => a - b));
    expect(Math.min(...gaps)).toBeGreaterThan(50);
  });

  it('tells of nothing that passes soon, however often', async () => {
    const failing = Array.from({ length: 4 }, () => 'InternalServerError');
    const { numbers, warnings } = await read(
      { a: { pages: [...failing, [1], ...failing, [2], ...failing, [3]] } },
      { untilS: 1_000 },
    );
    expect([numbers, warnings]).toEqual([[1, 2, 3], []]);
  });

  it.each([
    'AccessDeniedException',
    'ResourceNotFoundException',
    'ExpiredTokenException',
    'UnrecognizedClientException',
    'CredentialsProviderError',
  ])('fails at once on what will not pass: %s', async (name) => {
    await expect(read({ a: { pages: [name, [1]] } }, { limit: 1 })).rejects.toMatchObject({ name });
  });
});
