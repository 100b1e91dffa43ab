/** Tools are installed once, and completely or not at all. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cachedTool } from './cached-tool.ts';

let cache = '';
let said: string[] = [];
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'streamkeeper-cached-'));
  said = [];
});
afterEach(() => rm(cache, { recursive: true, force: true }));

function install(script: string): Promise<string> {
  return cachedTool({
    name: 'tool-1.0',
    environment: { XDG_CACHE_HOME: cache, PATH: process.env['PATH'] },
    say: (line) => said.push(line),
    commands: (folder) => [['/bin/sh', '-c', script, 'sh', folder]],
    wayOut: 'ask somebody',
  });
}

test('a tool is installed once', async () => {
  const folder = await install('touch "$1/tool"');
  expect(existsSync(join(folder, 'tool'))).toBe(true);
  expect(await install('exit 1')).toBe(folder);
  expect(said).toHaveLength(1);
});

test('an installation that fails leaves nothing behind, and says why and what to do', async () => {
  await expect(install('touch "$1/half"; echo "no network" >&2; exit 1')).rejects.toThrow(
    'tool-1.0 cannot be installed here (no network); ask somebody',
  );
  expect(await readdir(join(cache, 'streamkeeper', 'engines'))).toEqual([]);
});

test('installations at the same time end in one', async () => {
  const [first, second] = await Promise.all([install('touch "$1/tool"'), install('touch "$1/tool"')]);
  expect(first).toBe(second);
  expect(await readdir(join(cache, 'streamkeeper', 'engines'))).toEqual(['tool-1.0']);
});
