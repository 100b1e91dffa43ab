/** Gives a test run a folder of its own for temporary files, and removes it at the end: synthesized apps, stores of engines, state files. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** vitest's global set-up: its workers are started afterwards, with this environment. */
export default function setUp(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-tests-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
