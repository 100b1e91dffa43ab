/** `streamkeeper validate`: a system held against its synthesized template, field by field, and a canary sent through each stream. */
import { join } from 'node:path';
import { Command } from 'commander';
import { Problem } from '../../local/problem.ts';
import { synthesize } from '../../local/synthesize.ts';
import { readAssembly } from '../../local/template/assembly.ts';
import type { Audit } from '../audit/audit.ts';
import { openAudit } from '../audit/open-audit.ts';
import { type ChosenMapping, chooseMappings } from '../mappings/choose.ts';
import { openSystem } from '../system/open-system.ts';
import type { System } from '../system/system.ts';
import { confirm } from '../terminal/confirm.ts';
import { counted, span } from '../terminal/format.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { startProgress } from '../terminal/progress.ts';
import { renderTable } from '../terminal/table.ts';
import { type CanaryResult, sendCanary } from '../validate/canary.ts';
import { check } from '../validate/check.ts';
import { expectations } from '../validate/expected.ts';
import { type CommandContext, EXIT } from './command-context.ts';
import { type ChangeOptions, changeOptions } from './common-options.ts';

interface ValidateOptions extends ChangeOptions {
  readonly canary: boolean;
}

const EXAMPLES = `
Examples:
  streamkeeper validate --stage prod
  streamkeeper validate --local --canary
  streamkeeper validate --local --json | jq '.differences'

Synthesizes the template of the stage from this version of the code, and compares: tables (keys, indexes, stream, time to live, recovery,
deletion protection), mappings (every property, and whether they read the table's stream of today), functions (runtime, time-out, memory,
reserved concurrency, environment: names, and whether values are the template's, never values), queues, buckets (versioning, encryption,
public access, whom they tell). The search alias and what is in the index: streamkeeper drift. Exit code 1 if anything differs, or could not be looked at on AWS.

--canary writes an item into each table with a stream that is read, deletes it at once, and waits until the mapping has read it: on AWS up
to six minutes, because metrics are late. Every processor ignores it by rule; one that does not say so gets none. Only this is written to
the audit trail, and asks for confirmation on production stages.`;

export function validateCommand(context: CommandContext): Command {
  return changeOptions(new Command('validate').description('Compares what is there with the template.'))
    .option('--canary', 'send a harmless item through each stream', false)
    .addHelpText('after', EXAMPLES)
    .action((options: ValidateOptions) => run(options, context));
}

async function run(options: ValidateOptions, context: CommandContext): Promise<void> {
  const { environment, err, out, repository } = context;
  const system = await openSystem(context, options);
  const mappings = chooseMappings(system.processors);
  if (options.canary)
    await confirm(context, system, `write a canary to ${mappings.length} tables and delete it`, options);
  err.write('synthesizing the template …\n');
  const folder = await synthesize({
    repository,
    cacheFolder: join(repository, '.streamkeeper/synthesized'),
    stage: templateStage(system),
    environment,
  });
  const found = await check(system, mappings, expectations(readAssembly(folder), system.stacks));
  const canaries = options.canary ? await sendCanaries(mappings, system, options, context) : undefined;
  if (options.json) printJson(context, { stage: system.stage, ...found, ...(canaries && { canaries }) });
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
    if (canaries !== undefined) out.write(`\n${canaryTable(canaries, out)}`);
  }
  if (canaries?.some(({ result }) => result !== 'read')) context.finish(EXIT.failed);
  // Engines of this machine lack some of AWS's calls; that is no fault of the system.
  const isUnsure = found.unchecked.length > 0 && system.gatewayUrl === undefined;
  if (found.differences.length > 0 || isUnsure) context.finish(EXIT.failed);
}

async function sendCanaries(
  mappings: readonly ChosenMapping[],
  system: System,
  options: ValidateOptions,
  context: CommandContext,
): Promise<readonly CanaryResult[]> {
  const { clock, err, signal } = context;
  const audit = await openAudit(context, system, options, { command: 'validate', arguments: ['--canary'] });
  const progress = startProgress({ err, clock, label: 'canaries', total: mappings.length });
  let done = 0;
  let outcome: Parameters<Audit['end']>[0] = 'interrupted';
  try {
    const results = await Promise.all(
      mappings.map(async (one) => {
        const result = await sendCanary(one, { system, clock, random: Math.random, signal });
        audit.result({
          processor: result.processor,
          key: one.mapping.table,
          result: `canary-${result.result}`,
        });
        progress.update(++done);
        return result;
      }),
    );
    outcome = results.every(({ result }) => result === 'read') ? 'done' : 'failed';
    return results;
  } finally {
    progress.stop();
    await audit.end(outcome);
  }
}

function canaryTable(results: readonly CanaryResult[], out: NodeJS.WriteStream): string {
  return renderTable(
    results,
    [
      { title: 'CANARY', text: ({ mapping }) => mapping },
      { title: 'RESULT', text: ({ result }) => result },
      { title: 'TOOK', text: ({ tookMs }) => span(tookMs), align: 'right' },
      { title: '', text: ({ details }) => details ?? '', atLeast: 10 },
    ],
    out,
  );
}

/** The local run is made of the template of a stage, whose name its stacks carry. */
function templateStage({ gatewayUrl, stacks, stage }: System): string {
  if (gatewayUrl === undefined) return stage;
  const name = /^streamkeeper-([a-z]+)-/.exec(stacks[0]?.name ?? '')?.[1];
  if (name === undefined) throw new Problem('the local run has no stacks; start it again');
  return name;
}
