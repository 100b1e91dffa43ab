/** `streamkeeper validate`: a system held against its synthesized template, field by field. */
import { join } from 'node:path';
import { Command } from 'commander';
import { Problem } from '../../local/problem.ts';
import { synthesize } from '../../local/synthesize.ts';
import { readAssembly } from '../../local/template/assembly.ts';
import { chooseMappings } from '../mappings/choose.ts';
import { openSystem } from '../system/open-system.ts';
import type { System } from '../system/system.ts';
import { counted } from '../terminal/format.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { renderTable } from '../terminal/table.ts';
import { check } from '../validate/check.ts';
import { expectations } from '../validate/expected.ts';
import { type CommandContext, EXIT } from './command-context.ts';
import { type ReadOptions, readOptions } from './common-options.ts';

const EXAMPLES = `
Examples:
  streamkeeper validate --stage prod
  streamkeeper validate --local --json | jq '.differences'

Synthesizes the template of the stage from this version of the code, and compares: tables (keys, indexes, stream, time to live, recovery,
deletion protection), mappings (every property, and whether they read the table's stream of today), queues, buckets. The search alias
and what is in the index: streamkeeper drift. Exit code 1 if anything differs, or could not be looked at on AWS.`;

export function validateCommand(context: CommandContext): Command {
  return readOptions(new Command('validate').description('Compares what is there with the template.'))
    .addHelpText('after', EXAMPLES)
    .action((options: ReadOptions) => run(options, context));
}

async function run(options: ReadOptions, context: CommandContext): Promise<void> {
  const { environment, err, out, repository } = context;
  const system = await openSystem(context, options);
  err.write('synthesizing the template …\n');
  const folder = await synthesize({
    repository,
    cacheFolder: join(repository, '.streamkeeper/synthesized'),
    stage: templateStage(system),
    environment,
  });
  const found = await check(
    system,
    chooseMappings(system.processors),
    expectations(readAssembly(folder), system.stacks),
  );
  if (options.json) printJson(context, { stage: system.stage, ...found });
  else {
    printLine(context, `${system.title}: ${counted(found.compared.length, 'thing')} compared`);
    if (found.differences.length > 0) {
      out.write(
        renderTable(
          found.differences,
          [
            { title: 'WHAT', text: ({ what }) => what },
            { title: 'FIELD', text: ({ field }) => field },
            { title: 'TEMPLATE', text: ({ template }) => template, atLeast: 12 },
            { title: 'LIVE', text: ({ live }) => live, atLeast: 12 },
          ],
          out,
        ),
      );
    } else printLine(context, 'All of it is as the template says.');
    for (const line of found.unchecked) printLine(context, `? not compared: ${line}`);
  }
  // Engines of this machine lack some of AWS's calls; that is no fault of the system.
  const isUnsure = found.unchecked.length > 0 && system.gatewayUrl === undefined;
  if (found.differences.length > 0 || isUnsure) context.finish(EXIT.failed);
}

/** The local run is made of the template of a stage, whose name its stacks carry. */
function templateStage({ gatewayUrl, stacks, stage }: System): string {
  if (gatewayUrl === undefined) return stage;
  const name = /^streamkeeper-([a-z]+)-/.exec(stacks[0]?.name ?? '')?.[1];
  if (name === undefined) throw new Problem('the local run has no stacks; start it again');
  return name;
}
