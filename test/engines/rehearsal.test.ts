/** `npm run rehearse` as a test: a failure says which claims were not proven, and what the emulator said last. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Row } from '../rehearsal/ledger.ts';

const run = promisify(execFile);

/** Installing the emulator takes a minute, the first time. */
const TIMEOUT_MS = 600_000;

interface Ended {
  readonly code?: number;
  readonly stdout: string;
  readonly stderr: string;
}

test('a deployment is rehearsed: every claim is proven on the emulator or by the simulator', {
  timeout: TIMEOUT_MS,
}, async () => {
  const script = join(import.meta.dirname, '..', 'rehearsal', 'run.ts');
  const ended = run(process.execPath, [script, '--json'], { maxBuffer: 64 * 1024 * 1024 });
  const { code = 0, stdout, stderr }: Ended = await ended.catch((error: Ended) => error);
  const rows = stdout === '' ? [] : (JSON.parse(stdout) as { rows: Row[] }).rows;
  const open = rows.filter(({ result }) => result !== 'proven' && result !== 'simulated');
  expect({ code, open }, stderr).toEqual({ code: 0, open: [] });
  expect(rows.length).toBeGreaterThan(30);
});
