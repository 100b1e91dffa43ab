/** `streamkeeper record`: a live stream as a file that can be replayed, without what is somebody's. */
import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { Problem } from '../../local/problem.ts';
import { type RecordingResult, record } from '../record/record.ts';
import { recordedTable } from '../record/recorded-table.ts';
import { type WindowOptions, windowOf } from '../record/start.ts';
import { createRedactor } from '../redaction/redact.ts';
import { DEFAULT_RULES, readRules } from '../redaction/rules.ts';
import { openSystem } from '../system/open-system.ts';
import type { SystemOptions } from '../system/options.ts';
import type { System } from '../system/system.ts';
import { confirm } from '../terminal/confirm.ts';
import { counted, moment } from '../terminal/format.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { type CommandContext, EXIT } from './command-context.ts';
import { readOptions } from './common-options.ts';

interface RecordOptions extends SystemOptions, WindowOptions {
  readonly table?: string;
  readonly processor?: string;
  readonly out?: string;
  readonly force: boolean;
  readonly redact: boolean;
  readonly rules?: string;
  readonly printRules: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

const EXAMPLES = `
Examples:
  streamkeeper record --local --processor products --out products.jsonl.gz      from now on, until Ctrl-C
  streamkeeper record --stage prod --table bids --trim-horizon --until now --out bids.jsonl
                                                                                all that the stream still holds: 24 hours
  streamkeeper record --stage prod --processor bookings --from 2026-03-17T09:00:00Z --for 10m --limit 5000 --out b.jsonl.gz
  streamkeeper record --print-rules > rules.json                                the redaction rules, to begin one's own with

Ids become pseudonyms that agree within the recording; names, texts, addresses and numbers that no rule keeps are replaced.
Ctrl-C ends the recording and keeps a whole file. More: docs/operations/recording-and-replaying.md`;

export function recordCommand(context: CommandContext): Command {
  const command = new Command('record')
    .description('Records a stream into a file, redacted, for replays and tests.')
    .option('--table <name>', 'its stream; the name, or what the infrastructure calls it, e.g. products')
    .option('--processor <name>', "the stream of the processor's table")
    .option('--now', 'begin with what is written from now on (default)')
    .option('--trim-horizon', 'begin with the oldest record that the stream holds')
    .option('--from <time>', 'begin with what was created then, e.g. 2026-03-17T09:00:00Z')
    .option('--from-sequence <number>', 'begin with this sequence number')
    .option('--until <time>', 'end with what was created before; now: what there is by now')
    .option('--for <time>', 'end after this time, e.g. 30s, 10m, 2h')
    .option('--limit <records>', 'end after so many records')
    .option('--out <file>', 'a name that ends in .jsonl or .jsonl.gz')
    .option('--force', 'replace the file', false)
    .option('--rules <file>', 'redaction rules that come before the own ones; JSON')
    .option('--print-rules', 'print the redaction rules, and do nothing else', false)
    .option('--no-redact', 'keep everything as it is; needs --yes')
    .option('--yes', 'with --no-redact: this is meant', false)
    .addHelpText('after', EXAMPLES)
    .action((options: RecordOptions) => run(options, context));
  return readOptions(command);
}

async function run(options: RecordOptions, context: CommandContext): Promise<void> {
  if (options.printRules) {
    printJson(context, DEFAULT_RULES);
    return;
  }
  const { out } = options;
  if (out === undefined)
    throw new Problem('--out: say the file to record into, e.g. --out products.jsonl.gz');
  const window = windowOf(options, context.clock.now());
  const rules = options.rules === undefined ? DEFAULT_RULES : readRules(options.rules);
  if (!options.redact && !options.yes)
    throw new Problem(`--no-redact: ${UNREDACTED}; say --yes as well if this is meant`);
  const system = await openSystem(context, options);
  if (!options.redact) await confirmUnredacted(context, system);
  const table = recordedTable(system, options);
  const redactor = options.redact ? createRedactor(rules, randomBytes(32)) : undefined;
  const result = await record({
    client: system.clients.streams(table.name),
    clock: context.clock,
    random: Math.random,
    signal: context.signal,
    table,
    window,
    path: out,
    force: options.force,
    redact: (one) => (redactor === undefined ? one : redactor.redact(one)),
    err: context.err,
  });
  if (options.json) printJson(context, { ...result, table: table.name, redacted: options.redact });
  else printLine(context, summary(result, table.name, options.redact));
  if (result.gaps > 0) context.finish(EXIT.failed);
}

const UNREDACTED =
  'the file will hold names, telephone numbers, addresses and messages of real people, in clear, where it lies';

async function confirmUnredacted(context: CommandContext, system: System): Promise<void> {
  context.err.write(`WARNING: --no-redact: ${UNREDACTED}.\n`);
  if (!system.production) return;
  if (context.input.isTTY !== true || context.err.isTTY !== true)
    throw new Problem(
      `--no-redact on ${system.title} is confirmed by a person at a terminal; record it there, or leave --no-redact out`,
    );
  await confirm(context, system, 'copy the data of real people into a file', { yes: false });
}

function summary(
  { file, records, leftOut, gaps, first, last, end }: RecordingResult,
  table: string,
  redacted: boolean,
) {
  if (file === undefined) return `${table}: nothing to record ${WHY_NOTHING[end]}; no file was written`;
  const times =
    first === undefined || last === undefined ? '' : `, created ${moment(first)} to ${moment(last)}`;
  const more = [
    leftOut > 0 ? `${counted(leftOut, 'record')} outside of what was asked for left out` : '',
    gaps > 0 ? `${counted(gaps, 'gap')}: see above` : '',
    redacted ? '' : 'NOT redacted',
  ].filter((part) => part !== '');
  return [`${file}: ${counted(records, 'record')} of ${table}${times}`, ...more].join('; ');
}

const WHY_NOTHING: Readonly<Record<RecordingResult['end'], string>> = {
  limit: 'within the limit',
  until: 'until then',
  closed: 'in a stream that is switched off',
  stopped: 'until it was stopped',
};
