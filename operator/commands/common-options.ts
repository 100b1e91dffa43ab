/** Options that commands share, so that each means the same everywhere. */
import type { Command } from 'commander';
import { type SystemOptions, systemOptions } from '../system/options.ts';

export interface ReadOptions extends SystemOptions {
  readonly json: boolean;
}

export interface ChangeOptions extends ReadOptions {
  readonly yes: boolean;
  readonly reason?: string;
  /** A place, or false with `--no-audit`. */
  readonly audit?: string | boolean;
}

/** For commands that change nothing. */
export function readOptions(command: Command): Command {
  return systemOptions(command).option('--json', 'print one JSON value and nothing else', false);
}

/** For commands that change something: they confirm on production, and leave an entry in the audit trail. */
export function changeOptions(command: Command): Command {
  return readOptions(command)
    .option('--yes', 'do not ask for confirmation on a production stage', false)
    .option('--reason <text>', 'why, for the audit trail')
    .option(
      '--audit <place>',
      "s3://bucket/prefix, dynamodb:table or file:path (default: the stage's own bucket)",
    )
    .option('--no-audit', 'leave no entry; needs --yes');
}
