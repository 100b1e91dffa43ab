/** Replays against a function that answers as it is told: what is printed, written down, held back and left when they are cut off. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { type ReplayOptions, replayWith } from '../commands/replay.ts';
import { testContext } from '../commands/testing.ts';
import type { TableFacts } from '../system/system.ts';
import { type LaneRecord, systemTold, type ToldFunction } from './testing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamkeeper-run-replay-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string) => join(folder, name);
const linesOf = (name: string) =>
  readFileSync(path(name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

function fileOf(records: readonly LaneRecord[], name = 'recording.jsonl'): string {
  writeFileSync(path(name), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return path(name);
}

/** `e1`, … without an effect. */
const quiet = (count: number, from = 1): LaneRecord[] =>
  Array.from({ length: count }, (_, index) => ({ eventID: `e${from + index}` }));

async function replay(
  records: readonly LaneRecord[],
  given: Partial<ReplayOptions>,
  told: ToldFunction = {},
  signal = new AbortController().signal,
) {
  const context = { ...testContext(), signal };
  const { system, requests } = systemTold(told);
  const options: ReplayOptions = {
    processor: 'bids',
    effects: 'mute',
    code: false,
    force: false,
    anyTable: false,
    json: false,
    yes: false,
    audit: `file:${path('audit.jsonl')}`,
    ...given,
  };
  await replayWith(context, fileOf(records), options, system);
  const text = context.printed();
  return {
    text,
    exitCode: context.exitCode(),
    requests,
    json: options.json && text !== '' ? JSON.parse(text) : undefined,
  };
}

describe('what records mean', () => {
  it('is not known where the function does not say, and that fails', async () => {
    const onRequest = () => {
      throw new Error('it dies');
    };
    const { text, exitCode } = await replay(quiet(1), {}, { onRequest });
    expect(text).toContain('1  unanswered: FUNCTION_FAILED');
    expect(exitCode).toBe(1);
  });

  it('is kept under another name as far as it was written when it is interrupted', async () => {
    const stopping = new AbortController();
    const onRequest = (_: string, [first]: readonly string[]) => {
      if (first === 'e101') stopping.abort();
    };
    const out = path('effects.jsonl');
    const { text, exitCode } = await replay(
      quiet(102),
      { effects: 'record', out },
      { onRequest },
      stopping.signal,
    );
    expect([exitCode, existsSync(out)]).toEqual([130, false]);
    expect(linesOf('effects.jsonl.part').map(({ eventId }) => eventId)).toEqual(
      quiet(100).map(({ eventID }) => eventID),
    );
    expect(text).toMatch(/100 records to bids.*interrupted\n.*effects in .*effects\.jsonl\.part\n/s);
  });

  it('is kept as far as it was written when something goes wrong', async () => {
    const records = [
      ...quiet(100),
      { eventID: 'e101', eventSourceARN: 'arn:aws:dynamodb:x:0:table/y/stream/1' },
    ];
    const failed = replay(records, { effects: 'record', out: path('effects.jsonl') });
    await expect(failed).rejects.toThrow(Problem);
    expect(linesOf('effects.jsonl.part')).toHaveLength(100);
  });

  async function effectsOf(records: readonly LaneRecord[]): Promise<string> {
    await replay(records, { effects: 'record', out: path('expected.jsonl') });
    return path('expected.jsonl');
  }

  it('lacks nothing beyond a limit, nor after an interruption', async () => {
    const expected = await effectsOf(quiet(3));
    const limited = await replay(quiet(3), { effects: 'assert', expect: expected, limit: '1' });
    expect([limited.exitCode, limited.text.includes('is not in the recording')]).toEqual([0, false]);
    const aborted = AbortSignal.abort();
    const { exitCode, text } = await replay(quiet(3), { effects: 'assert', expect: expected }, {}, aborted);
    expect(exitCode).toBe(130);
    expect(text).toMatch(/^.*: 0 records to bids/);
  });

  it('is compared to the end in a pipe, and each difference is in --json', async () => {
    const expected = await effectsOf(quiet(102));
    const { text, exitCode } = await replay(quiet(1), { effects: 'assert', expect: expected });
    expect([text.match(/is not in the recording/g)?.length, exitCode]).toEqual([101, 1]);
    const { json } = await replay(quiet(1), { effects: 'assert', expect: expected, json: true });
    expect(json).toMatchObject({
      records: 1,
      decisions: { 'ignored: quiet': 1 },
      interrupted: false,
      differences: { length: 101, 0: { kind: 'missing', eventId: 'e2' } },
    });
  });
});

describe('a recording that happens again', () => {
  const RECORDS = [
    { eventID: 'e1', lane: 'a' },
    ...quiet(99, 2),
    { eventID: 'e101', lane: 'a' },
    { eventID: 'e102', lane: 'b' },
  ];
  const apply = { effects: 'apply', json: true, id: 'night' } as const;
  const SESSIONS: TableFacts = { role: 'userSessions', stack: 's', name: 'sessions', streamArn: undefined };

  /** Tables that hold nothing, and are throttled as told. */
  const emptyTables = (throttled: (read: number) => boolean) => {
    let reads = 0;
    const send = async (_: unknown, { abortSignal }: { abortSignal: AbortSignal }) => {
      abortSignal.throwIfAborted();
      if (throttled(reads++)) throw Object.assign(new Error('slow down'), { name: 'Throttled' });
      return { Responses: {} };
    };
    return {
      tables: [SESSIONS],
      dynamodb: (() => ({ send })) as unknown as ToldFunction['dynamodb'] & object,
    };
  };

  it('waits behind what is not settled, and says what is left; each record is written down before the next request', async () => {
    const written: number[] = [];
    const onRequest = (mode: string) => {
      if (mode === 'replay') written.push(linesOf('audit.jsonl').length);
    };
    const { json, exitCode, requests } = await replay(RECORDS, apply, { busy: ['e1'], onRequest });
    expect(requests.at(-1)).toEqual(['replay', 'e102']);
    expect(json).toMatchObject({
      outcomes: { 'ignored: quiet': 99, 'transient: BUSY': 1, 'held-back': 1, applied: 1 },
      left: 2,
      interrupted: false,
    });
    expect(exitCode).toBe(1);
    expect(written).toEqual([1, 101]);
    expect(linesOf('audit.jsonl').slice(101)).toMatchObject([
      { eventId: 'e101', result: 'held-back' },
      { eventId: 'e102', result: 'applied' },
      { event: 'end', outcome: 'failed' },
    ]);
  });

  it('that is interrupted ends after the request under way, and still says what it changed', async () => {
    const stopping = new AbortController();
    const onRequest = (mode: string) => {
      if (mode === 'replay') stopping.abort();
    };
    const told = { onRequest, ...emptyTables(() => false) };
    const { json, exitCode, requests } = await replay(RECORDS, apply, told, stopping.signal);
    expect(requests.filter(([mode]) => mode === 'replay')).toHaveLength(1);
    expect(json).toMatchObject({ left: 0, interrupted: true, endState: [{ what: 'inbox row', keys: 3 }] });
    expect(exitCode).toBe(130);
    expect(linesOf('audit.jsonl').at(-1)).toMatchObject({ event: 'end', outcome: 'interrupted' });
  });

  it('that is interrupted before it begins leaves no trace', async () => {
    const { exitCode, requests } = await replay(RECORDS, apply, {}, AbortSignal.abort());
    expect([exitCode, requests.filter(([mode]) => mode === 'replay')]).toEqual([130, []]);
    expect(existsSync(path('audit.jsonl'))).toBe(false);
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ])('names what could not be seen %s it', async (_, read) => {
    const { json } = await replay(
      RECORDS.slice(0, 1),
      apply,
      emptyTables((one) => one === read),
    );
    expect(json.unseen).toContain('inbox rows: cannot be read (Throttled)');
    expect(json.endState).toEqual([]);
  });

  it('does not begin where the function does not say what a record means', async () => {
    const onRequest = (_: string, ids: readonly string[]) => {
      if (ids.includes('e101')) throw new Error('it dies of this one');
    };
    const refused = replay(RECORDS, apply, { onRequest });
    await expect(refused).rejects.toThrow(Problem);
    await expect(refused).rejects.toThrow(/what 1 record mean.*FUNCTION_FAILED.*nothing was done/);
    expect(existsSync(path('audit.jsonl'))).toBe(false);
  });
});
