/** `streamkeeper status`: how every mapping and every dead-letter queue of a system is doing. */
import { Command } from 'commander';
import { chooseMappings, nameList } from '../mappings/choose.ts';
import { collectStatus } from '../status/collect.ts';
import { renderStatus } from '../status/render.ts';
import { attention } from '../status/status.ts';
import { openSystem } from '../system/open-system.ts';
import { asOption } from '../system/options.ts';
import { printJson } from '../terminal/print.ts';
import { type CommandContext, EXIT } from './command-context.ts';
import { type ReadOptions, readOptions } from './common-options.ts';

interface StatusOptions extends ReadOptions {
  readonly processor?: readonly string[];
}

const EXAMPLES = `
Examples:
  streamkeeper status --local
  streamkeeper status --stage prod --processor products,bids
  streamkeeper status --stage prod --json | jq '.attention'

OLDEST RECORD is the age of the oldest record that is not done with, as of the last batch. RATE, ERRORS and THROTTLES are of the last
five minutes; of the local run since it began. Exit code 1 if something wants attention: a batch that keeps failing, a mapping that is
off or half an hour behind, dead letters.`;

export function statusCommand(context: CommandContext): Command {
  return readOptions(new Command('status').description('Shows how mappings and dead letters are doing.'))
    .option('--processor <names>', 'only these, divided by commas', nameList)
    .addHelpText('after', EXAMPLES)
    .action((options: StatusOptions) => run(options, context));
}

async function run(options: StatusOptions, context: CommandContext): Promise<void> {
  const system = await openSystem(context, options);
  const chosen = chooseMappings(system.processors, options.processor);
  const status = await collectStatus(system, chosen, context.clock);
  const wanted = attention(status, asOption(system, options));
  if (options.json) printJson(context, { ...status, attention: wanted });
  else context.out.write(renderStatus(status, wanted, system.title, context.out));
  if (wanted.length > 0 || status.unknown.length > 0) context.finish(EXIT.failed);
}
