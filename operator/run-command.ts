/** `streamkeeper` as a function of its words and surroundings: one file per command in commands/. What it exits with is in `EXIT`, and in its help. */
import addCompletion from '@bomb.sh/tab/commander';
import { Command, CommanderError } from 'commander';
import { lineOf, Problem } from '../local/problem.ts';
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
import { harmlessStream } from './terminal/harmless.ts';

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
wrong, nothing was done; 130 interrupted. Dead letters that are named, by an id or a filter other than processor, and are not there are
a failure (1) of every command that works on letters; that there are none at all is not (0). Everything about it: docs/operations/README.md`;

/** @param words as typed after the command's name */
export async function runCommand(
  words: readonly string[],
  surroundings: Omit<CommandContext, 'finish'>,
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const context: CommandContext = {
    ...surroundings,
    out: harmlessStream(surroundings.out),
    err: harmlessStream(surroundings.err),
    finish: (code) => {
      exitCode = code;
    },
  };
  try {
    await programOf(context).parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    // It has said what is wrong, or shown its help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongSurroundings;
    // Requests under way were ended with it.
    if (context.signal.aborted && !(error instanceof Problem)) return EXIT.interrupted;
    context.err.write(`streamkeeper: ${textOf(error)}\n`);
    return error instanceof Problem ? EXIT.wrongSurroundings : EXIT.failed;
  }
}

/** All commands; what is wrong with the words is thrown, as CommanderError. */
export function programOf(context: CommandContext): Command {
  const program = new Command('streamkeeper')
    .description('Watches and mends the event pipeline.')
    .usage('<command> [options]')
    .addHelpText('after', EXAMPLES);
  for (const command of COMMANDS) program.addCommand(command(context));
  addCompletion(program);
  for (const command of withSubcommands(program)) {
    command
      .exitOverride()
      .showHelpAfterError('(--help shows what there is)')
      .configureOutput({
        writeOut: (text) => context.out.write(text),
        writeErr: (text) => context.err.write(text),
      });
  }
  return program;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** What a service of AWS refuses is named: its texts alone say little. */
function textOf(error: unknown): string {
  const isAnswer = error instanceof Error && '$metadata' in error;
  return isAnswer ? `AWS answered ${error.name}: ${lineOf(error)}` : lineOf(error);
}
