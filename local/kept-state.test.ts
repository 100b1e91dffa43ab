import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openKeptFolder } from './kept-state.ts';
import { Problem } from './problem.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamkeeper-kept-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what is saved is found by the next run, and no half-written file is left', () => {
  const first = openKeptFolder(join(folder, 'deep', 'kept'));
  expect(first.state).toEqual({ feeds: {}, checkpoints: {} });
  const state = { feeds: { 'day.jsonl': 7 }, checkpoints: { mapping: { shard: '41' } } };
  first.save(state);
  first.release();
  expect(openKeptFolder(join(folder, 'deep', 'kept')).state).toEqual(state);
  expect(readdirSync(join(folder, 'deep', 'kept')).toSorted()).toEqual(['lock', 'state.json']);
});

test('a folder in use by a living process is refused; a dead one’s lock is not in the way', () => {
  writeFileSync(join(folder, 'lock'), String(process.ppid));
  expect(() => openKeptFolder(folder)).toThrow(`in use by process ${process.ppid}`);
  writeFileSync(join(folder, 'lock'), '999999999');
  expect(openKeptFolder(folder).path).toBe(folder);
});

test.each(['not json', '{"version":99}'])(
  'a state file that is not ours (%s) is refused, with the way out',
  (text) => {
    writeFileSync(join(folder, 'state.json'), text);
    expect(() => openKeptFolder(folder)).toThrow(Problem);
    expect(() => openKeptFolder(folder)).toThrow(/delete the folder/);
  },
);
