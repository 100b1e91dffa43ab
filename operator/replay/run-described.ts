/** `replay` without consequences: what each record means is counted, written to a file, or compared with one. */

import { type CommandContext, EXIT } from '../commands/command-context.ts';
import { openRecordingFile } from '../record/recording-file.ts';
import { counted } from '../terminal/format.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { startProgress } from '../terminal/progress.ts';
import { differenceLines } from './describe-recording.ts';
import { type Describe, type Described, describeAll, Tally } from './described.ts';
import { compareWith, type RecordDifference, readExpected } from './expected.ts';
import type { RecordedRecord } from './recorded.ts';

export interface DescribedRun {
  readonly file: string;
  /** Its records. */
  readonly batches: AsyncIterable<readonly RecordedRecord[]>;
  readonly processor: string;
  /** For people: whose word it is, e.g. `the code of this checkout`. */
  readonly target: string;
  readonly describe: Describe;
  readonly limit: number | undefined;
  readonly json: boolean;
}

export type Consequence =
  | { readonly kind: 'mute' }
  | { readonly kind: 'record'; readonly out: string; readonly force: boolean }
  | { readonly kind: 'assert'; readonly expect: string };

export async function runDescribed(
  context: CommandContext,
  run: DescribedRun,
  consequence: Consequence,
): Promise<void> {
  switch (consequence.kind) {
    case 'mute':
      return finish(context, run, await eachRecord(context, run, async () => {}), {});
    case 'record':
      return writeEffects(context, run, consequence);
    case 'assert':
      return compare(context, run, consequence.expect);
  }
}

async function writeEffects(
  context: CommandContext,
  run: DescribedRun,
  { out, force }: { readonly out: string; readonly force: boolean },
): Promise<void> {
  const file = await openRecordingFile({ path: out, force, clock: context.clock });
  let tally: Tally;
  try {
    tally = await eachRecord(context, run, async (described) => {
      await file.write([described]);
    });
  } catch (error) {
    await file.abandon();
    throw error;
  }
  if (context.signal.aborted) await file.abandon();
  else await file.finish();
  finish(context, run, tally, { out: context.signal.aborted ? `${out}.part` : out });
}

/** Differences shown on a terminal before the rest is only counted; in a file or a pipe there are all. */
const SHOWN = 100;
const LONGEST = 200;

async function compare(context: CommandContext, run: DescribedRun, expect: string): Promise<void> {
  const comparing = compareWith(await readExpected(expect));
  const differences: RecordDifference[] = [];
  const tally = await eachRecord(context, run, async (described) => {
    const difference = comparing.next(described);
    if (difference !== undefined) differences.push(difference);
  });
  if (!context.signal.aborted && run.limit === undefined) differences.push(...comparing.rest());
  if (!run.json) {
    const colours = context.out.isTTY === true;
    const shown = colours ? differences.slice(0, SHOWN) : differences;
    for (const one of shown)
      for (const line of differenceLines(one, { colours, longest: LONGEST })) printLine(context, line);
    if (shown.length < differences.length)
      printLine(
        context,
        `… and ${counted(differences.length - shown.length, 'more record')}; into a file there are all`,
      );
  }
  finish(context, run, tally, { expect, differences });
  if (differences.length > 0 && !context.signal.aborted) context.finish(EXIT.failed);
}

async function eachRecord(
  context: CommandContext,
  { batches, describe }: DescribedRun,
  take: (described: Described) => Promise<void>,
): Promise<Tally> {
  const tally = new Tally();
  const { err, clock, signal } = context;
  const progress = startProgress({ err, clock, label: 'described', total: undefined });
  try {
    for await (const { described } of describeAll(batches, describe)) {
      if (signal.aborted) break;
      tally.add(described);
      await take(described);
      progress.update(tally.total);
    }
  } finally {
    progress.stop();
  }
  return tally;
}

function finish(
  context: CommandContext,
  { file, processor, target, json }: DescribedRun,
  tally: Tally,
  more: {
    readonly out?: string;
    readonly expect?: string;
    readonly differences?: readonly RecordDifference[];
  },
): void {
  const interrupted = context.signal.aborted;
  const decisions = Object.fromEntries(tally.entries());
  if (json)
    printJson(context, { file, processor, target, records: tally.total, decisions, interrupted, ...more });
  else {
    const end = interrupted ? '; interrupted' : '';
    printLine(
      context,
      `${file}: ${counted(tally.total, 'record')} to ${processor}, by ${target}; nothing was done${end}`,
    );
    for (const [name, count] of tally.entries())
      printLine(context, `  ${String(count).padStart(7)}  ${name}`);
    if (more.out !== undefined) printLine(context, `effects in ${more.out}`);
    if (more.differences !== undefined)
      printLine(
        context,
        more.differences.length === 0
          ? `every record means what ${more.expect} says`
          : `${counted(more.differences.length, 'record')} differ from ${more.expect}`,
      );
  }
  if (interrupted) context.finish(EXIT.interrupted);
  else if (tally.entries().some(([name]) => name.startsWith('unanswered'))) context.finish(EXIT.failed);
}
