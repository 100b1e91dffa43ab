/**
 * `npm run rehearse`: deploys the stage made for it to an emulator nobody of this project wrote, beside real engines, proves every
 * effect, destroys it, and prints what was proven. Exits 0 only if all was; 2 if an engine cannot be had here.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { lineOf, Problem } from '../../local/problem.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { startEngines } from './engine/engines.ts';
import { allProven, openLedger } from './ledger.ts';
import { NOT_SHOWN } from './not-shown.ts';
import { rehearse } from './rehearse.ts';
import { reportText, rowText } from './report.ts';

const HELP = `Usage: npm run rehearse -- [--json] [--keep] [--port PORT]

Deploys the whole system with the CDK command line to MiniStack, an emulator of AWS, beside a real OpenSearch and a real Redis; writes
items of all five streams, with two people connected; looks at every effect; lets the operator's commands mend what fails; destroys it.

  --json       print one JSON value instead of the table
  --keep       leave it running after the last look, until Ctrl-C
  --port PORT  of the emulator (a free one)
  --help       this text

Needs python3 with venv, Java and Maven for OpenSearch, and the network the first time. docs/rehearsal.md says what it proves.
Exits with 0 when all was proven, with 1 when something was not, with 2 when an engine cannot be had here,
with 130 when it was interrupted.`;

const say = (line: string): void => console.error(`rehearse: ${line}`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Problem(`--port: "${values.port}" is no port; give one from 1 to 65535`);
  return withEngines(values, port);
}

interface Wanted {
  readonly json: boolean;
  readonly keep: boolean;
}

async function withEngines(wanted: Wanted, port: number): Promise<number> {
  const startedMs = systemClock.now();
  const environment = process.env;
  const interrupted = new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('interrupted'));
  });
  const engines = await startEngines({ clock: systemClock, environment, say, port });
  const out = await mkdtemp(join(tmpdir(), 'streamkeeper-rehearsal-app-'));
  const ledger = openLedger(systemClock, (row) => say(rowText(row)));
  let isKept = false;
  try {
    const ended = rehearse({
      clock: systemClock,
      environment,
      engines,
      ledger,
      out,
      async beforeTheEnd() {
        if (!wanted.keep) return;
        isKept = true;
        say(`kept until Ctrl-C: AWS_ENDPOINT_URL=${engines.ministack.url}, search at ${engines.searchUrl}`);
        await interrupted;
      },
    });
    const stopped = interrupted.then(async (word) => (isKept ? ended : word));
    const how = await Promise.race<unknown>([ended, stopped]);
    if (how === 'interrupted') return 130;
    const isProven = allProven(ledger.rows);
    if (!isProven) say(`the emulator's last words:\n${await engines.ministack.lastLines(40)}`);
    const { search, redis } = engines;
    const tookMs = systemClock.now() - startedMs;
    console.log(
      wanted.json
        ? JSON.stringify({ proven: isProven, tookMs, search, redis, rows: ledger.rows, notShown: NOT_SHOWN })
        : reportText(ledger.rows, { search, redis, tookMs }, process.stdout),
    );
    return isProven ? 0 : 1;
  } finally {
    await engines.stop();
    await rm(out, { recursive: true, force: true });
  }
}

try {
  const status = await main();
  // After an interruption its parts still wait for what will not come.
  if (status === 130) process.exit(status);
  process.exitCode = status;
} catch (error) {
  const isUse = error instanceof Problem || (error instanceof TypeError && 'code' in error);
  if (!isUse) throw error;
  say(lineOf(error));
  process.exitCode = 2;
}
