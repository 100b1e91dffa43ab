/** `streamkeeper why-stuck`: the record that holds a shard up, its error, the time left, and the command that mends it. */
import { Command, InvalidArgumentError } from 'commander';
import { chooseMappings, nameList } from '../mappings/choose.ts';
import { collectStatus } from '../status/collect.ts';
import type { MappingHealth } from '../status/status.ts';
import { openSystem } from '../system/open-system.ts';
import { asOption } from '../system/options.ts';
import type { System } from '../system/system.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { startProgress } from '../terminal/progress.ts';
import { findStuck } from '../why-stuck/find.ts';
import { renderStuck } from '../why-stuck/render.ts';
import type { Stuck } from '../why-stuck/stuck.ts';
import { type CommandContext, EXIT } from './command-context.ts';
import { type ReadOptions, readOptions } from './common-options.ts';

interface WhyStuckOptions extends ReadOptions {
  readonly processor?: readonly string[];
  readonly limit: number;
}

/** Younger than that is work in progress. */
const BEHIND_MS = 60_000;

const EXAMPLES = `
Examples:
  streamkeeper why-stuck --local
  streamkeeper why-stuck --stage prod --processor products
  streamkeeper why-stuck --stage prod --json | jq '.stuck[].record.key'

AWS does not show how far a mapping is: the stream is read from about the oldest record's age on, and the processor is asked, in order,
which record's effect is missing. Without --processor only mappings that are a minute behind are looked at; one that is off holds up all its records, and is only named.
Nothing is changed.
Exit code 1 if a shard is held up, or could not be looked at.`;

export function whyStuckCommand(context: CommandContext): Command {
  return readOptions(new Command('why-stuck').description('Finds the record that holds a shard up.'))
    .option('--processor <names>', 'only these, divided by commas', nameList)
    .option('--limit <records>', 'most records of a shard to look at', wholeNumber, 5_000)
    .addHelpText('after', EXAMPLES)
    .action(async (options: WhyStuckOptions) =>
      whyStuck(options, context, await openSystem(context, options)),
    );
}

/** For tests and the command alike. */
export async function whyStuck(
  options: WhyStuckOptions,
  context: CommandContext,
  system: System,
): Promise<void> {
  const { clock, err, signal } = context;
  const chosen = chooseMappings(system.processors, options.processor);
  const status = await collectStatus(system, chosen, clock);
  const isAsked = options.processor !== undefined;
  const where = asOption(system, options);
  const stuck: Stuck[] = [];
  const off: string[] = [];
  const notes: string[] = [...status.unknown];
  const progress = startProgress({ err, clock, label: 'records looked at', total: undefined });
  let looked = 0;
  for (const one of chosen) {
    const health = status.mappings.find(({ id }) => id === one.mapping.id);
    if (health === undefined) continue;
    // Nothing is done with its records, so none of them holds up the others.
    if (isOff(health)) {
      off.push(
        `${one.title}: is ${health.state}, so its records wait; streamkeeper resume ${where} --processor ${one.title} turns it on`,
      );
      continue;
    }
    if (!isAsked && !isBehind(health)) continue;
    const found = await findStuck(one, health, {
      system,
      where,
      clock,
      random: Math.random,
      signal,
      limit: options.limit,
      onPlanned(records) {
        looked += records;
        progress.update(looked);
      },
    });
    stuck.push(...found.stuck);
    notes.push(...found.notes);
  }
  progress.stop();
  notes.unshift(...off);
  if (options.json) printJson(context, { stage: system.stage, stuck, notes });
  else {
    for (const one of stuck) printLine(context, renderStuck(one));
    for (const note of notes) printLine(context, `? ${note}`);
    if (stuck.length === 0 && off.length < chosen.length)
      printLine(
        context,
        off.length === 0
          ? 'No shard is held up, as far as was looked.'
          : 'Of the other mappings no shard is held up, as far as was looked.',
      );
  }
  if (stuck.length > 0 || notes.length > 0) context.finish(EXIT.failed);
}

function isOff({ state }: MappingHealth): boolean {
  return state === 'Disabled' || state === 'Disabling';
}

/** Without an age nobody knows, and it is not looked at unless asked for. */
function isBehind({ failing, oldestAgeMs = 0 }: MappingHealth): boolean {
  return oldestAgeMs >= BEHIND_MS || (failing !== undefined && failing.length > 0);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('expected a whole number from 1');
  return number;
}
