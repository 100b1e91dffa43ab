/** `streamkeeper replay`: a recording through a processor, to see what it means, to compare that with before, or to let it happen again. */
import { randomBytes } from 'node:crypto';
import { Command, Option } from 'commander';
import { FixtureError } from '../../fixtures/fixture-error.ts';
import { Problem } from '../../local/problem.ts';
import { openDoor } from '../redrive/door.ts';
import { describeInCode } from '../replay/processor-code.ts';
import { recordedBatches } from '../replay/recorded.ts';
import { runApplied } from '../replay/run-applied.ts';
import { type Consequence, runDescribed } from '../replay/run-described.ts';
import { addressedTo } from '../replay/whose-recording.ts';
import { openSystem } from '../system/open-system.ts';
import type { System } from '../system/system.ts';
import type { CommandContext } from './command-context.ts';
import { type ChangeOptions, changeOptions } from './common-options.ts';

export interface ReplayOptions extends ChangeOptions {
  readonly processor: string;
  readonly effects: 'mute' | 'record' | 'assert' | 'apply';
  readonly code: boolean;
  readonly expect?: string;
  readonly out?: string;
  readonly force: boolean;
  readonly id?: string;
  readonly limit?: string;
  readonly anyTable: boolean;
}

const EXAMPLES = `
Examples:
  streamkeeper replay bids.jsonl --processor bids                                   what this checkout makes of it; nothing happens
  streamkeeper replay bids.jsonl --processor bids --effects record --out bids.effects.jsonl
  streamkeeper replay bids.jsonl --processor bids --effects assert --expect bids.effects.jsonl
                                                                                    after a change of the code: what is different
  streamkeeper replay bids.jsonl --processor bids --effects assert --expect bids.effects.jsonl --stage dev
                                                                                    the same of the deployed function
  streamkeeper replay bids.jsonl --processor bids --effects apply --local           it happens again

Effects:
  mute     what each record means is counted (default)
  record   and written to --out, one line per record
  assert   and compared with --expect; exit code 1 if anything is different
  apply    carried out again by the deployed function, under a name of its own: people are told again

A recording of a table that the processor does not follow is refused: another stream's records would all be ignored.
Without --stage or --local it is the code of this checkout that is asked. More: docs/operations/recording-and-replaying.md`;

export function replayCommand(context: CommandContext): Command {
  const command = new Command('replay')
    .description(
      'Sends a recording through a processor: counted, written down, compared, or carried out again.',
    )
    .argument('<file>', 'a recording, .jsonl or .jsonl.gz')
    .requiredOption('--processor <name>', 'whose records they are')
    .addOption(
      new Option('--effects <what>', 'what becomes of them')
        .choices(['mute', 'record', 'assert', 'apply'])
        .default('mute'),
    )
    .addOption(
      new Option('--code', "ask this checkout's code (default without a system)")
        .default(false)
        .conflicts(['stage', 'local', 'profile', 'region']),
    )
    .option('--out <file>', 'with --effects record: the effects file, .jsonl or .jsonl.gz')
    .option('--force', 'replace it', false)
    .option('--expect <file>', 'with --effects assert: an effects file')
    .option('--id <name>', 'with --effects apply: names the replay; an earlier one goes on')
    .option('--limit <records>', 'only the first ones')
    .option('--any-table', "send records of a table that is not the processor's, instead of refusing", false)
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: ReplayOptions) => replay(context, file, options));
  return changeOptions(command);
}

async function replay(context: CommandContext, file: string, options: ReplayOptions): Promise<void> {
  const consequence = consequenceOf(options);
  const hasSystem = options.stage !== undefined || options.local === true;
  if (consequence === 'apply' && !hasSystem)
    throw new Problem(
      '--effects apply: say by whom it is carried out, --local or --stage; code alone reaches no store',
    );
  if (!hasSystem && (options.profile ?? options.region) !== undefined)
    throw new Problem(
      '--profile and --region are for a deployed stage; name it with --stage, e.g. --stage dev',
    );
  await replayWith(context, file, options, hasSystem ? await openSystem(context, options) : undefined);
}

/** For tests and the command alike; without a system it is the code. */
export async function replayWith(
  context: CommandContext,
  file: string,
  options: ReplayOptions,
  system: System | undefined,
): Promise<void> {
  const consequence = consequenceOf(options);
  const limit = limitOf(options.limit);
  const { processor, json } = options;
  const batches = () => {
    const recorded = recordedBatches(file, limit);
    return options.anyTable
      ? recorded
      : addressedTo({ processor, processors: system?.processors ?? [], file }, recorded);
  };
  try {
    if (system === undefined) {
      const describe = describeInCode(processor);
      const run = { file, processor, target: 'the code of this checkout', describe, limit, json };
      if (consequence !== 'apply') await runDescribed(context, { ...run, batches: batches() }, consequence);
      return;
    }
    const facts = system.processors.find(({ name }) => name === processor);
    if (facts === undefined)
      throw new Problem(
        `--processor: ${system.title} has no ${processor}; it has ${system.processors.map(({ name }) => name).join(', ')}`,
      );
    const id = options.id ?? newId(context.clock.now());
    if (consequence === 'apply') {
      await runApplied(context, { file, batches, system, processor: facts, id, options });
      return;
    }
    const { clock, signal } = context;
    const door = openDoor({ id, lambda: system.clients.lambda, clock, random: Math.random, signal });
    const describe = (records: Parameters<typeof door.describe>[1]) =>
      door.describe(facts.functionName, records);
    await runDescribed(
      context,
      { file, batches: batches(), processor, target: system.title, describe, limit, json },
      consequence,
    );
  } catch (error) {
    throw error instanceof FixtureError ? new Problem(error.message, { cause: error }) : error;
  }
}

function consequenceOf({ effects, out, expect, force, id }: ReplayOptions): Consequence | 'apply' {
  if (out !== undefined && effects !== 'record') throw new Problem('--out is for --effects record');
  if (expect !== undefined && effects !== 'assert') throw new Problem('--expect is for --effects assert');
  if (id !== undefined && (effects !== 'apply' || !/^[\w.:-]{1,100}$/.test(id)))
    throw new Problem('--id: for --effects apply, up to 100 letters, digits or . : _ -');
  switch (effects) {
    case 'mute':
      return { kind: 'mute' };
    case 'record':
      if (out === undefined)
        throw new Problem('--effects record: say the file, e.g. --out bids.effects.jsonl');
      return { kind: 'record', out, force };
    case 'assert':
      if (expect === undefined)
        throw new Problem(
          '--effects assert: say what is expected, --expect FILE; --effects record --out FILE writes it',
        );
      return { kind: 'assert', expect };
    case 'apply':
      return 'apply';
  }
}

function limitOf(text: string | undefined): number | undefined {
  if (text !== undefined && !/^[1-9]\d{0,9}$/.test(text))
    throw new Problem('--limit: expected a number of records from 1 on');
  return text === undefined ? undefined : Number(text);
}

const newId = (nowMs: number) =>
  `${new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`;
