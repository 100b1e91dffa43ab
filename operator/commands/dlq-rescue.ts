/** `streamkeeper dlq rescue`: turns pointers into whole records before the stream forgets them. */
import { Command } from 'commander';
import { lineOf, Problem } from '../../local/problem.ts';
import type { Audit } from '../audit/audit.ts';
import { openAudit } from '../audit/open-audit.ts';
import { type RescueReport, rescue } from '../dead-letters/rescue.ts';
import { namesLetters } from '../dead-letters/where.ts';
import { openSystem } from '../system/open-system.ts';
import type { ProcessorFacts, System } from '../system/system.ts';
import { confirm } from '../terminal/confirm.ts';
import { counted } from '../terminal/format.ts';
import { harmless } from '../terminal/harmless.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { type CommandContext, EXIT } from './command-context.ts';
import { type ChangeOptions, changeOptions } from './common-options.ts';
import { processorsOf, readWhere, type WhereOptions, whereOption, withLetters } from './dlq-options.ts';

interface RescueCommandOptions extends ChangeOptions, WhereOptions {
  readonly dryRun: boolean;
}

const EXAMPLES = `
Examples:
  streamkeeper dlq rescue --stage prod --dry-run       what could be rescued
  streamkeeper dlq rescue --stage prod --yes --reason "before the night"

A pointer is a letter in an SQS queue without its records: they are only in the stream, for 24 hours. Rescuing puts every
record into the queue as a letter of its own and then deletes the pointer. It may be interrupted and run again at any moment.
Exits with 1 when a pointer is left, or pointers were named that are not there.`;

export function dlqRescueCommand(context: CommandContext): Command {
  const command = new Command('rescue')
    .description('Turns pointers into whole records before the stream forgets them.')
    .option('--dry-run', 'only say what would be rescued', false);
  return whereOption(changeOptions(command))
    .addHelpText('after', EXAMPLES)
    .action(async (options: RescueCommandOptions) => {
      const system = await openSystem(context, options);
      const where = readWhere(options, context, system);
      if (options.dryRun) return rescueAll(context, system, where, options, undefined);
      await confirm(context, system, 'replace pointers by letters that hold their records', options);
      const audit = await openAudit(context, system, options, {
        command: 'dlq rescue',
        arguments: options.where.map((text) => `--where ${text}`),
      });
      await rescueAll(context, system, where, options, audit);
    });
}

/** For tests and the command alike. @param audit is ended, and says what the exit code says; undefined for a dry run */
export async function rescueAll(
  context: CommandContext,
  system: System,
  where: ReturnType<typeof readWhere>,
  options: RunOptions,
  audit: Audit | undefined,
): Promise<void> {
  let outcome: 'done' | 'failed' = 'failed';
  try {
    if (await rescueEach(context, system, where, options, audit)) outcome = 'done';
    else context.finish(EXIT.failed);
  } finally {
    await audit?.end(context.signal.aborted ? 'interrupted' : outcome);
  }
}

type RunOptions = Pick<RescueCommandOptions, 'json' | 'dryRun'>;

/** @returns whether all that was meant is rescued, or could be */
async function rescueEach(
  context: CommandContext,
  system: System,
  where: ReturnType<typeof readWhere>,
  options: RunOptions,
  audit: Audit | undefined,
): Promise<boolean> {
  const processors = processorsOf(system, where);
  const reportsOf = new Map(processors.map(({ name }): [string, RescueReport[]] => [name, []]));
  const problems: string[] = [];

  async function rescueOne(processor: ProcessorFacts): Promise<void> {
    try {
      await withLetters(context, system, processor, { resolve: true }, async (letters) => {
        for await (const report of rescue(letters, { where, dryRun: options.dryRun })) {
          reportsOf.get(processor.name)?.push(report);
          audit?.result(auditLine(report));
          if (!options.json) printLine(context, reportLine(report));
        }
        const incomplete = letters.incomplete();
        if (incomplete !== undefined) problems.push(`${processor.name}: ${incomplete}`);
      });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(lineOf(error));
    }
  }

  // Each queue is asked until it says that it is empty, which takes a moment: all are asked at once.
  const ends = await Promise.allSettled(processors.map(rescueOne));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  const reports = [...reportsOf.values()].flat();
  if (options.json)
    printJson(context, { stage: system.stage, dryRun: options.dryRun, pointers: reports, problems });
  else {
    for (const problem of problems) context.err.write(`${harmless(problem)}\n`);
    printLine(context, totals(reports));
  }
  const isLeft = reports.some(({ outcome }) => outcome !== 'rescued' && outcome !== 'rescuable');
  const isNamedInVain = reports.length === 0 && namesLetters(where);
  return !isLeft && !isNamedInVain && problems.length === 0;
}

function totals(reports: readonly RescueReport[]): string {
  if (reports.length === 0) return 'no letter points into a stream: there is nothing to rescue';
  const of = (outcome: RescueReport['outcome']) =>
    reports.filter((report) => report.outcome === outcome).length;
  const records = reports.reduce((sum, report) => sum + report.records, 0);
  const names = ['rescued', 'rescuable', 'partly', 'unresolvable', 'failed'] as const;
  const parts = names.flatMap((name) => (of(name) === 0 ? [] : [`${of(name)} ${name}`]));
  return `${counted(reports.length, 'pointer')}: ${parts.join(', ')}; ${counted(records, 'record')}`;
}

function reportLine({
  processor,
  outcome,
  records,
  batchSize,
  shardId,
  start,
  end,
  reason,
}: RescueReport): string {
  const where = start === undefined ? 'no range' : `${start} … ${end} of ${shardId ?? 'no shard'}`;
  const why = reason === undefined ? '' : `: ${[reason.code, reason.details].filter(Boolean).join(': ')}`;
  return `${outcome.padEnd(12)} ${processor}  ${records} of ${counted(batchSize, 'record')}, ${where}${why}`;
}

function auditLine({ processor, outcome, messageId, object, reason }: RescueReport) {
  const key = messageId ?? object;
  return {
    processor,
    ...(key === undefined ? {} : { key }),
    result: outcome,
    ...(reason === undefined ? {} : { code: reason.code }),
  };
}
