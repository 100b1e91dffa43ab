/** What `reconcile` and `drift` share: which projection is meant, which of its keys, and how fast. */
import { randomUUID } from 'node:crypto';
import { type Command, InvalidArgumentError } from 'commander';
import { Problem } from '../../local/problem.ts';
import { checkpointFile, fileCheckpoint } from '../reconcile/checkpoint.ts';
import { openProjectionDoor } from '../reconcile/door.ts';
import type { Settling } from '../reconcile/drift.ts';
import { keysInFile, keysOfLetters, typedKeys } from '../reconcile/given-keys.ts';
import { type FoundProjection, findProjection } from '../reconcile/projections.ts';
import { tableScan } from '../reconcile/scan.ts';
import { type Tally, total } from '../reconcile/tally.ts';
import { type Pace, paceOf } from '../redrive/carry-out.ts';
import type { System } from '../system/system.ts';
import { count, span } from '../terminal/format.ts';
import { printLine } from '../terminal/print.ts';
import { startProgress } from '../terminal/progress.ts';
import type { CommandContext } from './command-context.ts';
import { withLetters } from './dlq-options.ts';

export interface ProjectionOptions {
  readonly processor: string;
  readonly whole: boolean;
  readonly keys?: string;
  readonly keysFile?: string;
  readonly fromDlq: boolean;
  readonly resume: boolean;
  readonly rate?: number;
  readonly concurrency: number;
}

export function projectionOptions(command: Command, whole: string): Command {
  return command
    .requiredOption('--processor <name>', 'products, analysis-results or bookings')
    .option('--whole', whole, false)
    .option('--keys <keys>', 'only these, divided by commas, e.g. p1,p2')
    .option('--keys-file <file>', 'only these, one a line')
    .option('--from-dlq', "only the keys of the processor's dead letters", false)
    .option('--resume', 'go on where an interrupted run over the whole stopped', false)
    .option('--rate <keys>', 'most keys a second (default: as fast as it goes)', positive)
    .option(
      '--concurrency <requests>',
      'requests at once, each for a segment of the table',
      positiveWhole,
      4,
    );
}

/** Everything that works on a projection needs, but for what it is to do. */
export function openProjection(
  { clock, signal, repository }: Pick<CommandContext, 'clock' | 'signal' | 'repository'>,
  system: System,
  { processor, rate, concurrency, resume }: ProjectionOptions,
) {
  const found = findProjection(system, processor);
  const invoke = { lambda: system.clients.lambda, clock, random: Math.random, signal };
  const id = `streamkeeper-${randomUUID()}`;
  return {
    ...found,
    invoke,
    ports: {
      ...invoke,
      door: openProjectionDoor({ ...invoke, functionName: found.facts.functionName, id }),
      pace: inRequestsOf(found.operated.keysPerRequest, paceOf(rate, clock)),
      scan: tableScan(system.clients.dynamodb(found.table), found.table, found.operated),
      checkpoint: fileCheckpoint(checkpointFile(repository, system.stage, processor)),
      segments: concurrency,
      resume,
    },
  };
}

function inRequestsOf(keys: number | undefined, pace: Pace): Pace {
  return { ...pace, most: Math.min(pace.most, keys ?? Number.POSITIVE_INFINITY) };
}

/** @returns undefined where the whole is meant. @throws Problem when not exactly one way is given to say which */
export async function chosenKeys(
  context: Pick<CommandContext, 'clock' | 'signal'>,
  system: System,
  { facts, operated }: FoundProjection,
  options: ProjectionOptions,
): Promise<readonly string[] | undefined> {
  const { whole, keys, keysFile, fromDlq } = options;
  if (whole) return undefined;
  if (keys !== undefined) return typedKeys(keys);
  if (keysFile !== undefined) return keysInFile(keysFile);
  if (!fromDlq) throw new Problem(`which keys? ${WAYS.join(', ')}; a key is ${operated.keyForm}`);
  return withLetters(context, system, facts, { resolve: true }, (letters) =>
    keysOfLetters(letters.letters(), operated),
  );
}

const WAYS = ['--whole', '--keys', '--keys-file', '--from-dlq'];

/** @throws Problem when more than one of the ways is given that exclude each other */
export function oneOf(given: Readonly<Record<string, unknown>>): void {
  const named = Object.entries(given).flatMap(([name, value]) =>
    value === undefined || value === false ? [] : [name],
  );
  if (named.length > 1) throw new Problem(`${named.join(' and ')}: give one of them`);
}

/** Each pass over the table or the projection has a line of its own. */
export function passProgress({ err, clock }: Pick<CommandContext, 'err' | 'clock'>) {
  let progress: ReturnType<typeof startProgress> | undefined;
  let settlingUntilMs = Number.NEGATIVE_INFINITY;
  return {
    begin(label: string) {
      progress?.stop();
      progress = startProgress({ err, clock, label, total: undefined });
    },
    /** What is said at once, between passes. */
    say(line: string) {
      progress?.stop();
      progress = undefined;
      printLine({ out: err }, line);
    },
    /** Pages that begin to wait while another does are not told of: the lines would be as many as the pages. */
    settling({ keys, untilMs, look, looks }: Settling) {
      if (clock.now() < settlingUntilMs) return;
      settlingUntilMs = untilMs;
      const which = keys === 1 ? '1 key differs: it is' : `${count(keys)} keys differ: they are`;
      const inAWhile = span(untilMs - clock.now());
      printLine(
        { out: err },
        `${which} looked at again in ${inAWhile}, as changes may be under way (look ${look} of ${looks})`,
      );
    },
    update(tally: Tally) {
      progress?.update(total(tally));
    },
    end() {
      progress?.stop();
      progress = undefined;
    },
  };
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('expected a number above 0');
  return value;
}

export function positiveWhole(text: string): number {
  const value = positive(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('expected a whole number from 1 on');
  return value;
}
