/** Passes over a table and a projection, in memory: what is counted, what is asked again, what a kill leaves to be done. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import type { Outcome } from '../../shared/stream/outcome.ts';
import type { Comparison } from '../../shared/stream/projection.ts';
import { paceOf } from '../redrive/carry-out.ts';
import { memoryCheckpoint } from './checkpoint.ts';
import { comparing, findingExtras, type Settling } from './drift.ts';
import { keysOfLetters, typedKeys } from './given-keys.ts';
import { rebuild } from './rebuild.ts';
import type { ScanPage } from './scan.ts';
import { mending, throughProjection } from './steps.ts';
import { newTally, total, withListed } from './tally.ts';
import { throughTable } from './through-table.ts';

/** A table of words and what follows it; a word is equal if both have it. */
function world(table: readonly string[], effects: readonly string[] = table) {
  const clock = new VirtualClock(0);
  const stop = new AbortController();
  const items = new Set(table);
  const follows = new Set(effects);
  const asked: string[] = [];
  let unreadTimes = 0;
  let onCompare = () => {};
  const scan: ScanPage = async ({ index, of }, from) => {
    const rows = [...items].sort().filter((_, at) => at % of === index);
    const start = from === undefined ? 0 : rows.findIndex((row) => row > (from['PK']?.S ?? ''));
    const [key, ...rest] = start < 0 ? [] : rows.slice(start);
    if (key === undefined) return { keys: [] };
    return { keys: [key], ...(rest.length > 0 ? { next: { PK: { S: key } } } : {}) };
  };
  const compared = (key: string): Comparison => {
    if (unreadTimes > 0) {
      unreadTimes--;
      return { kind: 'unread', failure: { code: 'BUSY' } };
    }
    if (items.has(key) === follows.has(key)) return { kind: 'equal' };
    return { kind: items.has(key) ? 'missing' : 'extra' };
  };
  const reconciled = (key: string): Outcome => {
    asked.push(key);
    if (items.has(key)) follows.add(key);
    else follows.delete(key);
    return { kind: items.has(key) ? 'superseded' : 'gone' };
  };
  const ports = {
    clock,
    random: () => 0.5,
    signal: stop.signal,
    pace: paceOf(undefined, clock),
    settleMs: 10_000,
    onSettle: (_settling: Settling) => {},
    scan,
    checkpoint: memoryCheckpoint(),
    segments: 2,
    resume: true,
    onProgress: () => {},
    door: {
      async compare(keys: readonly string[]) {
        onCompare();
        return keys.map(compared);
      },
      reconcile: async (keys: readonly string[]) => keys.map(reconciled),
      fill: async () => [],
      list: async (after: string | undefined) => {
        const [key, ...rest] = [...follows].sort().filter((one) => after === undefined || one > after);
        return { keys: key === undefined ? [] : [key], ...(key && rest.length > 0 ? { after: key } : {}) };
      },
    },
  };
  return {
    ports,
    items,
    follows,
    asked,
    stop: () => stop.abort(new Error('stopped')),
    unread: (times: number) => {
      unreadTimes = times;
    },
    whileComparing: (fn: () => void) => {
      onCompare = fn;
    },
    run: <T>(work: Promise<T>) => clock.runUntil(work),
  };
}

describe('mending', () => {
  it('writes only what differs, from both sides', async () => {
    const { ports, asked, follows, items, run } = world(['a', 'b', 'c'], ['b', 'x']);
    const fromTable = await run(throughTable('mend', mending(ports), ports));
    const listed = await run(throughProjection(mending(ports), ports, () => {}));
    expect(asked.sort()).toEqual(['a', 'c', 'x']);
    expect(follows).toEqual(items);
    const { counts } = withListed(fromTable.tally, listed.tally);
    expect(counts).toEqual({ equal: 1, reconciled: 2, gone: 1 });
  });

  it('asks again for what could not be read, and counts it as failed if that lasts', async () => {
    const { ports, unread, run } = world(['a']);
    unread(3);
    expect((await run(throughTable('one', mending(ports), ports))).tally.counts).toEqual({ equal: 1 });
    unread(1_000);
    const { tally } = await run(throughTable('two', mending(ports), ports));
    expect(tally).toEqual({
      counts: { failed: 1 },
      left: [{ key: 'a', result: 'failed', failure: { code: 'BUSY' } }],
    });
  });
});

describe('a pass', () => {
  const words = Array.from({ length: 20 }, (_, index) => `w${String(index).padStart(2, '0')}`);

  it('that is stopped goes on where it was, and counts nothing twice', async () => {
    const { ports, stop, whileComparing, run } = world(words, []);
    let pages = 0;
    whileComparing(() => {
      if (++pages === 7) stop();
    });
    const first = await run(throughTable('mend', mending(ports), ports));
    expect(first.finished).toBe(false);
    const { signal } = new AbortController();
    const again = { ...ports, signal };
    const second = await run(throughTable('mend', mending(again), again));
    expect(second.finished).toBe(true);
    expect(total(second.tally)).toBe(words.length);
    expect(pages).toBeLessThan(words.length + 3);
  });

  it('of another purpose begins anew, and so does one that was not told to resume', async () => {
    for (const [purpose, resume] of [
      ['other', true],
      ['mend', false],
    ] as const) {
      const { ports, run } = world(words);
      ports.checkpoint.write({ purpose: 'mend', positions: ['done', null], tally: newTally() });
      const { tally } = await run(throughTable(purpose, mending(ports), { ...ports, resume }));
      expect(total(tally)).toBe(words.length);
    }
  });

  it('that left failures is not taken for done', async () => {
    const { ports, unread, run } = world(['a']);
    unread(1_000);
    await run(throughTable('mend', mending(ports), ports));
    unread(0);
    const { tally } = await run(throughTable('mend', mending(ports), ports));
    expect(tally.counts).toEqual({ equal: 1 });
  });
});

describe('a rebuild', () => {
  it('says until when it waits, before it does', async () => {
    const { ports, run } = world(['a']);
    const said: string[] = [];
    await run(
      rebuild({
        ...ports,
        takeStep: async ({ action }) => {
          said.push(action);
          return { current: 'products-2', unchecked: action === 'describe' };
        },
        acceptRefused: false,
        onStage: (stage) => said.push(stage),
        onWait: (untilMs) => said.push(`${ports.clock.now()} to ${untilMs}`),
      }),
    );
    expect(said).toEqual(['describe', '0 to 30000', 'checking-keys', 'checking-documents', 'checked']);
  });

  it('that is stopped while its documents are checked is not declared checked', async () => {
    const { ports, stop, whileComparing, run } = world(['a'], ['a', 'x']);
    const steps: string[] = [];
    // Keys are reconciled without a look; documents are compared.
    whileComparing(stop);
    const rebuilt = await run(
      rebuild({
        ...ports,
        takeStep: async ({ action }) => {
          steps.push(action);
          return { current: 'products-2', unchecked: true };
        },
        acceptRefused: false,
        onStage: () => {},
        onWait: () => {},
      }),
    );
    expect(rebuilt).toMatchObject({ kind: 'unfinished', reason: 'interrupted while it was checked' });
    expect(steps).toEqual(['describe']);
  });
});

/** An index that is filled from the start: what each key comes to, and the steps that are taken. */
async function filled(outcomes: readonly Outcome[], acceptRefused = false) {
  const keys = outcomes.map((_, index) => `k${index}`);
  const { ports, run } = world(keys);
  const steps: string[] = [];
  const rebuilt = await run(
    rebuild({
      ...ports,
      door: {
        ...ports.door,
        fill: async (asked) => asked.map((key): Outcome => outcomes[keys.indexOf(key)] ?? { kind: 'gone' }),
      },
      takeStep: async ({ action }) => {
        steps.push(action);
        return { current: 'products-1', next: 'products-2', unchecked: false };
      },
      acceptRefused,
      onStage: () => {},
      onWait: () => {},
    }),
  );
  return { kind: rebuilt.kind, steps };
}
const APPLIED: Outcome = { kind: 'applied' };
const REFUSED: Outcome = { kind: 'poison', failure: { code: 'MAPPING' } };
const FAILED: Outcome = { kind: 'transient', failure: { code: 'AWAY' } };
const USED = ['describe', 'prepare', 'switch', 'checked'];

describe('a filled index', () => {
  it.each<[string, readonly Outcome[], boolean, readonly string[]]>([
    ['is used where half of the items are refused', [APPLIED, REFUSED], false, USED],
    ['is not used where most items are refused', [APPLIED, REFUSED, REFUSED], false, ['describe', 'prepare']],
    ['is used all the same where somebody said so', [APPLIED, REFUSED, REFUSED], true, USED],
    ['is not used while an item could not be filled', [APPLIED, FAILED], true, ['describe', 'prepare']],
  ])('%s', async (_, outcomes, acceptRefused, steps) => {
    expect(await filled(outcomes, acceptRefused)).toEqual({
      kind: steps === USED ? 'complete' : 'unfinished',
      steps,
    });
  });

  it('is not declared checked while a key could not be', async () => {
    const { ports, unread, run } = world(['a']);
    const steps: string[] = [];
    unread(1_000);
    const rebuilt = await run(
      rebuild({
        ...ports,
        takeStep: async ({ action }) => {
          steps.push(action);
          return { current: 'products-2', unchecked: true };
        },
        acceptRefused: false,
        onStage: () => {},
        onWait: () => {},
      }),
    );
    expect(rebuilt).toMatchObject({ kind: 'unfinished', tally: { counts: { failed: 1 } } });
    expect(steps).toEqual(['describe']);
  });
});

describe('drift', () => {
  it('of what the projection lists tells only what has no item', async () => {
    const { ports, run } = world(['lost', 'kept'], ['kept', 'x']);
    const tally = await run(findingExtras(ports)(['lost', 'kept', 'x']));
    expect(tally.left).toEqual([{ key: 'x', result: 'extra' }]);
    expect(tally.counts).toEqual({ equal: 2, extra: 1 });
  });

  it('counts only what still differs after a while', async () => {
    const { ports, follows, run } = world(['late', 'lost'], []);
    ports.clock.after(5_000, () => follows.add('late'));
    const tally = await run(comparing(ports)(['late', 'lost']));
    expect(tally).toEqual({ counts: { equal: 1, missing: 1 }, left: [{ key: 'lost', result: 'missing' }] });
    expect(ports.clock.now()).toBe(20_000);
  });

  it('says each time how many keys it waits for, until when, and which look is next', async () => {
    const { ports, follows, run } = world(['late', 'lost'], []);
    ports.clock.after(5_000, () => follows.add('late'));
    const said: Settling[] = [];
    await run(comparing({ ...ports, onSettle: (settling) => said.push(settling) })(['late', 'lost']));
    expect(said).toEqual([
      { keys: 2, untilMs: 10_000, look: 2, looks: 3 },
      { keys: 1, untilMs: 20_000, look: 3, looks: 3 },
    ]);
  });

  it('waits for nothing where all is equal', async () => {
    const { ports, run } = world(['a'], ['a']);
    const onSettle = () => {
      throw new Error('waits');
    };
    expect((await run(comparing({ ...ports, onSettle })(['a']))).counts).toEqual({ equal: 1 });
  });

  it('touches nothing', async () => {
    const { ports, asked, run } = world(['a'], ['x']);
    await run(throughTable('drift', comparing(ports), ports));
    const { tally } = await run(throughProjection(findingExtras(ports), ports, () => {}));
    expect(tally.left).toEqual([{ key: 'x', result: 'extra' }]);
    expect(asked).toEqual([]);
  });
});

describe('keys', () => {
  it('are typed with commas, each once', () => {
    expect(typedKeys(' a, b,a,')).toEqual(['a', 'b']);
    expect(() => typedKeys(' ,')).toThrow('--keys: names no key');
  });

  it('of letters are those of their records, from both images, undecodable ones left out', async () => {
    const record = (NewImage: unknown, OldImage: unknown) => ({
      record: { dynamodb: { Keys: { id: { S: '1' } }, NewImage, OldImage } },
    });
    const letters = (async function* () {
      yield { records: [record({ owner: { S: 'a' } }, { owner: { S: 'b' } }), { record: 'junk' }] as never };
      yield { records: [record({ owner: { Q: 'odd' } }, undefined)] as never };
    })();
    const keysOf = ({ owner }: { readonly owner?: unknown }) => (typeof owner === 'string' ? [owner] : []);
    expect(await keysOfLetters(letters, { keysOf: keysOf as never })).toEqual(['a', 'b']);
  });
});
