/** `streamkeeper pause` and `streamkeeper resume`: turns mappings off and on, and waits until Lambda has done so. The checkpoint is kept. */
import { Command } from 'commander';
import { Problem } from '../../local/problem.ts';
import type { Audit } from '../audit/audit.ts';
import { openAudit } from '../audit/open-audit.ts';
import { type ChosenMapping, chooseMappings, nameList } from '../mappings/choose.ts';
import { type Changed, changeMapping, mappingState } from '../mappings/mapping-state.ts';
import { timeLeft } from '../mappings/time-left.ts';
import { collectStatus } from '../status/collect.ts';
import { openSystem } from '../system/open-system.ts';
import type { System } from '../system/system.ts';
import { confirm } from '../terminal/confirm.ts';
import { span } from '../terminal/format.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { type CommandContext, EXIT } from './command-context.ts';
import { type ChangeOptions, changeOptions } from './common-options.ts';

interface SwitchOptions extends ChangeOptions {
  readonly processor: readonly string[];
}

/** What became of one mapping. */
interface Switched {
  readonly mapping: string;
  readonly id: string;
  readonly result: Changed['kind'];
  readonly state: string;
  /** Of a mapping that is off: how long its oldest record has, were it to stay off. */
  readonly untilGivenUpMs?: number;
  readonly untilForgottenMs?: number;
}

export function pauseCommand(context: CommandContext): Command {
  return switchCommand('pause', context)
    .description("Turns a processor's mappings off; its records wait in the stream.")
    .addHelpText(
      'after',
      `
Examples:
  streamkeeper pause --stage prod --processor bids --reason "texts are wrong, fix on its way"
  streamkeeper pause --local --processor analytics/history

What is under way ends first. Records wait in the stream: after the mapping's record age (12 h) they become dead letters when it is
turned on again, after 24 h the stream forgets them. Exit code 1 if a mapping has not settled within five minutes.`,
    );
}

export function resumeCommand(context: CommandContext): Command {
  return switchCommand('resume', context)
    .description("Turns a processor's mappings on; they go on from where they were.")
    .addHelpText(
      'after',
      `
Examples:
  streamkeeper resume --stage prod --processor bids
  streamkeeper status --stage prod --processor bids        whether it catches up

Exit code 1 if a mapping has not settled within five minutes.`,
    );
}

function switchCommand(name: 'pause' | 'resume', context: CommandContext): Command {
  return changeOptions(new Command(name))
    .requiredOption(
      '--processor <names>',
      'whose, divided by commas, e.g. bids or analytics/history',
      nameList,
    )
    .action((options: SwitchOptions) => run(name, options, context));
}

async function run(name: 'pause' | 'resume', options: SwitchOptions, context: CommandContext): Promise<void> {
  const system = await openSystem(context, options);
  const chosen = chooseMappings(system.processors, options.processor);
  if (chosen.length === 0) throw new Problem('--processor: name at least one, e.g. --processor bids');
  const titles = chosen.map(({ title }) => title).join(', ');
  await confirm(context, system, `${name} ${titles}`, options);
  const audit = await openAudit(context, system, options, {
    command: name,
    arguments: ['--processor', options.processor.join(',')],
  });
  let outcome: Parameters<Audit['end']>[0] = 'failed';
  try {
    const switched: Switched[] = [];
    for (const one of chosen) switched.push(await switchOne(name, one, system, context, audit));
    const unsettled = switched.some(({ result }) => result === 'unsettled');
    if (options.json) printJson(context, { stage: system.stage, mappings: switched });
    else for (const line of switched.flatMap(linesOf)) printLine(context, line);
    if (unsettled) context.finish(EXIT.failed);
    else outcome = 'done';
  } catch (error) {
    if (context.signal.aborted) outcome = 'interrupted';
    throw error;
  } finally {
    await audit.end(outcome);
  }
}

async function switchOne(
  name: 'pause' | 'resume',
  chosen: ChosenMapping,
  system: System,
  context: CommandContext,
  audit: Audit,
): Promise<Switched> {
  const { id } = chosen.mapping;
  const { lambda } = system.clients;
  // Before it is turned off: what is not invoked has no age on AWS.
  const before = await oldestAge(system, chosen, context);
  const changed = await changeMapping({
    lambda,
    id,
    enabled: name === 'resume',
    clock: context.clock,
    signal: context.signal,
    // Where it begins and ends is said at the end.
    onState: (state) => {
      if (state.endsWith('ing')) context.err.write(`${chosen.title}: ${state}\n`);
    },
  });
  audit.result({ processor: chosen.processor.name, key: id, result: changed.kind, code: changed.state });
  const facts = { mapping: chosen.title, id, result: changed.kind, state: changed.state };
  if (name === 'resume') return facts;
  const { maximumRecordAgeMs } = await mappingState(lambda, id);
  const { untilForgottenMs, untilGivenUpMs } = timeLeft(before, maximumRecordAgeMs);
  return { ...facts, untilForgottenMs, ...(untilGivenUpMs === undefined ? {} : { untilGivenUpMs }) };
}

/** 0 where nothing waits, or nobody knows: then nothing older than now does as far as can be seen. */
async function oldestAge(
  system: System,
  chosen: ChosenMapping,
  { clock }: Pick<CommandContext, 'clock'>,
): Promise<number> {
  const { mappings } = await collectStatus(system, [chosen], clock);
  return mappings[0]?.oldestAgeMs ?? 0;
}

function linesOf({ mapping, result, state, untilForgottenMs, untilGivenUpMs }: Switched): string[] {
  const settled = { changed: `is ${state} now`, unchanged: `was ${state} already` };
  if (result === 'unsettled')
    return [`${mapping}: asked for, but it is still ${state}; see streamkeeper status later`];
  const lines = [`${mapping}: ${settled[result]}`];
  // Nobody knows how long its oldest record has waited by now.
  if (result === 'unchanged')
    return untilForgottenMs === undefined
      ? lines
      : [...lines, '  streamkeeper audit says since when: 24 h after that the stream begins to forget'];
  if (untilGivenUpMs !== undefined)
    lines.push(
      `  records that wait longer than ${span(untilGivenUpMs)} from now are given up, and become dead letters`,
    );
  if (untilForgottenMs !== undefined)
    lines.push(`  in ${span(untilForgottenMs)} the stream begins to forget: resume before`);
  return lines;
}
