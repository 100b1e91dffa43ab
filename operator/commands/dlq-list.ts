/** `streamkeeper dlq list`: all dead letters of all processors, counted in groups. Changes nothing, and hides nothing longer than it reads. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { lineOf, Problem } from '../../local/problem.ts';
import { GROUPINGS, type Grouping, summing } from '../dead-letters/summary.ts';
import { summaryText } from '../dead-letters/text-view.ts';
import { openSystem } from '../system/open-system.ts';
import type { ProcessorFacts, System } from '../system/system.ts';
import { harmless } from '../terminal/harmless.ts';
import { printJson } from '../terminal/print.ts';
import { startProgress } from '../terminal/progress.ts';
import { type CommandContext, EXIT } from './command-context.ts';
import { type ReadOptions, readOptions } from './common-options.ts';
import { processorsOf, readWhere, type WhereOptions, whereOption, withLetters } from './dlq-options.ts';

interface ListOptions extends ReadOptions, WhereOptions {
  readonly by: readonly Grouping[];
  /** False with --no-resolve. */
  readonly resolve: boolean;
}

const EXAMPLES = `
Examples:
  streamkeeper dlq list                                      of the local run (npm start)
  streamkeeper dlq list --stage prod --by processor,code,age
  streamkeeper dlq list --stage prod --where processor=bids,since=2h --by key
  streamkeeper dlq list --stage prod --json | jq '.groups[] | {by, records}'

Exits with 0 when every queue and bucket was read, also if there are letters; with 1 when one could not be.`;

export function dlqListCommand(context: CommandContext): Command {
  const command = new Command('list')
    .description('Counts dead letters by processor, error code, key or age.')
    .addOption(
      new Option('--by <fields>', `how to group: some of ${GROUPINGS.join(', ')}`)
        .default(['processor', 'code'] satisfies readonly Grouping[], 'processor,code')
        .argParser(groupings),
    )
    .option('--no-resolve', 'do not read the streams that letters point into');
  return whereOption(readOptions(command))
    .addHelpText('after', EXAMPLES)
    .action(async (options: ListOptions) =>
      listLetters(context, await openSystem(context, options), options),
    );
}

/** For tests and the command alike. */
export async function listLetters(
  context: CommandContext,
  system: System,
  options: Pick<ListOptions, 'where' | 'by' | 'resolve' | 'json'>,
): Promise<void> {
  const { clock, err, out } = context;
  const where = readWhere(options, context, system);
  const sums = summing(options.by, where, clock.now());
  const progress = startProgress({ err, clock, label: 'read', total: undefined });
  const problems: string[] = [];
  let read = 0;

  async function listOne(processor: ProcessorFacts): Promise<void> {
    try {
      await withLetters(context, system, processor, options, async (letters) => {
        for await (const letter of letters.letters()) {
          sums.add(letter);
          progress.update(++read);
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
  const ends = await Promise.allSettled(processorsOf(system, where).map(listOne));
  progress.stop();
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  const summary = sums.summary();
  if (options.json) printJson(context, { stage: system.stage, ...summary, problems });
  else {
    out.write(summaryText(summary, options.by, clock.now(), out));
    for (const problem of problems) err.write(`${harmless(problem)}\n`);
  }
  if (problems.length > 0) context.finish(EXIT.failed);
}

function groupings(text: string): readonly Grouping[] {
  const names = text.split(',').map((name) => name.trim());
  const known = names.flatMap((name) => GROUPINGS.find((grouping) => grouping === name) ?? []);
  if (known.length !== names.length)
    throw new InvalidArgumentError(`expected some of ${GROUPINGS.join(', ')}, e.g. processor,code`);
  return [...new Set(known)];
}
