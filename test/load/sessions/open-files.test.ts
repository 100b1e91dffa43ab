import { expect, test } from 'vitest';
import { checkOpenFiles } from './open-files.ts';

test('a limit that is too low is said before anything starts, with the command that raises it', () => {
  expect(() => checkOpenFiles(2_000, 1_024)).toThrow(
    '--sessions 2000: this shell lets a process open 1024 files, and 2500 are needed; run ulimit -n 2500 first',
  );
});

test('a limit that is high enough, or that nobody tells, is no reason to stop', () => {
  expect(() => checkOpenFiles(2_000, 2_500)).not.toThrow();
  expect(() => checkOpenFiles(2_000, undefined)).not.toThrow();
});
