/** `streamkeeper dlq export`: failed records as a recording that may leave the system, to become a regression test. Letters stay. */
import { randomUUID } from 'node:crypto';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { Command } from 'commander';
import { Problem } from '../../local/problem.ts';
import { openRecordingFile } from '../record/recording-file.ts';
import { createRedactor } from '../redaction/redact.ts';
import { DEFAULT_RULES, readRules } from '../redaction/rules.ts';
import { type ExportReport, exportFixture } from '../redrive/export-fixture.ts';
import { openSystem } from '../system/open-system.ts';
import type { System } from '../system/system.ts';
import { counted } from '../terminal/format.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { type CommandContext, EXIT } from './command-context.ts';
import { type ReadOptions, readOptions } from './common-options.ts';
import {
  foundNothing,
  positiveNumber,
  processorsOf,
  readWhere,
  type WhereOptions,
  whereOption,
  withSharePorts,
} from './dlq-options.ts';

export interface ExportCommandOptions extends ReadOptions, WhereOptions {
  readonly asFixture: string;
  readonly limit?: number;
  readonly rules?: string;
  /** False with --no-check. */
  readonly check: boolean;
}

const EXAMPLES = `
Examples:
  streamkeeper dlq export --as-fixture invalid-bid.jsonl --where processor=bids,code=INVALID_BID --limit 5
  streamkeeper dlq export --stage prod --where processor=products --as-fixture /tmp/products.jsonl.gz --rules mine.json

Texts, names, phone numbers and e-mail addresses become filling of the same length, ids become pseudonyms, the same for the same id; rules
in operator/redaction/default-rules.json, your own (--rules) come first. The processor's function is asked, without touching anything,
whether it decides about each redacted record as about the original; where it does not, a rule that keeps more is needed.
The file is readable by you only; a file that exists is not replaced; outside of the working folder the path has to be absolute.
Exits with 0 when it is written and all is decided as before, with 1 when something is decided otherwise or could not be asked, or
letters were named that are not there; without a letter no file is written.`;

export function dlqExportCommand(context: CommandContext): Command {
  const command = new Command('export')
    .description('Writes failed records, redacted, as a recording for tests.')
    .requiredOption('--as-fixture <path>', 'the file, NAME.jsonl or NAME.jsonl.gz')
    .option('--limit <records>', 'how many at most, the oldest first', positiveNumber)
    .option('--rules <file>', 'redaction rules that go before the default ones')
    .option('--no-check', 'do not ask the function');
  return whereOption(readOptions(command))
    .addHelpText('after', EXAMPLES)
    .action(async (options: ExportCommandOptions) => {
      const path = checkedPath(options.asFixture, process.cwd());
      await exportLetters(context, await openSystem(context, options), { ...options, asFixture: path });
    });
}

/** For tests and the command alike. */
export async function exportLetters(
  context: CommandContext,
  system: System,
  options: ExportCommandOptions,
): Promise<void> {
  const where = readWhere(options, context, system);
  const rules = options.rules === undefined ? DEFAULT_RULES : readRules(options.rules);
  const report = await withSharePorts(context, (ports) =>
    exportFixture(
      system,
      processorsOf(system, where),
      { where, limit: options.limit, check: options.check },
      {
        ...ports,
        redactor: createRedactor(rules),
        runId: `export-${randomUUID()}`,
        openFile: () => openRecordingFile({ path: options.asFixture, clock: context.clock }),
      },
    ),
  );
  const file = report.records === 0 ? null : options.asFixture;
  if (options.json) printJson(context, { stage: system.stage, file, ...report });
  if (file === null) foundNothing(context, where);
  else if (!options.json) for (const line of reportLines(options, report)) printLine(context, line);
  if (report.differing.length > 0 || (options.check && report.unchecked > 0)) context.finish(EXIT.failed);
}

function* reportLines({ asFixture, check }: ExportCommandOptions, report: ExportReport) {
  yield `${counted(report.records, 'record')} in ${asFixture}, redacted; the letters stay`;
  if (!check) return;
  if (report.unchecked > 0)
    yield `${counted(report.unchecked, 'record')} could not be described by the function`;
  for (const { eventId, original, redacted } of report.differing)
    yield `event ${eventId ?? 'without an id'}: was ${original}, redacted it is ${redacted}; keep more with --rules`;
  if (report.unchecked + report.differing.length === 0)
    yield 'the function decides about each as about the original';
}

/**
 * @param folder where the user is
 * @throws Problem for a relative path that leads out of it
 */
export function checkedPath(path: string, folder: string): string {
  if (isAbsolute(path)) return path;
  const whole = resolve(folder, path);
  const way = relative(folder, whole);
  if (way === '..' || way.startsWith(`..${sep}`))
    throw new Problem(
      `--as-fixture ${path}: leads out of the working folder; if that is meant, give the whole path`,
    );
  return whole;
}
