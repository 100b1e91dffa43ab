/** `streamkeeper dlq discard`: deletes dead letters for good, with a reason, after it was confirmed and written down. */
import { Command } from 'commander';
import { Problem } from '../../local/problem.ts';
import { openAudit } from '../audit/open-audit.ts';
import { type DiscardReport, discard } from '../redrive/discard.ts';
import { discardText } from '../redrive/view.ts';
import { openSystem } from '../system/open-system.ts';
import type { System } from '../system/system.ts';
import { confirm } from '../terminal/confirm.ts';
import { counted } from '../terminal/format.ts';
import { printJson } from '../terminal/print.ts';
import { type CommandContext, EXIT } from './command-context.ts';
import { type ChangeOptions, changeOptions } from './common-options.ts';
import {
  foundNothing,
  positiveNumber,
  processorsOf,
  readWhere,
  type WhereOptions,
  whereOption,
  withSharePorts,
} from './dlq-options.ts';

export interface DiscardCommandOptions extends ChangeOptions, WhereOptions {
  readonly dryRun: boolean;
  readonly limit?: number;
  readonly all: boolean;
}

const EXAMPLES = `
Examples:
  streamkeeper dlq discard --where processor=bids,code=INVALID_BID --dry-run
  streamkeeper dlq discard --stage prod --where event=4b25bd0c2e5a4f… --reason "test data of 3 March, ticket 812"
  streamkeeper dlq discard --all --yes --reason "end of the rehearsal"

What is discarded is gone: nobody can redrive it. Export it first if it may be wanted (dlq export). The stage's name has to be typed on
every stage, not only on production; --yes does without. Of each record its processor, event id, key and code are in the audit trail.
A letter that could not be read just now stays, unless its code is named: --where code=OBJECT_UNREACHABLE.
Exits with 0 when all that was listed is gone (--dry-run: was listed), with 1 when a letter stays, or letters were named that are not
there, with 130 when interrupted.`;

export function dlqDiscardCommand(context: CommandContext): Command {
  const command = new Command('discard')
    .description('Deletes dead letters for good; needs --where (or --all) and --reason.')
    .option('--dry-run', 'only list what would go', false)
    .option('--limit <records>', 'how many at most, the oldest first', positiveNumber)
    .option('--all', 'all dead letters of the system', false);
  return whereOption(changeOptions(command))
    .addHelpText('after', EXAMPLES)
    .action(async (options: DiscardCommandOptions) => {
      checkOptions(options);
      await discardLetters(context, await openSystem(context, options), options);
    });
}

function checkOptions({ where, all, reason, dryRun }: DiscardCommandOptions): void {
  if (where.length === 0 && !all)
    throw new Problem('--where: say which letters, e.g. --where processor=bids,code=INVALID_BID, or --all');
  if (where.length > 0 && all) throw new Problem('--all: leave it out, --where says which');
  if (!dryRun && (reason ?? '').trim() === '')
    throw new Problem('--reason: say why, for the audit trail, e.g. --reason "test data, ticket 812"');
}

/** For tests and the command alike. */
export async function discardLetters(
  context: CommandContext,
  system: System,
  options: DiscardCommandOptions,
): Promise<void> {
  const { out } = context;
  const where = readWhere(options, context, system);
  const report = await withSharePorts(context, (ports) =>
    discard(
      system,
      processorsOf(system, where),
      { where, limit: options.limit, dryRun: options.dryRun },
      {
        ...ports,
        onList: (list) => {
          if (!options.json) out.write(discardText(list, out));
        },
        async begin({ records, letters }) {
          const what = `delete ${counted(records.length, 'record')} and ${counted(letters.length, 'unread letter')} for good`;
          await confirm(context, { ...system, production: true }, what, options);
          const said = [...options.where.map((text) => `--where ${text}`), ...(options.all ? ['--all'] : [])];
          const limited = options.limit === undefined ? [] : [`--limit ${options.limit}`];
          return openAudit(context, system, options, {
            command: 'dlq discard',
            arguments: [...said, ...limited],
          });
        },
      },
    ),
  );
  end(context, system, options, report);
  if (report.interrupted) context.finish(EXIT.interrupted);
  else if (report.kept.length > 0) context.finish(EXIT.failed);
  else if (report.records.length + report.letters.length === 0) foundNothing(context, where);
}

function end(
  context: CommandContext,
  { stage }: System,
  { json, dryRun }: DiscardCommandOptions,
  report: DiscardReport,
): void {
  const listed = report.records.length + report.letters.length;
  if (json) printJson(context, { stage, dryRun, ...report });
  else if (dryRun && listed > 0) context.out.write('\nnothing was deleted (--dry-run)\n');
  else if (listed > 0)
    context.out.write(
      `\n${counted(report.gone.settled, 'letter')} gone${report.gone.putBack === 0 ? '' : `, ${counted(report.gone.putBack, 'other record')} put back as letters of their own`}\n`,
    );
}
