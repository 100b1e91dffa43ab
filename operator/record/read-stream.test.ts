import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { readStream } from './read-stream.ts';
import type { Start } from './start.ts';
import { type FakeShard, fakeStream } from './testing.ts';

interface Options {
  readonly start?: Start;
  readonly untilS?: number;
  readonly limit?: number;
  readonly nowS?: number;
  readonly status?: string;
  /** Stops after so many records. */
  readonly stopAfter?: number;
}

async function read(shards: Readonly<Record<string, FakeShard>>, options: Options = {}) {
  const { start = { kind: 'horizon' }, nowS = 1_000, untilS, limit, status } = options;
  const clock = new VirtualClock(nowS * 1000);
  const stream = fakeStream(shards, () => clock.now(), status);
  const stopping = new AbortController();
  const numbers: number[] = [];
  const gaps: string[] = [];
  const warnings: string[] = [];
  const result = await clock.runUntil(
    readStream({
      client: stream.client,
      clock,
      random: () => 0.5,
      streamArn: 'arn:aws:dynamodb:here:000000000000:table/orders/stream/1',
      signal: stopping.signal,
      warn: (line) => warnings.push(line),
      gap: (line) => gaps.push(line),
      window: { start, untilMs: untilS === undefined ? undefined : untilS * 1000, limit },
      take: async (records) => {
        numbers.push(...records.map(({ dynamodb }) => Number(dynamodb?.SequenceNumber)));
        if (numbers.length >= (options.stopAfter ?? Number.POSITIVE_INFINITY)) stopping.abort();
      },
    }),
  );
  return { ...stream, ...result, numbers, gaps, warnings };
}

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

  it('makes an expired iterator anew after the last record', async () => {
    const { numbers, iterators } = await read(
      { a: { pages: [[1], 'ExpiredIteratorException', [2]] } },
      { untilS: 1_000 },
    );
    expect(numbers).toEqual([1, 2]);
    expect(iterators).toEqual(['a TRIM_HORIZON', 'a AFTER_SEQUENCE_NUMBER 1']);
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
    const { numbers, iterators } = await read(
      {
        old: { pages: [[1]], closed: true },
        a: { parent: 'old', pages: [[1_001], [1_002]] },
        b: { pages: [[1_003]], listedFrom: 1 },
      },
      { start: { kind: 'now' }, untilS: 1_020 },
    );
    expect(numbers).toEqual([1_001, 1_002, 1_003]);
    expect(iterators).toEqual(['a LATEST', 'b TRIM_HORIZON']);
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

  it('asks a shard at most five times a second', async () => {
    const { requests } = await read({ a: { pages: [[1], [2], [], [3]] } }, { untilS: 1_000 });
    const gaps = requests.slice(1).map(({ atMs }, index) => atMs - (requests[index]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(200);
  });

  it('waits out what may pass, and tells of it when it lasts', async () => {
    const throttled = Array.from({ length: 6 }, () => 'LimitExceededException');
    const { numbers, warnings } = await read({ a: { pages: [...throttled, [1]] } }, { untilS: 1_000 });
    expect(numbers).toEqual([1]);
    expect(warnings).toEqual([expect.stringContaining('two readers')]);
  });

  it('fails at once on what will not pass', async () => {
    await expect(read({ a: { pages: ['AccessDeniedException'] } })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});
