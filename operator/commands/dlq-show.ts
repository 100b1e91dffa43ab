/** `streamkeeper dlq show`: letters with their records, from a file or from the queues and buckets. Changes nothing; images are masked. */
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { lineOf, Problem } from '../../local/problem.ts';
import { completer } from '../dead-letters/complete.ts';
import type { Letter, LetterContent } from '../dead-letters/letter.ts';
import { readBytes } from '../dead-letters/read-message.ts';
import { contentOfPlace } from '../dead-letters/read-notification.ts';
import { foundLetter, shownLetter } from '../dead-letters/shown-letter.ts';
import { letterLines } from '../dead-letters/text-view.ts';
import { matchesIn, matchesUnread, type Where } from '../dead-letters/where.ts';
import { openSystem } from '../system/open-system.ts';
import type { System } from '../system/system.ts';
import { harmlessJson } from '../terminal/harmless.ts';
import { printJson } from '../terminal/print.ts';
import type { CommandContext } from './command-context.ts';
import { type ReadOptions, readOptions } from './common-options.ts';
import {
  foundNothing,
  lettersOfAll,
  positiveNumber,
  processorsOf,
  readWhere,
  type WhereOptions,
  whereOption,
} from './dlq-options.ts';

interface ShowOptions extends ReadOptions, WhereOptions {
  readonly file?: string;
  readonly showImages: boolean;
  readonly limit: number;
}

const EXAMPLES = `
Examples:
  streamkeeper dlq show --where processor=bids,code=INVALID_BID --limit 3
  streamkeeper dlq show 4b25bd0c2e5a4f…                 the letter of an event, or a message, by its id
  streamkeeper dlq show --file message.json --json      one message; no system is needed
  aws sqs receive-message --queue-url … | streamkeeper dlq show --file -
  streamkeeper dlq show --file message.json --stage dev    also reads the stream or object it points to

A file may hold an SQS message or its body, the output of receive-message, an SNS envelope, an S3 notification, an S3 object of
Lambda's or of ours, compressed or not. What cannot be understood is shown as form "unknown", with the reason.
Exits with 1 when letters were named, by an id or a filter other than processor, and none is there.`;

export function dlqShowCommand(context: CommandContext): Command {
  const command = new Command('show')
    .description('Shows letters and their records.')
    .argument('[id]', 'event id, sequence number, message id, or object key')
    .addOption(new Option('--file <path>', 'a message in a file; - reads standard input').conflicts('where'))
    .option('--show-images', "show the items' values, which are people's data", false)
    .option('--limit <letters>', 'how many to show at most', positiveNumber, 10);
  return whereOption(readOptions(command))
    .addHelpText('after', EXAMPLES)
    .action(async (id: string | undefined, options: ShowOptions) => {
      if (options.file !== undefined) return showFile(context, options.file, options);
      await showLetters(context, await openSystem(context, options), id, options);
    });
}

async function showFile(context: CommandContext, file: string, options: ShowOptions): Promise<void> {
  const found = readBytes(await bytesOf(context, file));
  // A running local run is not asked unless somebody says so: a file from elsewhere is none of its letters.
  const named = options.local === true || options.stage !== undefined;
  const complete = named
    ? completer({
        system: await openSystem(context, options),
        clock: context.clock,
        random: Math.random,
        signal: context.signal,
        resolve: true,
      })
    : async (element: (typeof found)[number]): Promise<LetterContent> =>
        element.kind === 'letter'
          ? asOf(element.content, context.clock.now())
          : contentOfPlace(element.object, {
              code: 'NEEDS_SYSTEM',
              details: `the letter is the object s3://${element.object.bucket}/${element.object.key}; name the system (--local, or --stage) to fetch it`,
            });
  const contents: LetterContent[] = [];
  for (const element of found) contents.push(await complete(element));
  const images = options.showImages ? 'whole' : 'masked';
  if (options.json) {
    const shown = contents.map((content) => shownLetter(content, images));
    printJson(context, shown.length === 1 ? shown[0] : shown);
  } else {
    for (const content of contents) write(context, content, images);
  }
}

/** Without a system, a pointer whose time is over is known to be useless; for one that is not, the system is named. */
function asOf(content: LetterContent, nowMs: number): LetterContent {
  const { expiresAt, reason } = content;
  if (reason?.code !== 'NEEDS_SYSTEM' || expiresAt === undefined || Date.parse(expiresAt) > nowMs)
    return content;
  const details = `the stream has forgotten these records since ${expiresAt}; make their effects as the table is now (streamkeeper reconcile), then discard the letter`;
  return { ...content, reason: { code: 'POINTER_EXPIRED', details } };
}

/** @throws Problem when there is no such file */
async function bytesOf({ input }: CommandContext, file: string): Promise<Uint8Array> {
  try {
    return file === '-' ? await buffer(input) : readFileSync(file);
  } catch (error) {
    throw new Problem(`--file ${file}: cannot be read (${lineOf(error)})`);
  }
}

/** For tests and the command alike. */
export async function showLetters(
  context: CommandContext,
  system: System,
  id: string | undefined,
  options: Pick<ShowOptions, 'where' | 'limit' | 'json' | 'showImages'>,
): Promise<void> {
  const where = readWhere(options, context, system);
  const images = options.showImages ? 'whole' : 'masked';
  let shown = 0;
  if (options.json) context.out.write('[');
  for await (const letter of lettersOfAll(context, system, processorsOf(system, where))) {
    const chosen = choose(letter, id, where);
    if (chosen === undefined) continue;
    if (options.json) {
      const json = harmlessJson(JSON.stringify(foundLetter(chosen, images), undefined, 2));
      context.out.write(`${shown === 0 ? '' : ','}\n${json}`);
    } else write(context, chosen, images);
    if (++shown >= options.limit) break;
  }
  if (options.json) context.out.write(shown === 0 ? ']\n' : '\n]\n');
  if (shown === 0) foundNothing(context, where, id);
}

/** The letter with those of its records that are meant; undefined if it is not meant at all. */
function choose(letter: Letter, id: string | undefined, where: Where): Letter | undefined {
  const { message, object } = letter.source;
  const named = id === undefined || message?.messageId === id || object?.key === id;
  const records = letter.records.filter(
    (record) =>
      matchesIn(where, letter, record) && (named || record.eventId === id || record.sequenceNumber === id),
  );
  if (records.length > 0) return { ...letter, records };
  return letter.records.length === 0 && named && matchesUnread(where, letter) ? letter : undefined;
}

function write(context: CommandContext, letter: LetterContent | Letter, images: 'masked' | 'whole'): void {
  const lines = letterLines(letter, { images, nowMs: context.clock.now() });
  context.out.write(`${lines.join('\n')}\n\n`);
}
