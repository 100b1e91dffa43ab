/** `npm run chaos`: the running system under load while its parts are killed, paused, slowed and filled; at the end everything equals the tables. */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { lineOf, Problem } from '../../local/problem.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { chaos } from './chaos.ts';
import { type Options, readOptions, USAGE, UsageError } from './options.ts';
import { holds, reportText } from './report.ts';

const EXIT = { holds: 0, differs: 1, wrong: 2, interrupted: 130 } as const;

async function main(options: Options): Promise<number> {
  const interrupt = new AbortController();
  const screen = options.json ? process.stderr : process.stdout;
  const say = (line: string) => void screen.write(`${line}\n`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
      say('ending (once more to end at once) …');
      interrupt.abort();
    });
  const report = await chaos(options, {
    repository: join(import.meta.dirname, '../..'),
    environment: process.env,
    clock: systemClock,
    signal: interrupt.signal,
    say,
  });
  if (options.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  else say(reportText(report));
  if (report.interrupted) return EXIT.interrupted;
  return holds(report) ? EXIT.holds : EXIT.differs;
}

try {
  const options = readOptions(process.argv.slice(2), randomInt(2 ** 31));
  if (options === 'help') console.log(USAGE);
  else process.exitCode = await main(options);
} catch (error) {
  if (error instanceof UsageError) console.error(`${error.message}\n\n${USAGE}`);
  else console.error(`chaos: ${error instanceof Problem ? lineOf(error) : (error as Error).stack}`);
  process.exitCode = error instanceof UsageError || error instanceof Problem ? EXIT.wrong : EXIT.differs;
}
// Sockets that are kept alive must not keep a finished run alive.
process.exit();
