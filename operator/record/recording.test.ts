/** What a recording says and leaves behind, of a stream in memory. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { type RecordingOptions, record } from './record.ts';
import type { Start } from './start.ts';
import { type FakeShard, fakeStream } from './testing.ts';

const ARN = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/1';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streamkeeper-recording-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Options extends Partial<Omit<RecordingOptions, 'window'>> {
  readonly start?: Start;
  readonly untilS?: number;
  readonly readers?: number;
  readonly nowS?: number;
}

function begin(pages: FakeShard['pages'], options: Options = {}) {
  const { start = { kind: 'horizon' }, untilS = 1_000, nowS = 1_000, readers = 0, ...more } = options;
  const clock = new VirtualClock(nowS * 1000);
  const said: string[] = [];
  const path = join(folder, 'orders.jsonl');
  const work = record({
    client: fakeStream({ a: { pages } }, () => clock.now()).client,
    clock,
    random: () => 0.5,
    signal: new AbortController().signal,
    table: { name: 'orders', streamArn: ARN, readers },
    window: { start, untilMs: untilS * 1000, limit: undefined },
    path,
    force: false,
    redact: (one) => one,
    err: { write: (text: string) => said.push(text), isTTY: false } as unknown as NodeJS.WriteStream,
    ...more,
  });
  return { clock, path, work, said: () => said.join('') };
}

/** Moves time until it has ended; files take time of their own. */
async function recorded(pages: FakeShard['pages'], options: Options = {}) {
  const { clock, work, said, path } = begin(pages, options);
  let ended = false;
  const end = work.finally(() => {
    ended = true;
  });
  end.catch(() => {});
  while (!ended) await clock.advance(100);
  return { ...(await end), said: said(), path };
}

const linesOf = async (path: string) =>
  (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('a recording', () => {
  it('holds what redaction makes of each record as Lambda would deliver it', async () => {
    const seen: unknown[] = [];
    const { path, first, last } = await recorded([[3, 1], [2]], {
      redact: (one) => ({ n: seen.push(one) }),
    });
    expect(await linesOf(path)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(seen[0]).toMatchObject({ eventSourceARN: ARN, dynamodb: { SequenceNumber: '3' } });
    expect([first, last]).toEqual(['1970-01-01T00:00:01.000Z', '1970-01-01T00:00:03.000Z']);
  });

  it('counts what is missing, and says it', async () => {
    const { gaps, said } = await recorded([[1], 'TrimmedDataAccessException', [9]]);
    expect(gaps).toBe(1);
    expect(said).toMatch(/^orders: MISSING: a: .*after 1/m);
  });

  it.each([
    ['a moment that the stream has forgotten', { kind: 'time', fromMs: 3_599_000 }, 1],
    ['a moment of the last day', { kind: 'time', fromMs: 7_200_000 }, 0],
  ] as const)('that begins with %s lacks so much', async (_, start, gaps) => {
    const nowS = 3_600 + 24 * 3_600;
    const result = await recorded([[nowS]], { start, nowS, untilS: nowS + 1 });
    expect([result.gaps, result.records]).toEqual([gaps, 1]);
  });

  it.each([
    ['is there', [[4], [5], [6]], 0],
    ['is not there, but others are', [[4], [6]], 1],
  ] as const)('says so unless the sequence number that it begins with %s', async (_, pages, gaps) => {
    const result = await recorded([...pages], { start: { kind: 'sequence', from: 5n } });
    expect(result.gaps).toBe(gaps);
  });

  it('warns where two mappings read the stream already', async () => {
    expect((await recorded([[1]], { readers: 2 })).said).toContain('two readers');
    await rm(join(folder, 'orders.jsonl'));
    expect((await recorded([[1]], { readers: 1 })).said).not.toContain('two readers');
  });

  it('that fails in the middle keeps what came until then, and says where and what to do', async () => {
    const failed = recorded([[1], [2], 'AccessDeniedException']);
    await expect(failed).rejects.toThrow(
      /allow .*dynamodb:GetRecords on .*until then is in .*orders\.jsonl\.part/,
    );
    expect(await readdir(folder)).toEqual(['orders.jsonl.part']);
    expect(await linesOf(join(folder, 'orders.jsonl.part'))).toHaveLength(2);
  });

  it('that fails before there was anything leaves nothing', async () => {
    await expect(recorded(['ResourceNotFoundException'])).rejects.toThrow(/there is no stream/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is in its file while it is made', async () => {
    const stopping = new AbortController();
    const { clock, path, work } = begin([[1]], { untilS: 3_000, signal: stopping.signal });
    let ended = false;
    const end = work.finally(() => {
      ended = true;
    });
    const size = () =>
      stat(`${path}.part`).then(
        ({ size: bytes }) => bytes,
        () => 0,
      );
    while ((await size()) === 0 && !ended) await clock.advance(100);
    expect(await size()).toBeGreaterThan(0);
    stopping.abort();
    expect(await end).toMatchObject({ end: 'stopped', records: 1, file: path });
  });
});
