/** Replay as it is called: what it prints, exits with, writes down, and what it does to people. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { bidRecord } from '../../test/support/bid.ts';
import { embeddedDynamoDb } from '../../test/support/market-tables.ts';
import { productImage, productKeys, STREAM_ARN, streamRecord } from '../../test/support/record.ts';
import { type RedriveEngines, startRedriveEngines } from '../../test/support/redrive-engines.ts';
import type { RedriveWorld } from '../../test/support/redrive-world.ts';
import type { System } from '../system/system.ts';
import { type ReplayOptions, replayWith } from './replay.ts';
import { testContext } from './testing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamkeeper-replay-'));
  return () => rmSync(folder, { recursive: true, force: true });
});
const path = (name: string) => join(folder, name);

function recording(...records: readonly object[]): string {
  writeFileSync(path('recording.jsonl'), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return path('recording.jsonl');
}

async function run(file: string, given: Partial<ReplayOptions>, system?: System, signal?: AbortSignal) {
  const context = { ...testContext(), ...(signal === undefined ? {} : { signal }) };
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
  await replayWith(context, file, options, system);
  return { text: context.printed(), exitCode: context.exitCode() };
}

const arn = (table: string) => STREAM_ARN.replace('ek-bharath-products', table);
const bid = (eventID: string, attributes = {}, row = 'BID#b1') => ({
  ...bidRecord({ after: attributes, row }, { eventID }),
  eventSourceARN: arn('ek-bharath-bids'),
});

describe('a replay to the code', () => {
  it('counts what records mean, and does nothing', async () => {
    const removed = {
      ...bidRecord({ before: {} }, { eventID: 'e2' }),
      eventSourceARN: arn('ek-bharath-bids'),
    };
    const file = recording(bid('e1'), removed, { eventID: 'e3' });
    const { text, exitCode } = await run(file, {});
    expect(text).toMatch(/3 records to bids.*nothing was done\n/);
    expect(text).toMatch(/1 {2}effect\n +1 {2}ignored: removed\n +1 {2}poison: UNDECODABLE_RECORD\n/);
    expect(exitCode).toBe(0);
  });

  it('writes effects that only its user reads, and finds them again', async () => {
    const file = recording(bid('e1', { amount: 12.5 }), bid('e2'), bid('e2'));
    const out = path('effects.jsonl');
    await run(file, { effects: 'record', out });
    const lines = readFileSync(out, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        eventId: 'e1',
        key: 'PK=PRODUCT#p1 SK=BID#b1',
        decision: 'effect',
        effect: { notices: [{ recipient: 'vendor' }] },
      },
      { eventId: 'e2' },
      { eventId: 'e2' },
    ]);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    await expect(run(file, { effects: 'record', out })).rejects.toThrow('--force');
    const { text, exitCode } = await run(file, { effects: 'assert', expect: out });
    expect(text).toContain('every record means what');
    expect(exitCode).toBe(0);
  });

  it('says of each record which fields mean something else, what is missing and what is new', async () => {
    const out = path('effects.jsonl');
    await run(recording(bid('e1'), bid('e2')), { effects: 'record', out });
    const { text, exitCode } = await run(recording(bid('e1', { amount: 30, unit: null }), bid('e3')), {
      effects: 'assert',
      expect: out,
    });
    expect(text).toBe(
      [
        'event e1, PK=PRODUCT#p1 SK=BID#b1: differs',
        '  effect.notices[0].details.unit',
        '    - "kg"',
        '  effect.notices[0].notification.amount',
        '    - 22.5',
        '    + 30',
        '  effect.notices[0].text.values.quantity.unit',
        '    - "kg"',
        '    + null',
        'event e3, PK=PRODUCT#p1 SK=BID#b1: is not expected',
        'event e2, PK=PRODUCT#p1 SK=BID#b1: is not in the recording',
        `${path('recording.jsonl')}: 2 records to bids, by the code of this checkout; nothing was done`,
        '        2  effect',
        `3 records differ from ${out}`,
        '',
      ].join('\n'),
    );
    expect(exitCode).toBe(1);
  });

  it('compares every digit of a number', async () => {
    const with38 = (digits: string) => {
      const record = streamRecord({ newImage: productImage('p1', { quantity_available: { N: digits } }) });
      return recording(record);
    };
    const out = path('effects.jsonl');
    await run(with38('12345678901234567890.5'), { processor: 'products', effects: 'record', out });
    expect(readFileSync(out, 'utf8')).toContain('12345678901234567890.5');
    const options = { processor: 'products', effects: 'assert', expect: out } as const;
    expect((await run(with38('12345678901234567890.5'), options)).exitCode).toBe(0);
    const { text } = await run(with38('12345678901234567890.6'), options);
    expect(text).toContain('    - 12345678901234567890.5\n    + 12345678901234567890.6\n');
  });

  it.each([
    [{ effects: 'assert' as const }],
    [{ effects: 'record' as const }],
    [{ out: 'x.jsonl' }],
    [{ id: 'x' }],
    [{ limit: 'all' }],
    [{ processor: 'nobody' }],
    [{ effects: 'assert' as const, expect: '/nonexistent' }],
  ])('%o is refused with a way out', async (options) => {
    await expect(run(recording(bid('e1')), options)).rejects.toThrow(Problem);
  });

  it.each([
    ['bookings', 'marketplace-prod-bookings-table', '--processor bookings'],
    ['an unknown table', 'bids-of-2024', '--any-table'],
  ])(
    'refuses a recording of %s, names both tables and the way out, and writes nothing',
    async (_, table, wayOut) => {
      const file = recording(bid('e1'), { ...bid('e2'), eventSourceARN: arn(table) });
      const out = path('effects.jsonl');
      const refused = run(file, { effects: 'record', out });
      await expect(refused).rejects.toThrow(Problem);
      await expect(refused).rejects.toThrow(
        new RegExp(`record 2.*${table}, and bids follows ek-bharath-bids.*${wayOut}`),
      );
      expect([existsSync(out), existsSync(`${out}.part`)]).toEqual([false, false]);
      expect((await run(file, { anyTable: true })).text).toContain('2 records to bids');
    },
  );

  it('says what is wrong with a recording', async () => {
    await expect(run(path('nothing.jsonl'), {})).rejects.toThrow(
      /there is no such file.*streamkeeper record/,
    );
    writeFileSync(path('odd.jsonl'), 'not JSON\n');
    await expect(run(path('odd.jsonl'), {})).rejects.toThrow(/line 1/);
  });
});

describe.skipIf(!embeddedDynamoDb)('a replay to a system', () => {
  let engines: RedriveEngines;
  let world: RedriveWorld;
  beforeAll(async () => {
    engines = await startRedriveEngines();
  });
  afterAll(() => engines?.close());
  beforeEach(async () => {
    world = await engines.world();
  });

  const apply = (file: string, given: Partial<ReplayOptions> = {}, signal?: AbortSignal) =>
    run(file, { effects: 'apply', ...given }, world.process().system, signal);
  const told = () => world.board.received.length;

  it('asks the function what records mean, and the answer is the code’s own', async () => {
    const out = path('effects.jsonl');
    const file = recording(bid('e1'), bid('e2', { amount: 30 }));
    await run(file, { effects: 'record', out });
    const { text, exitCode } = await run(file, { effects: 'assert', expect: out }, world.process().system);
    expect([text.includes('every record means what'), exitCode]).toEqual([true, 0]);
    expect(told()).toBe(0);
  });

  it('tells people again, each replay by itself, and one that goes on nobody twice', async () => {
    const file = recording(bid('e1'), bid('e2', {}, 'BID#b2'));
    const first = await apply(file, { id: 'first' });
    expect(first.text).toMatch(/2 {2}applied/);
    expect([told(), first.exitCode]).toEqual([2, 0]);
    expect((await apply(file, { id: 'first' })).text).toMatch(/2 {2}duplicate/);
    expect(told()).toBe(2);
    await apply(file, { id: 'second' });
    expect(told()).toBe(4);
  });

  it('shows what is there before and after, and names what it cannot see', async () => {
    await world.put(productImage('p1'));
    const file = recording(
      streamRecord({ eventID: 'e1', keys: productKeys('p1'), newImage: productImage('p1') }),
    );
    const { text } = await apply(file, { processor: 'products' });
    expect(text).toContain('index: 1 keys, 1 differences\n    "p1"\n      - "missing"\n      + "equal"');
    expect((await apply(file, { processor: 'products' })).text).toContain('index: 1 keys, none changed');
    expect((await apply(recording(bid('e1')))).text).toContain('not seen: what devices received');
  });

  it('holds back what follows an unsettled record of the same key, and goes on from there under the same name', async () => {
    const { functionName } = world.facts('bids');
    const shipped = world.handlers.get(functionName);
    world.handlers.set(functionName, async (event, context) => {
      const { Records, redrive } = event as {
        Records: { eventID?: string }[];
        redrive?: { replay?: boolean };
      };
      if (redrive?.replay === true && Records.some(({ eventID }) => eventID === 'e1'))
        throw new Error('it dies');
      return shipped?.(event, context) as never;
    });
    const file = recording(bid('e1'), bid('e2', { amount: 30 }), bid('e3', {}, 'BID#other'));
    const { text, exitCode } = await apply(file, { id: 'night' });
    expect(text).toMatch(/1 {2}applied/);
    expect(text).toMatch(/transient: FUNCTION_FAILED/);
    expect(text).toContain('2 records not settled; go on with --id night');
    expect([exitCode, told()]).toEqual([1, 1]);
    if (shipped !== undefined) world.handlers.set(functionName, shipped);
    const rest = await apply(file, { id: 'night' });
    expect([rest.exitCode, told()]).toEqual([0, 3]);
  });

  it('leaves an entry in the audit trail, without what records hold', async () => {
    await apply(recording(bid('e1', { message: 'Call me, Ramesh' })), {
      id: 'night',
      reason: 'texts were wrong',
    });
    const trail = readFileSync(path('audit.jsonl'), 'utf8');
    const lines = trail
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { event: 'start', command: 'replay', reason: 'texts were wrong' },
      { event: 'result', eventId: 'e1', result: 'applied' },
      { event: 'end', outcome: 'done' },
    ]);
    expect(trail).not.toContain('Ramesh');
  });

  it('is refused for another stream, before anything happens', async () => {
    const file = recording(bid('e1'));
    await expect(apply(file, { processor: 'products' })).rejects.toThrow('--processor bids');
    expect(existsSync(path('audit.jsonl'))).toBe(false);
  });

  it('is confirmed by a person on every deployed stage', async () => {
    const system = { ...world.process().system, gatewayUrl: undefined };
    await expect(run(recording(bid('e1')), { effects: 'apply' }, system)).rejects.toThrow('--yes');
    expect(told()).toBe(0);
  });

  it('does nothing more once it is interrupted', async () => {
    const interrupted = AbortSignal.abort();
    const { exitCode } = await apply(recording(bid('e1')), {}, interrupted);
    expect([exitCode, told()]).toEqual([130, 0]);
  });
});
