#!/usr/bin/env node
/** The `streamkeeper` command: one file per command in commands/. Exits 0 when done, 2 when the command or its surroundings are wrong. */
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { lineOf, Problem } from '../local/problem.ts';
import { systemClock } from '../shared/time/clock.ts';
import { type CommandContext, EXIT, type ExitCode } from './commands/command-context.ts';
import { listenCommand } from './commands/listen.ts';

const COMMANDS = [listenCommand];

async function main(): Promise<number> {
  const interrupt = new AbortController();
  let exitCode: ExitCode = EXIT.done;
  let times = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (++times > 1) process.exit(EXIT.interrupted);
      interrupt.abort();
    });
  }
  const context: CommandContext = {
    clock: systemClock,
    environment: process.env,
    repository: join(import.meta.dirname, '..'),
    out: process.stdout,
    err: process.stderr,
    input: process.stdin,
    signal: interrupt.signal,
    finish: (code) => {
      exitCode = code;
    },
  };
  const program = new Command('streamkeeper')
    .description('Watches and mends the event pipeline.')
    .showHelpAfterError('(--help shows what there is)');
  for (const command of COMMANDS) program.addCommand(command(context));
  for (const command of [program, ...program.commands]) command.exitOverride();
  await program.parseAsync(process.argv);
  return exitCode;
}

// Whoever reads the output may go first, e.g. `head`.
process.stdout.on('error', () => process.exit(EXIT.done));
try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof CommanderError) {
    // It has said what is wrong, or shown its help.
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrongSurroundings;
  } else {
    process.stderr.write(`streamkeeper: ${lineOf(error)}\n`);
    process.exitCode = error instanceof Problem ? EXIT.wrongSurroundings : EXIT.failed;
  }
}
