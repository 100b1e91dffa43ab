/** `streamkeeper drift`: how an index, cache or ratings differ from their table. Touches nothing. */
import { Command } from 'commander';
import { comparing, findingExtras } from '../reconcile/drift.ts';
import { jsonOf, renderLeft, summary } from '../reconcile/report.ts';
import { roughRows, sampleKeys } from '../reconcile/sample.ts';
import { throughProjection } from '../reconcile/steps.ts';
import { leftCount, type Tally, withListed } from '../reconcile/tally.ts';
import { throughTable } from '../reconcile/through-table.ts';
import { openSystem } from '../system/open-system.ts';
import type { System } from '../system/system.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { type CommandContext, EXIT } from './command-context.ts';
import { type ReadOptions, readOptions } from './common-options.ts';
import {
  chosenKeys,
  oneOf,
  openProjection,
  type ProjectionOptions,
  passProgress,
  positiveWhole,
  projectionOptions,
} from './reconcile-options.ts';

export interface DriftOptions extends ReadOptions, ProjectionOptions {
  readonly sample?: number;
  readonly settleMs: number;
}

const EXAMPLES = `
Examples:
  streamkeeper drift --processor products --local --whole
  streamkeeper drift --processor products --stage prod --sample 500
  streamkeeper drift --processor bookings --stage prod --keys provider:p1,service:s9
  streamkeeper drift --processor products --stage prod --from-dlq --json

A key is a product's id, an analysis's id, or provider:<id> and service:<id>. Names of fields are shown, never values. What differs is
compared twice more, --settle-ms apart, because live changes take a while. A sample is taken from the table: what is there without an item, only
--whole finds. It reads the table consistently: one read unit per 4 KB of its rows. Exits with 1 if anything differs.`;

export function driftCommand(context: CommandContext): Command {
  const command = new Command('drift').description(
    'Says how an index, cache or ratings differ from their table. Touches nothing.',
  );
  return settleOption(projectionOptions(readOptions(command), 'every key, from both sides'))
    .option('--sample <keys>', 'so many keys of the table, at random', positiveWhole)
    .addHelpText('after', EXAMPLES)
    .action(async (options: DriftOptions) => {
      await drift(context, await openSystem(context, options), options);
    });
}

export function settleOption(command: Command): Command {
  return command.option(
    '--settle-ms <ms>',
    'between two looks at a difference; only what lasts counts',
    positiveWhole,
    10_000,
  );
}

/** For the command, and for `reconcile --dry-run`. */
export async function drift(context: CommandContext, system: System, options: DriftOptions): Promise<void> {
  const { whole, keys, keysFile, fromDlq, sample } = options;
  oneOf({
    '--whole': whole,
    '--keys': keys,
    '--keys-file': keysFile,
    '--from-dlq': fromDlq,
    '--sample': sample,
  });
  const progress = passProgress(context);
  const { tally, finished } = await compareAll(context, system, options, progress).finally(progress.end);
  if (options.json) {
    printJson(context, { stage: system.stage, processor: options.processor, finished, ...jsonOf(tally) });
  } else {
    context.out.write(renderLeft(tally, MOST_SHOWN, context.out));
    printLine(context, summary(tally));
  }
  if (!finished) context.finish(EXIT.interrupted);
  else if (leftCount(tally) > 0) context.finish(EXIT.failed);
}

const MOST_SHOWN = 50;

async function compareAll(
  context: CommandContext,
  system: System,
  options: DriftOptions,
  progress: ReturnType<typeof passProgress>,
): Promise<{ readonly tally: Tally; readonly finished: boolean }> {
  const projection = openProjection(context, system, options);
  const ports = {
    ...projection.ports,
    settleMs: options.settleMs,
    onSettle: progress.settling,
    onProgress: progress.update,
  };
  const { table } = projection;
  if (options.sample !== undefined) {
    const rows = await roughRows(system.clients.dynamodb(table), table);
    const sample = await sampleKeys(options.sample, { ...ports, rows });
    return { tally: await comparing(ports)(sample), finished: true };
  }
  const keys = await chosenKeys(context, system, projection, options);
  if (keys !== undefined) {
    return { tally: await comparing(ports)(keys), finished: true };
  }
  progress.begin('comparing the table');
  const fromTable = await throughTable(`drift ${table}`, comparing(ports), ports);
  if (!fromTable.finished) return fromTable;
  progress.begin('comparing what there is');
  const listed = await throughProjection(findingExtras(ports), ports, progress.update);
  if (listed.finished) ports.checkpoint.remove();
  return { tally: withListed(fromTable.tally, listed.tally), finished: listed.finished };
}
