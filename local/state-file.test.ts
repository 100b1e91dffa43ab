/** A run is found by its file while it is up, and only then. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Problem } from './problem.ts';
import { readState, removeState, stateFileOf, writeState } from './state-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-state-'));
const file = stateFileOf(folder);
afterEach(() => rmSync(join(folder, '.streamkeeper'), { recursive: true, force: true }));

const state = {
  pid: 4711,
  startedAt: '2026-01-01T00:00:00.000Z',
  gatewayUrl: 'http://127.0.0.1:1',
  wsUrl: 'ws://127.0.0.1:1/dev',
  endpoints: { sqs: 'http://127.0.0.1:2' },
  region: 'here',
  accountId: '000000000000',
  stacks: [{ name: 'one', outputs: { Key: 'value' } }],
};

test('what was written is read while the run is up', () => {
  writeState(file, state);
  expect(readState(file, () => true)).toEqual({ version: 2, ...state });
});

test.each([
  ['there is no file', () => {}],
  ['the run has gone without removing it', () => writeState(file, state)],
])('no run is found when %s', (_, prepare) => {
  prepare();
  expect(() => readState(file, () => false)).toThrow(Problem);
});

test('a file that this version did not write is no run', () => {
  writeState(file, state);
  writeFileSync(file, '{"version":1,"pid":1}');
  expect(() => readState(file, () => true)).toThrow(Problem);
});

test('a run that ends removes its own file, not that of a later run', () => {
  writeState(file, state);
  removeState(file, 1);
  expect(readState(file, () => true).pid).toBe(4711);
  removeState(file, 4711);
  expect(() => readState(file, () => true)).toThrow(Problem);
});
