/** The `streamkeeper` command: one file per command in commands/. What it exits with is in `EXIT`, and in its help. */
import { join } from 'node:path';
import addCompletion from '@bomb.sh/tab/commander';
import { Command, CommanderError } from 'commander';
import { lineOf, Problem } from '../local/problem.ts';
import { systemClock } from '../shared/time/clock.ts';
import { auditCommand } from './commands/audit.ts';
import { type CommandContext, EXIT, type ExitCode } from './commands/command-context.ts';
import { dlqCommand } from './commands/dlq.ts';
import { driftCommand } from './commands/drift.ts';
import { listenCommand } from './commands/listen.ts';
import { pauseCommand, resumeCommand } from './commands/pause-resume.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { recordCommand } from './commands/record.ts';
import { replayCommand } from './commands/replay.ts';
import { statusCommand } from './commands/status.ts';
import { validateCommand } from './commands/validate.ts';
import { whyStuckCommand } from './commands/why-stuck.ts';

const COMMANDS = [
  dlqCommand,
  driftCommand,
  reconcileCommand,
  listenCommand,
  statusCommand,
  whyStuckCommand,
  pauseCommand,
  resumeCommand,
  recordCommand,
  replayCommand,
  validateCommand,
  auditCommand,
];

const EXAMPLES = `
Examples:
  streamkeeper status --local                  the local run (npm start)
  streamkeeper status --stage dev              a deployed stage; its parts are found by the outputs of its stacks
  streamkeeper why-stuck --stage prod --processor products
  source <(streamkeeper complete bash)         completion; also zsh, fish, powershell

Which system: --stage, else STREAMKEEPER_STAGE, else the local run if one is up. --profile and --region as in the AWS CLI.
Changes ask for confirmation on production stages (--yes does not), and are written to the audit trail of the stage.

Exit codes: 0 done, and all of it is settled or equal; 1 something failed, is left or differs; 2 the command or its surroundings are
wrong, nothing was done; 130 interrupted. Everything about it: docs/operations/README.md`;

const interrupt = new AbortController();

async function main(): Promise<number> {
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
    .usage('<command> [options]')
    .addHelpText('after', EXAMPLES);
  for (const command of COMMANDS) program.addCommand(command(context));
  addCompletion(program);
  for (const command of withSubcommands(program)) {
    command.exitOverride().showHelpAfterError('(--help shows what there is)');
  }
  await program.parseAsync(process.argv);
  return exitCode;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** What a service of AWS refuses is named: its texts alone say little. */
function textOf(error: unknown): string {
  const isAnswer = error instanceof Error && '$metadata' in error;
  return isAnswer ? `AWS answered ${error.name}: ${lineOf(error)}` : lineOf(error);
}

// Whoever reads the output may go first, e.g. `head`.
process.stdout.on('error', () => process.exit(EXIT.done));
try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof CommanderError) {
    // It has said what is wrong, or shown its help.
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrongSurroundings;
  } else if (interrupt.signal.aborted && !(error instanceof Problem)) {
    // Requests under way were ended with it.
    process.exitCode = EXIT.interrupted;
  } else {
    process.stderr.write(`streamkeeper: ${textOf(error)}\n`);
    process.exitCode = error instanceof Problem ? EXIT.wrongSurroundings : EXIT.failed;
  }
}
