/** The command as a process: what it exits with, where it writes, and that it starts and completes however it is called. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const LAUNCH = join(import.meta.dirname, 'launch.js');

function streamkeeper(args: readonly string[], node = process.execPath) {
  const { status, stdout, stderr } = spawnSync(node, [LAUNCH, ...args], {
    encoding: 'utf8',
    // Neither a stage nor credentials nor a region.
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' },
  });
  return { status, stdout, stderr };
}

test('help is a result: it names commands, examples and exit codes', () => {
  const { status, stdout } = streamkeeper(['--help']);
  expect(status).toBe(0);
  for (const word of ['status', 'why-stuck', 'pause', 'validate', 'Examples:', 'Exit codes:'])
    expect(stdout).toContain(word);
});

test.each([
  ['an unknown command', ['no-such-command']],
  ['an unknown option', ['status', '--nothing']],
  ['a missing option', ['pause', '--local']],
  ['two systems at once', ['status', '--local', '--stage', 'dev']],
  ['a stage without a region', ['status', '--stage', 'dev']],
])('%s exits 2 and leaves stdout clean', (_, args) => {
  const { status, stdout, stderr } = streamkeeper(args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).not.toBe('');
});

test('a shell is told the commands that begin as what was typed', () => {
  const { status, stdout } = streamkeeper(['complete', '--', '']);
  expect(status).toBe(0);
  expect(stdout).toContain('why-stuck\t');
  expect(streamkeeper(['complete', 'zsh']).stdout).toContain('#compdef streamkeeper');
});

/** Where a system has one, the Node of an older release starts the newer one among the dependencies. */
const OLDER = '/usr/bin/node';
const olderMajor = existsSync(OLDER)
  ? Number(spawnSync(OLDER, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }).stdout)
  : 0;

test.runIf(olderMajor >= 20 && olderMajor < 22)(
  'an older Node starts it too, and passes its exit code on',
  () => {
    expect(streamkeeper(['--help'], OLDER).status).toBe(0);
    expect(streamkeeper(['no-such-command'], OLDER).status).toBe(2);
  },
);
