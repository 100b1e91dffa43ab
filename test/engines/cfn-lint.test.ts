/**
 * cfn-lint finds no error in the templates of any stage. It is installed from PyPI beside the engines, once, or taken from the PATH.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../../infra/build-app.ts';
import { engineCache } from '../../local/engines/opensearch/prerequisites.ts';
import { lineOf, Problem } from '../../local/problem.ts';

/** Its rules change with every version: a new one is a change to be looked at. */
const VERSION = '1.58.0';

const outdir = mkdtempSync(join(tmpdir(), 'streamkeeper-lint-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

let linter: string;
beforeAll(() => {
  linter = install(engineCache(process.env, join('node_modules', '.cache', 'streamkeeper', 'engines')));
}, 180_000);

/** @returns the path of cfn-lint. @throws Problem naming what is missing, and the way out */
function install(cache: string): string {
  const home = join(cache, `cfn-lint-${VERSION}`);
  const command = join(home, 'bin', 'cfn-lint');
  if (existsSync(command)) return command;
  mkdirSync(cache, { recursive: true });
  try {
    execFileSync('python3', ['-m', 'venv', home], { stdio: 'pipe' });
    execFileSync(join(home, 'bin', 'pip'), ['install', '--quiet', `cfn-lint==${VERSION}`], { stdio: 'pipe' });
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw new Problem(
      `cfn-lint cannot be installed here (${lineOf(error)}); it needs Python 3.9 or newer with venv (Debian: apt-get install python3-venv) and PyPI`,
    );
  }
  return command;
}

test.each(['dev', 'staging', 'prod'])('stage %s', (stage) => {
  const folder = join(outdir, stage);
  buildApp({ stage, outdir: folder, bundle: false }).app.synth();
  const templates = globSync('*.template.json', { cwd: folder }).map((file) => join(folder, file));
  expect(templates).toHaveLength(5);
  // W3005: an explicit DependsOn that a reference implies too. CDK writes them.
  const args = [
    '--non-zero-exit-code',
    'error',
    '--ignore-checks',
    'W3005',
    '--format',
    'parseable',
    '--',
    ...templates,
  ];
  expect(complaints(args)).toBe('');
});

/** @returns what it says when it finds an error, or cannot run; warnings are none */
function complaints(args: readonly string[]): string {
  try {
    execFileSync(linter, args, { stdio: 'pipe' });
    return '';
  } catch (error) {
    const { stdout } = error as { stdout?: Buffer };
    return stdout?.toString() || lineOf(error);
  }
}
