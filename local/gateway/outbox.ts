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
  const kept = folder === undefined ? [] : readKept(folder);
  const mails = kept.slice(-LATEST);
  let sent = kept.length;
  return {
    mails: () => mails,
    add(mail) {
      sent++;
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
      const file = join(folder, `${String(sent).padStart(6, '0')}.json`);
      writeFileSync(`${file}.new`, JSON.stringify(mail, undefined, 2));
      renameSync(`${file}.new`, file);
    },
  };
}

function readKept(folder: string): Mail[] {
  try {
    mkdirSync(folder, { recursive: true });
    const files = readdirSync(folder).filter((name) => /^\d{6,}\.json$/.test(name));
    return files
      .sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10))
      .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Mail);
  } catch (error) {
    const reason =
      error instanceof Error && 'code' in error ? String(error.code) : 'a mail in it is not readable';
    throw new Problem(`outbox: ${folder} cannot be used (${reason}); name another folder, or empty it`);
  }
}
