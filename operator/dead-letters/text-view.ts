/** Letters and their groups as people read them: lines and a table, of plain text. */

import { count, counted, span } from '../terminal/format.ts';
import { type Column, renderTable } from '../terminal/table.ts';
import { cutTo } from '../terminal/width.ts';
import type { Letter, LetterContent } from './letter.ts';
import { maskedRecord } from './masked.ts';
import { printable } from './record-facts.ts';
import { recordText } from './record-text.ts';
import type { Group, Grouping, Summary } from './summary.ts';

/** Rows that a person reads; the JSON has all. */
const MOST_ROWS = 40;

/** Columns of an example; keys have up to 2 KB. */
const LONGEST_SAMPLE = 60;

/** Of a terminal or a file: decides how wide the table may be. */
type Out = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;

export function summaryText(
  { letters, records, unread, repeated, pointers, groups }: Summary,
  by: readonly Grouping[],
  nowMs: number,
  out: Out,
): string {
  if (letters === 0) return 'no dead letters\n';
  const columns: Column<Group>[] = [
    ...by.map(
      (name): Column<Group> => ({
        title: name.toUpperCase(),
        text: (group) => printable(group.by[name] || '-'),
        ...(name === 'key' ? { atLeast: 12 } : {}),
      }),
    ),
    {
      title: 'RECORDS',
      text: (group) =>
        group.unread === 0 ? count(group.records) : `${count(group.records + group.unread)}*`,
      align: 'right',
    },
    { title: 'LETTERS', text: (group) => count(group.letters), align: 'right' },
    { title: 'OLDEST', text: ({ oldest }) => (oldest ? `${span(nowMs - Date.parse(oldest))} ago` : '-') },
    { title: 'TIME LEFT', text: ({ expiresAt }) => (expiresAt ? timeLeft(expiresAt, nowMs) : '-') },
    {
      title: 'E.G.',
      text: ({ samples }) => samples.map((text) => cutTo(printable(text), LONGEST_SAMPLE)).join(', '),
      atLeast: 12,
    },
  ];
  const lines = [renderTable(groups.slice(0, MOST_ROWS), columns, out)];
  if (groups.length > MOST_ROWS)
    lines.push(`… and ${counted(groups.length - MOST_ROWS, 'more group')} (--json has all)\n`);
  lines.push(`\n${counted(records, 'record')} in ${counted(letters, 'letter')}`);
  if (repeated > 0) lines.push(`, ${count(repeated)} more times in another letter`);
  if (unread > 0) lines.push(`; * ${counted(unread, 'record')} could not be read`);
  lines.push('\n');
  if (pointers.letters > 0) {
    const first =
      pointers.expiresAt === undefined ? '' : `; time left: ${timeLeft(pointers.expiresAt, nowMs)}`;
    lines.push(
      `${counted(pointers.letters, 'letter')} without records, which only the stream still holds, for 24 h${first}. To keep them: streamkeeper dlq rescue\n`,
    );
  }
  return lines.join('');
}

export interface LetterView {
  readonly images: 'masked' | 'whole';
  readonly nowMs: number;
}

/** @returns lines; everything in a letter may be somebody else's text, so nothing of it reaches the terminal as it is */
export function letterLines(letter: LetterContent | Letter, { images, nowMs }: LetterView): string[] {
  const { form, processor, condition, failedAt, batch, reason, records, resolvable, expiresAt } = letter;
  const lines = [`${form}${processor === undefined ? '' : ` of ${printable(processor)}`}`];
  const say = (name: string, text: string | undefined) => {
    if (text !== undefined && text !== '') lines.push(`  ${name.padEnd(10)} ${printable(text)}`);
  };
  if ('source' in letter) {
    const { message, object } = letter.source;
    say('message', message?.messageId);
    say('object', object && `s3://${object.bucket}/${object.key}`);
  }
  say('failed', failedAt && `${failedAt} (${span(nowMs - Date.parse(failedAt))} ago)`);
  say('condition', condition);
  say('stream', batch?.streamArn ?? records[0]?.streamArn);
  say('shard', batch?.shardId);
  say('range', batch?.start && `${batch.start} … ${batch.end}`);
  if (batch !== undefined) say('batch', counted(batch.batchSize, 'record'));
  say('left', expiresAt && `${timeLeft(expiresAt, nowMs)}, then the stream forgets the first record`);
  if (reason !== undefined) {
    const { code, details } = reason;
    say(resolvable ? 'note' : 'unread', `${code}${details === undefined ? '' : `: ${details}`}`);
  }
  for (const { eventName, key, eventId, sequenceNumber, error, record } of records) {
    lines.push(printable(`  - ${[eventName, key ?? '(no key)'].filter(Boolean).join(' ')}`));
    say('  event', [eventId, sequenceNumber && `at ${sequenceNumber}`].filter(Boolean).join(' '));
    say('  error', [error.code, error.type, error.details].filter(Boolean).join(': '));
    for (const [name, text] of recordText(images === 'whole' ? record : maskedRecord(record)))
      say(`  ${name}`, text);
  }
  return lines;
}

function timeLeft(expiresAt: string, nowMs: number): string {
  const ms = Date.parse(expiresAt) - nowMs;
  return ms <= 0 ? 'none' : span(ms);
}
