/** `streamkeeper dlq`: what operators do with dead letters. One file per subcommand. */
import { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { dlqDiscardCommand } from './dlq-discard.ts';
import { dlqExportCommand } from './dlq-export.ts';
import { dlqListCommand } from './dlq-list.ts';
import { dlqRedriveCommand } from './dlq-redrive.ts';
import { dlqRescueCommand } from './dlq-rescue.ts';
import { dlqShowCommand } from './dlq-show.ts';

const SUBCOMMANDS = [
  dlqListCommand,
  dlqShowCommand,
  dlqRescueCommand,
  dlqRedriveCommand,
  dlqDiscardCommand,
  dlqExportCommand,
];

export function dlqCommand(context: CommandContext): Command {
  const dlq = new Command('dlq').description('Dead letters: see, understand, rescue and redrive them.');
  for (const subcommand of SUBCOMMANDS) dlq.addCommand(subcommand(context));
  return dlq;
}
