/** What is kept of a run: all that it needs to go on, whole or not at all, for its user only. */
import { mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type Checkpoint,
  checkpointFile,
  fileCheckpoint,
  memoryCheckpoint,
  type Pass,
} from './checkpoint.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamkeeper-checkpoint-'));
  file = join(folder, 'new', 'folder', 'products.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pass = (equal = 1): Pass => ({
  purpose: 'mend products',
  positions: [null, { PK: { S: 'PRODUCT#1' }, SK: { S: 'DETAILS' } }, 'done'],
  tally: {
    counts: { equal, failed: 2 },
    left: [
      { key: 'p1', result: 'failed', failure: { code: 'BUSY' } },
      { key: 'p2', result: 'different', fields: ['unit'] },
    ],
  },
});

test.each<[string, () => Checkpoint]>([
  ['a file', () => fileCheckpoint(file)],
  ['memory', memoryCheckpoint],
])('in %s a pass is kept as it was written, until it is removed', (_, made) => {
  const checkpoint = made();
  expect(checkpoint.read()).toBeUndefined();
  const written = pass();
  checkpoint.write(written);
  written.positions.fill('done');
  expect(checkpoint.read()).toEqual(pass());
  checkpoint.write(pass(2));
  expect(checkpoint.read()).toEqual(pass(2));
  checkpoint.remove();
  checkpoint.remove();
  expect(checkpoint.read()).toBeUndefined();
});

test('a file is replaced at once, and only its user reads it', () => {
  const checkpoint = fileCheckpoint(file);
  checkpoint.write(pass(1));
  const before = openSync(file, 'r');
  checkpoint.write(pass(2));
  // Whoever is killed while it is written has the one before: that was not touched.
  expect(JSON.parse(readFileSync(before, 'utf8'))).toMatchObject(pass(1));
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.each([
  ['no JSON', '{'],
  ['of another version', JSON.stringify({ version: 2, ...pass() })],
  ['of no version', JSON.stringify(pass())],
  ['of no segment', JSON.stringify({ version: 1, ...pass(), positions: [] })],
  ['of odd counts', JSON.stringify({ version: 1, ...pass(), tally: { counts: { equal: -1 }, left: [] } })],
])('what is %s is none', (_, text) => {
  fileCheckpoint(file).write(pass());
  expect(fileCheckpoint(file).read()).toEqual(pass());
  writeFileSync(file, text);
  expect(fileCheckpoint(file).read()).toBeUndefined();
});

test('each stage and processor has one of its own', () => {
  const files = ['dev', 'prod'].flatMap((stage) =>
    ['products', 'bookings'].map((processor) => checkpointFile('/repository', stage, processor)),
  );
  expect(new Set(files).size).toBe(4);
});
