/** What the `dlq` commands share: filters, which processors are meant, and their letters opened for as long as a command needs them. */
import { randomUUID } from 'node:crypto';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Problem } from '../../local/problem.ts';
import type { Letter } from '../dead-letters/letter.ts';
import { type OpenLetters, openLetters } from '../dead-letters/letters.ts';
import { namesLetters, parseWhere, type Where } from '../dead-letters/where.ts';
import type { SharePorts } from '../redrive/open-shares.ts';
import { openSpill } from '../redrive/spill.ts';
import type { ProcessorFacts, System } from '../system/system.ts';
import { printLine } from '../terminal/print.ts';
import { type CommandContext, EXIT } from './command-context.ts';

export interface WhereOptions {
  readonly where: readonly string[];
}

const WHERE_HELP = `
Filters (--where may be given several times; all fields must hold, one field given twice holds by either value):
  processor=bids          of the processor
  code=INVALID_BID        error code, the condition under which a mapping gave up, or why a letter was not read whole
  key=PRODUCT#p1          the item's key, or one of its attributes; * stands for anything: key=PRODUCT#*
  event=<id>              event id, or sequence number
  since=2h, until=30m     when it failed: so long ago, or a time such as 2026-01-31T12:00:00Z`;

export function whereOption(command: Command): Command {
  return command
    .addOption(
      new Option('--where <filters>', 'only these, e.g. processor=bids,code=INVALID_BID (see below)')
        .default([], 'all')
        .argParser((text: string, given: readonly string[]) => [...given, text]),
    )
    .addHelpText('after', WHERE_HELP);
}

/** @throws Problem for a filter that is wrong, or a processor the system does not have */
export function readWhere(
  { where }: WhereOptions,
  { clock }: CommandContext,
  system?: Pick<System, 'processors' | 'title'>,
): Where {
  const parsed = parseWhere(where, clock.now());
  const unknown = parsed.processor.find(
    (name) => system?.processors.every((processor) => processor.name !== name) === true,
  );
  if (unknown !== undefined && system !== undefined)
    throw new Problem(
      `--where processor=${unknown}: ${system.title} has no such processor; it has ${system.processors.map(({ name }) => name).join(', ')}`,
    );
  return parsed;
}

/** Those a filter leaves: the others' queues are not touched. */
export function processorsOf(
  system: Pick<System, 'processors'>,
  { processor: names }: Where,
): readonly ProcessorFacts[] {
  return system.processors.filter(({ name }) => names.length === 0 || names.includes(name));
}

/**
 * For a command that works on letters and found none that is meant: where they were named, by an id or by more than their processor, it
 * has failed; where there are none at all, all is as it should be.
 */
export function foundNothing(
  { err, finish }: Pick<CommandContext, 'err' | 'finish'>,
  where: Where,
  id?: string,
): void {
  const named = id !== undefined || namesLetters(where);
  printLine({ out: err }, named ? 'no such dead letter; dlq list shows what there is' : 'no dead letters');
  if (named) finish(EXIT.failed);
}

/** Opens a processor's letters, hands them to `use`, and gives back what is held, however that ends. */
export async function withLetters<T>(
  context: Pick<CommandContext, 'clock' | 'signal'>,
  system: System,
  processor: ProcessorFacts,
  { resolve }: { readonly resolve: boolean },
  use: (letters: OpenLetters) => Promise<T>,
): Promise<T> {
  const letters = openLetters(system, processor, {
    clock: context.clock,
    signal: context.signal,
    random: Math.random,
    newId: randomUUID,
    resolve,
  });
  try {
    return await use(letters);
  } finally {
    await letters.close();
  }
}

/**
 * The letters of several processors, one processor after the other. All queues are asked from the beginning on: each says only after a
 * moment that it is empty. Whatever ends it, what is held is given back.
 */
export async function* lettersOfAll(
  context: Pick<CommandContext, 'clock' | 'signal'>,
  system: System,
  processors: readonly ProcessorFacts[],
): AsyncGenerator<Letter> {
  const opened = processors.map((processor) =>
    openLetters(system, processor, {
      clock: context.clock,
      signal: context.signal,
      random: Math.random,
      newId: randomUUID,
    }),
  );
  const readings = opened.map((letters) => letters.letters()[Symbol.asyncIterator]());
  const begun = readings.map((reading) => {
    const first = reading.next();
    // Its turn may never come.
    first.catch(() => {});
    return { reading, first };
  });
  try {
    for (const { reading, first } of begun) {
      for (let next = await first; next.done !== true; next = await reading.next()) yield next.value;
    }
  } finally {
    await Promise.allSettled(readings.map((reading) => reading.return?.()));
    await Promise.all(opened.map((letters) => letters.close()));
  }
}

/** What commands that work on the records of letters need, for as long as they do. */
export async function withSharePorts<T>(
  { clock, signal }: Pick<CommandContext, 'clock' | 'signal'>,
  use: (ports: SharePorts) => Promise<T>,
): Promise<T> {
  const spill = await openSpill();
  try {
    return await use({ clock, signal, random: Math.random, newId: randomUUID, spill, onLetter: () => {} });
  } finally {
    await spill.close();
  }
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('expected a whole number from 1 on');
  return value;
}
