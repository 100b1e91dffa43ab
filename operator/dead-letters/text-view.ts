/** Letters and their groups as people read them: lines and a table, of plain text. */

import type { Letter, LetterContent } from './letter.ts';
import { maskedRecord } from './masked.ts';
import { printable } from './record-facts.ts';
import type { Group, Grouping, Summary } from './summary.ts';

/** Rows that a person reads; the JSON has all. */
const MOST_ROWS = 40;

const WIDEST = 48;

/** @returns lines */
export function summaryLines(summary: Summary, by: readonly Grouping[], nowMs: number): string[] {
  const { letters, records, unread, repeated, pointers, groups } = summary;
  if (letters === 0) return ['no dead letters'];
  const head = [...by.map((name) => name.toUpperCase()), 'RECORDS', 'LETTERS', 'OLDEST', 'LEFT', 'SAMPLES'];
  const rows = groups.slice(0, MOST_ROWS).map((group) => row(group, by, nowMs));
  const lines = table([head, ...rows]);
  if (groups.length > MOST_ROWS)
    lines.push(`… and ${groups.length - MOST_ROWS} more groups (--json has all)`);
  const facts = [
    counted(records, 'record'),
    `in ${counted(letters, 'letter')}`,
    ...(unread === 0 ? [] : [`${unread} not read`]),
    ...(repeated === 0 ? [] : [`${repeated} repeated`]),
  ];
  lines.push('', facts.join(', '));
  if (pointers.letters > 0) {
    const left =
      pointers.expiresAt === undefined ? '' : `, the first in ${timeLeft(pointers.expiresAt, nowMs)}`;
    lines.push(
      `${counted(pointers.letters, 'letter')} only point into the stream, which forgets after 24 h${left}: streamkeeper dlq rescue`,
    );
  }
  return lines;
}

function row(group: Group, by: readonly Grouping[], nowMs: number): string[] {
  return [
    ...by.map((name) => group.by[name] || '-'),
    group.unread === 0 ? String(group.records) : `${group.records} (+${group.unread} not read)`,
    String(group.letters),
    group.oldest === undefined ? '-' : `${duration(nowMs - Date.parse(group.oldest))} ago`,
    group.expiresAt === undefined ? '-' : timeLeft(group.expiresAt, nowMs),
    group.samples.join(', '),
  ];
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
  say('failed', failedAt && `${failedAt} (${duration(nowMs - Date.parse(failedAt))} ago)`);
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
    say('  record', JSON.stringify(images === 'whole' ? record : maskedRecord(record)));
  }
  return lines;
}

/** Columns as wide as what they hold, up to a bound; the last one as it is. */
function table(rows: readonly (readonly string[])[]): string[] {
  const clean = rows.map((cells) => cells.map((cell) => shortened(printable(cell))));
  const widths = (clean[0] ?? []).map((_, column) =>
    Math.max(...clean.map((cells) => cells[column]?.length ?? 0)),
  );
  return clean.map((cells) =>
    cells
      .map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  '),
  );
}

function shortened(text: string): string {
  return text.length <= WIDEST ? text : `${text.slice(0, WIDEST - 1)}…`;
}

/** `3 d 4 h`, `5 h 10 min`, `2 min`, `40 s`: the two largest units. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (!Number.isFinite(seconds)) return '?';
  const units = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
  ] as const;
  const first = units.findIndex(([amount]) => amount > 0);
  if (first < 0) return `${seconds} s`;
  return units
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

function timeLeft(expiresAt: string, nowMs: number): string {
  const ms = Date.parse(expiresAt) - nowMs;
  return ms <= 0 ? 'none' : duration(ms);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
