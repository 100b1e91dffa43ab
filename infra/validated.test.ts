/** Templates are held against CloudFormation's schemas once, and again when they change. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Synthesize, synthesizeValidated } from './validated.ts';

let folder: string;
let checks: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamkeeper-validated-'));
  checks = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function synthesize(stage: string, template: unknown, fits = true): void {
  const synth: Synthesize = (validate) => {
    if (validate) {
      checks++;
      if (!fits) throw new Error('does not fit');
    }
    const stacks = [{ stackName: 'one', template }] as unknown as ReturnType<Synthesize>['stacks'];
    return { stacks, directory: folder };
  };
  synthesizeValidated({ stage, outdir: folder }, join(folder, 'passed'), synth);
}

test('what has passed is not checked again until it changes', () => {
  synthesize('dev', 'a');
  synthesize('dev', 'a');
  expect(checks).toBe(1);
  synthesize('dev', 'b');
  expect(checks).toBe(2);
});

test('stages pass each for itself', () => {
  synthesize('dev', 'a');
  synthesize('prod', 'b');
  synthesize('dev', 'a');
  expect(checks).toBe(2);
});

test('what did not pass is checked again', () => {
  expect(() => synthesize('dev', 'a', false)).toThrow('does not fit');
  expect(() => synthesize('dev', 'a', false)).toThrow('does not fit');
  expect(checks).toBe(2);
});
