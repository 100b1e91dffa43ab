/** `npm run load -- soak | sessions`: does it stay flat under a million changes, and what do 2,000 live sessions cost? */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { lineOf, Problem } from '../../local/problem.ts';
import { synthesize } from '../../local/synthesize.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { progressBar } from './progress.ts';
import { sessions, sessionsText, stepsOf } from './sessions/sessions.ts';
import { soakText } from './soak/report.ts';
import { soak } from './soak/soak.ts';

const EXIT = { done: 0, notDone: 1, wrong: 2, interrupted: 130 } as const;
const REPOSITORY = join(import.meta.dirname, '../..');

interface Common {
  readonly seed: number;
  readonly json: boolean;
}

let exitCode: number = EXIT.done;
const interrupt = new AbortController();

const program = new Command('npm run load --')
  .description(
    'Load and soak on this machine: writes into the tables, and everything that follows from them.',
  )
  .addHelpText(
    'after',
    `
Examples:
  npm run load -- soak                     1,000,000 changes: flat memory, flat rate, and the end state that they mean
  npm run load -- soak --records 20000     a look
  npm run load -- sessions                 2,000 live WebSocket sessions

Ctrl-C ends the writing; what was written comes through, and the report is of that. Once more ends at once.
Exit codes: 0 flat, and the end is what it must be; 1 not so; 2 the command or its surroundings are wrong; 130 interrupted.
What is measured, and what is and is not on the path: docs/load.md`,
  )
  .exitOverride()
  .showHelpAfterError();

program
  .command('soak')
  .description('changes of all five streams through tables, streams, mappings, functions and engines')
  .option('--records <n>', 'how many', wholeNumber(100, 100_000_000), 1_000_000)
  .option('--seed <n>', 'the same seed makes the same changes', wholeNumber(0, 2 ** 31 - 1))
  .option('--json', 'the report as one JSON object on stdout', false)
  .action(async (options: Partial<Common> & { records: number; json: boolean }) => {
    const seed = options.seed ?? randomInt(2 ** 31);
    const bar = progressBar({ total: options.records, out: process.stderr, clock: systemClock });
    bar.line(`soak: ${options.records} records, seed ${seed}; Ctrl-C ends it with a report`);
    const report = await soak({
      records: options.records,
      seed,
      assembly: await assembly(),
      clock: systemClock,
      signal: interrupt.signal,
      say: (line) => bar.line(line),
      onProgress: (settled) => bar.update(settled),
    });
    bar.stop();
    process.stdout.write(`${options.json ? JSON.stringify(report) : soakText(report)}\n`);
    exitCode = codeOf(report);
  });

program
  .command('sessions')
  .description('live WebSocket sessions: everybody is written to, pings, is cut off and comes back at once')
  .option('--sessions <n>', 'how many', wholeNumber(1, 60_000), 2_000)
  .option('--rounds <n>', 'messages to each', wholeNumber(1, 10_000), 3)
  .option('--rate <n>', 'messages a second', wholeNumber(1, 10_000), 100)
  .option('--storms <n>', 'how often all are cut off and come back at once', wholeNumber(0, 1_000), 2)
  .option('--json', 'the report as one JSON object on stdout', false)
  .action(
    async (options: { sessions: number; rounds: number; rate: number; storms: number; json: boolean }) => {
      const bar = progressBar({ total: stepsOf(options), out: process.stderr, clock: systemClock });
      let done = 0;
      const report = await sessions({
        ...options,
        assembly: await assembly(),
        clock: systemClock,
        random: Math.random,
        signal: interrupt.signal,
        say: (line) => bar.line(line),
        onStep: () => bar.update(++done),
      });
      bar.stop();
      process.stdout.write(`${options.json ? JSON.stringify(report) : sessionsText(report)}\n`);
      exitCode = codeOf(report);
    },
  );

function codeOf(report: { readonly shortfalls: readonly string[] }): number {
  if (report.shortfalls.length > 0) return EXIT.notDone;
  return interrupt.signal.aborted ? EXIT.interrupted : EXIT.done;
}

function assembly(): Promise<string> {
  return synthesize({
    repository: REPOSITORY,
    cacheFolder: join(REPOSITORY, '.streamkeeper/synthesized'),
    stage: 'dev',
    environment: process.env,
  });
}

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

let signals = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    if (++signals > 1) {
      process.stderr.write(`\nended at once (${signal}), without a report\n`);
      process.exit(EXIT.interrupted);
    }
    process.stderr.write('\nending; what is written comes through (once more to end at once) …\n');
    interrupt.abort();
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrong;
  else {
    process.stderr.write(`load: ${lineOf(error)}\n`);
    exitCode = error instanceof Problem ? EXIT.wrong : EXIT.notDone;
  }
}
// Sockets that are kept alive must not keep a finished run alive.
process.exit(exitCode);
