/** The load commands as somebody runs them, small: the end is compared, what is held is bounded; nothing is judged by the clock. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { SessionsReport } from './sessions/sessions.ts';
import type { SoakReport } from './soak/report.ts';

// Processes, engines and workers: seconds on a free machine, minutes on a busy one.
vi.setConfig({ testTimeout: 300_000 });

const hasEngines = process.platform === 'linux' && process.arch === 'x64';

async function load<Report>(
  ...args: string[]
): Promise<{ status: number | null; report: Report; err: string }> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'main.ts'), ...args, '--json'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const texts = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.err += text));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, report: JSON.parse(texts.out || 'null') as Report, err: texts.err };
}

describe.skipIf(!hasEngines)('with the embedded engines', () => {
  test('a soak of all five streams ends in what its changes mean, and holds nothing of what is through', async () => {
    const { status, report, err } = await load<SoakReport>('soak', '--records', '2000', '--seed', '11');
    expect(report?.shortfalls, err).toEqual([]);
    expect(status).toBe(0);
    expect(report).toMatchObject({
      written: 2_000,
      settled: 2_000,
      end: { equal: true },
      interrupted: false,
    });
    for (const stream of Object.values(report.streams)) expect(stream?.settled).toBe(stream?.records);
    expect(report.end.letters.poison).toBeGreaterThan(0);
    expect(report.kept).toMatchObject({ 'records under way': 0, 'open connections': 0 });
  });

  test('sessions hear exactly what is theirs, also after all came back at once, and nothing of them is left', async () => {
    const { status, report, err } = await load<SessionsReport>(
      ...['sessions', '--sessions', '60', '--rounds', '2', '--rate', '60', '--storms', '1'],
    );
    expect(report?.shortfalls, err).toEqual([]);
    expect(status).toBe(0);
    expect(report.messages).toMatchObject({ sent: 120, missing: 0, strays: 0 });
    expect(report.storms).toMatchObject([{ sessionRows: 60, heard: { missing: 0, strays: 0 } }]);
    expect(report.after).toEqual({ connections: 0, sessionRows: 0 });
  });
});

test('a wrong option is said in one line, and ends with 2', async () => {
  const { status, err } = await load('soak', '--records', 'many');
  expect(status).toBe(2);
  expect(err).toContain(
    "option '--records <n>' argument 'many' is invalid. Give a whole number from 100 to 100000000.",
  );
});
