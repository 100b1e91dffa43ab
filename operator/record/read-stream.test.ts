import { describe, expect, it } from 'vitest';
import type { Start } from './start.ts';
import { read } from './testing.ts';

describe('a recording', () => {
  it('goes past empty pages, and ends when nothing more can come of the time that was asked for', async () => {
    const { numbers, end } = await read({ a: { pages: [[], [1, 2], [], [], [3]] } }, { untilS: 1_000 });
    expect(numbers).toEqual([1, 2, 3]);
    expect(end).toBe('until');
  });

  it('reads a child only after its parent, also when the shard splits while it is read', async () => {
    const { numbers } = await read(
      {
        'b-child': { parent: 'a', pages: [[4], [6]], listedFrom: 1 },
        'c-child': { parent: 'a', pages: [[5]], listedFrom: 1 },
        a: { pages: [[1], [], [2, 3]], closed: true },
      },
      { untilS: 1_000 },
    );
    expect(numbers.slice(0, 3)).toEqual([1, 2, 3]);
    expect([...numbers].sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('waits for what was written in the last moments and is still on its way into the stream', async () => {
    const empty = Array.from({ length: 8 }, () => []);
    const { numbers } = await read({ a: { pages: [...empty, [999]] } }, { untilS: 1_000 });
    expect(numbers).toEqual([999]);
  });

  it('waits for the child of a shard that has ended, however late the stream lists it', async () => {
    const { numbers } = await read(
      { a: { pages: [[1]], closed: true }, b: { parent: 'a', pages: [[2]], listedFrom: 4 } },
      { untilS: 1_100 },
    );
    expect(numbers).toEqual([1, 2]);
  });

  it('begins with a shard whose parent the stream has forgotten', async () => {
    expect((await read({ b: { parent: 'gone', pages: [[7]] } }, { untilS: 1_000 })).numbers).toEqual([7]);
  });

  it('leaves out what was created before its beginning or from its end on', async () => {
    const { numbers, leftOut } = await read(
      {
        a: {
          pages: [
            [1, 2, 3],
            [4, 5, 6],
          ],
        },
      },
      { start: { kind: 'time', fromMs: 3_500 }, untilS: 5 },
    );
    expect(numbers).toEqual([3, 4]);
    expect(leftOut).toBe(4);
  });

  it('from now on passes over closed shards, and reads what comes later from its start', async () => {
    const { numbers, iterators, shards } = await read(
      {
        old: { pages: [[1]], closed: true },
        a: { parent: 'old', pages: [[1_001], [1_002]] },
        b: { pages: [[1_003]], listedFrom: 1 },
      },
      { start: { kind: 'now' }, untilS: 1_020 },
    );
    expect(numbers).toEqual([1_001, 1_002, 1_003]);
    expect(iterators).toEqual(['a LATEST', 'b TRIM_HORIZON']);
    expect(shards).toBe(2);
  });

  it('from now on reads the first shard of a stream from its start, if there was none', async () => {
    const { numbers, iterators } = await read(
      { a: { pages: [[1_005]], listedFrom: 1 } },
      { start: { kind: 'now' }, untilS: 1_020 },
    );
    expect([numbers, iterators]).toEqual([[1_005], ['a TRIM_HORIZON']]);
  });

  it.each<Start>([{ kind: 'now' }, { kind: 'sequence', from: 1_005n }])(
    'does not believe the end of a shard that has no child: %o',
    async (start) => {
      const { numbers } = await read({ a: { pages: [[1_005]], endsAt: 999 } }, { start, untilS: 1_010 });
      expect(numbers).toEqual([1_005]);
    },
  );

  it('from a sequence number on leaves out shards that end below it', async () => {
    const { numbers, iterators } = await read(
      { a: { pages: [[1, 2]], closed: true }, b: { parent: 'a', pages: [[3, 4, 5]] } },
      { start: { kind: 'sequence', from: 4n }, untilS: 1_000 },
    );
    expect(numbers).toEqual([4, 5]);
    expect(iterators).toEqual(['b TRIM_HORIZON']);
  });

  it('compares sequence numbers as numbers', async () => {
    const shards = { a: { pages: [[999]], closed: true }, b: { parent: 'a', pages: [[1_005]] } };
    const { iterators } = await read(shards, { start: { kind: 'sequence', from: 1_005n }, untilS: 1_020 });
    expect(iterators).toEqual(['b TRIM_HORIZON']);
  });

  it('is of all shards, however many answers it takes to list them', async () => {
    const shards = { a: { pages: [[1]] }, b: { pages: [[2]] }, c: { pages: [[3]] } };
    const { numbers } = await read(shards, { untilS: 1_000, shardsPerPage: 1 });
    expect([...numbers].sort()).toEqual([1, 2, 3]);
  });

  it('fails where the shards cannot be listed at first', async () => {
    const denied = read({ a: { pages: [[1]] } }, { describeFails: { 0: 'AccessDeniedException' }, limit: 1 });
    await expect(denied).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('goes on where they cannot be listed later, and takes half a list for none', async () => {
    const { numbers, warnings } = await read(
      {
        first: { pages: [[1]], closed: true },
        child: { parent: 'late', pages: [[3]], listedFrom: 1 },
        late: { parent: 'first', pages: [[], [2]], closed: true, listedFrom: 1 },
      },
      // The second list breaks off after the child.
      { untilS: 1_000, shardsPerPage: 1, describeFails: { 3: 'InternalServerError' } },
    );
    expect(numbers).toEqual([1, 2, 3]);
    expect(warnings).toEqual([expect.stringContaining('InternalServerError')]);
  });

  it('looks for the children of a shard as soon as that has ended', async () => {
    const { requests } = await read(
      { a: { pages: [[1]], closed: true }, b: { parent: 'a', pages: [[2]], listedFrom: 1 } },
      { limit: 2 },
    );
    expect(requests.at(-1)).toEqual({ shardId: 'b', atMs: 1_000_000 });
  });

  it('waits at the tip for some empty pages in a row, in each shard by itself', async () => {
    const quiet = (pages: number) => Array.from({ length: pages }, () => []);
    // The tip is three seconds after the end: fifteen pages.
    const pages = [...quiet(15 + 4), [998], ...quiet(4), [999]];
    const { numbers } = await read({ a: { pages: [] }, b: { pages } }, { untilS: 1_000 });
    expect(numbers).toEqual([998, 999]);
  });

  it('ends in a shard that is never quiet with the first record after its end', async () => {
    const pages = [[1], ...Array.from({ length: 50 }, (_, n) => [5 + n])];
    const { numbers, requests } = await read({ a: { pages } }, { untilS: 5 });
    expect([numbers, requests.length]).toEqual([[1], 2]);
  });

  it('takes one page at a time, and has taken it whole when it fails', async () => {
    let under = 0;
    let most = 0;
    const slow = async () => {
      most = Math.max(most, ++under);
      for (let turn = 0; turn < 50; turn++) await Promise.resolve();
      under--;
    };
    const shards = { a: { pages: [[1], [3]] }, b: { pages: [[2], 'AccessDeniedException'] } };
    await expect(read(shards, { onTake: slow })).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect([most, under]).toEqual([1, 0]);
  });

  it('ends with the record that reaches its limit', async () => {
    const { numbers, end } = await read({ a: { pages: [[1, 2, 3]] }, b: { pages: [[4]] } }, { limit: 2 });
    expect(numbers).toEqual([1, 2]);
    expect(end).toBe('limit');
  });

  it('counts over pages and shards to its limit', async () => {
    const pages = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    expect((await read({ a: { pages } }, { limit: 4 })).numbers).toEqual([1, 2, 3, 4]);
    const { numbers, records } = await read({ a: { pages: [[1, 2]] }, b: { pages: [[3, 4]] } }, { limit: 3 });
    expect([numbers.length, records]).toEqual([3, 3]);
  });

  it('reads the shard that ends with the sequence number that it begins with', async () => {
    const shards = { old: { pages: [[1, 2]], closed: true }, a: { parent: 'old', pages: [[3]] } };
    const { numbers } = await read(shards, { start: { kind: 'sequence', from: 2n }, untilS: 1_020 });
    expect(numbers).toEqual([2, 3]);
  });

  it('ends when it is stopped', async () => {
    const { numbers, end } = await read({ a: { pages: [[1], [2], [3]] } }, { stopAfter: 2 });
    expect(numbers).toEqual([1, 2]);
    expect(end).toBe('stopped');
  });

  it('ends with a stream that is switched off', async () => {
    const { numbers, end } = await read({ a: { pages: [[1]], closed: true } }, { status: 'DISABLED' });
    expect(numbers).toEqual([1]);
    expect(end).toBe('closed');
  });
});
