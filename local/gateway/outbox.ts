/**
 * The mails that were "sent": kept in memory, and as one JSON file each if a folder is given, from which the next run goes on.
 * Memory holds the latest, and of the very latest the texts too: a run that stays up for days sends without end.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../problem.ts';

export interface Mail {
  readonly messageId: string;
  /** ISO 8601. */
  readonly sentAt: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: readonly string[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Outbox {
  /** The latest, in the order they were sent. */
  mails(): readonly Mail[];
  add(mail: Mail): void;
}

/** Mails that are held; more than a recorded day sends. */
export const LATEST = 10_000;

/** Mails that are held with their texts. */
const WITH_TEXTS = 500;

/**
 * @param onMail told of each mail, whole
 * @throws Problem when the folder cannot be used
 */
export function createOutbox(folder?: string, onMail: (mail: Mail) => void = () => {}): Outbox {
  const kept = folder === undefined ? { mails: [], last: 0 } : readKept(folder);
  const mails = kept.mails.slice(-LATEST);
  let last = kept.last;
  return {
    mails: () => mails,
    add(mail) {
      last++;
      mails.push(mail);
      if (mails.length > LATEST) mails.shift();
      onMail(mail);
      const older = mails.at(-1 - WITH_TEXTS);
      if (older !== undefined) {
        const { text: _text, html: _html, ...rest } = older;
        mails[mails.length - 1 - WITH_TEXTS] = rest;
      }
      if (folder === undefined) return;
      // The number keeps the order; the name says nothing about people.
      const file = join(folder, `${String(last).padStart(6, '0')}.json`);
      writeFileSync(`${file}.new`, JSON.stringify(mail, undefined, 2));
      renameSync(`${file}.new`, file);
    },
  };
}

/** `last`: the highest number of a file, whatever became of those before it. */
function readKept(folder: string): { readonly mails: Mail[]; readonly last: number } {
  try {
    mkdirSync(folder, { recursive: true });
    const numbers = readdirSync(folder)
      .flatMap((name) => /^(\d{6,})\.json$/.exec(name)?.[1] ?? [])
      .sort((one, other) => Number(one) - Number(other));
    return {
      mails: numbers.map(
        (number) => JSON.parse(readFileSync(join(folder, `${number}.json`), 'utf8')) as Mail,
      ),
      last: Number(numbers.at(-1) ?? 0),
    };
  } catch (error) {
    const reason =
      error instanceof Error && 'code' in error ? String(error.code) : 'a mail in it is not readable';
    throw new Problem(`outbox: ${folder} cannot be used (${reason}); name another folder, or empty it`);
  }
}
