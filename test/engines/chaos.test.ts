/** A short run of chaos from a fixed seed: whatever is killed, paused, slowed or filled, everything equals the tables at the end. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../shared/time/clock.ts';
import { chaos } from '../chaos/chaos.ts';
import { reportText } from '../chaos/report.ts';

/** Nobody waits so long for a report of a free machine; a busy one may drain slowly. */
const MOST_MS = 900_000;

const hasEngines = process.platform === 'linux' && process.arch === 'x64';
const title = `chaos${hasEngines ? '' : ' (skipped: the embedded DynamoDB runs on Linux x64 only)'}`;

describe.skipIf(!hasEngines)(title, () => {
  test('ends with everything equal to the tables', { timeout: MOST_MS }, async () => {
    const said: string[] = [];
    const report = await chaos(
      { minutes: 0.6, seed: 20260321, rate: 10, json: false },
      {
        repository: join(import.meta.dirname, '../..'),
        environment: process.env,
        clock: systemClock,
        signal: new AbortController().signal,
        say: (line) => said.push(line),
      },
    );
    const broken = report.checks.filter(({ holds }) => !holds).map(({ name }) => name);
    expect(broken, `${said.join('\n')}\n${reportText(report)}`).toEqual([]);
    expect(report.records).toBeGreaterThan(0);
    expect(report.faults.length).toBeGreaterThan(10);
  });
});
