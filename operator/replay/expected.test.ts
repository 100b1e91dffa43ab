/** How an effects file is read, and which of its lines a record is held against. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Described } from './described.ts';
import { compareWith, readExpected } from './expected.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamkeeper-expected-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const meant = (eventId: string | null, effect: unknown, key: string | null = 'PK=1'): Described => ({
  eventId,
  key,
  decision: 'effect',
  orderingKey: 'p1',
  effect,
});
const LINE = JSON.stringify(meant('e1', { amount: 1 }));

describe('an effects file', () => {
  it('is read plain or compressed, empty lines passed over', async () => {
    const text = `${LINE}\n\n${LINE}\n`;
    const read = await readExpected(fileOf('plain.jsonl', text));
    expect(read).toEqual([meant('e1', { amount: 1 }), meant('e1', { amount: 1 })]);
    expect(await readExpected(fileOf('small.jsonl.gz', gzipSync(text)))).toEqual(read);
  });

  it('keeps every digit', async () => {
    const digits = '12345678901234567890.5';
    const file = fileOf('exact.jsonl', LINE.replace('"amount":1', `"amount":${digits}`));
    expect(JSON.stringify(await readExpected(file))).toContain(digits);
  });

  it.each(['{"eventId":"e2"}', 'not JSON', '[]'])('names the line that is of none: %s', async (odd) => {
    await expect(readExpected(fileOf('odd.jsonl', `${LINE}\n${odd}\n`))).rejects.toThrow(
      /odd\.jsonl, line 2 /,
    );
  });
});

describe('a comparison', () => {
  it('holds an event that comes twice against its lines in their order', () => {
    const comparing = compareWith([meant('e1', 1), meant('e1', 2)]);
    expect(comparing.next(meant('e1', 1))).toBeUndefined();
    expect(comparing.next(meant('e1', 2))).toBeUndefined();
    expect(comparing.next(meant('e1', 2))).toMatchObject({ kind: 'unexpected', eventId: 'e1' });
    expect(comparing.rest()).toEqual([]);
  });

  it('tells records by their ids, and by their keys only where they have none', () => {
    const comparing = compareWith([meant(null, 1, 'PK=1'), meant(null, 2, 'PK=2'), meant('e1', 3, 'PK=1')]);
    expect(comparing.next(meant(null, 2, 'PK=2'))).toBeUndefined();
    expect(comparing.next(meant('e1', 3, 'PK=9'))).toMatchObject({
      kind: 'different',
      fields: [{ path: 'key', expected: '"PK=1"', actual: '"PK=9"' }],
    });
    expect(comparing.rest()).toMatchObject([{ kind: 'missing', eventId: null, key: 'PK=1' }]);
  });

  it('sees another decision, rule or ordering key, not only another effect', () => {
    const comparing = compareWith([meant('e1', 1)]);
    const ignored: Described = { eventId: 'e1', key: 'PK=1', decision: 'ignored', rule: 'removed' };
    expect(comparing.next(ignored)?.fields.map(({ path }) => path)).toEqual([
      'decision',
      'effect',
      'orderingKey',
      'rule',
    ]);
  });
});
