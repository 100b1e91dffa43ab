/** Plans and results of redrives and discards as text for people. Pure. */
import type { VerdictKind } from '../../shared/stream/verdict.ts';
import { count, counted, moment } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';
import type { DiscardedRecord, DiscardList } from './discard.ts';
import type { Present } from './entry.ts';
import {
  failureText,
  type PlanReport,
  type PlanRow,
  type RecordResult,
  type UnreadLetter,
} from './report.ts';
import type { LettersSettled } from './settle-letters.ts';

type Out = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;

export function planText(plan: PlanReport, out: Out): string {
  const parts: string[] = [];
  if (plan.records > 0)
    parts.push(
      `${counted(plan.records, 'record')} in ${counted(plan.letters, 'letter')}\n\n${renderTable(plan.rows, COLUMNS, out)}`,
    );
  parts.push(...detailLines(plan.rows), ...emptyLines(plan.empty), ...unreadLines(plan.unread));
  parts.push(...plan.incomplete.map((line) => `not all was read: ${line}\n`));
  return parts.join('\n');
}

/** Why something stays, in the function's own words. */
function detailLines(rows: readonly PlanRow[]): string[] {
  return rows.flatMap(({ processor, why, details, samples: [first] }) =>
    details === undefined
      ? []
      : [
          `${processor}, ${why ?? ''}, e.g. ${first?.key ?? first?.eventId ?? 'a record without an id'}: ${details}\n`,
        ],
  );
}

const WORDS: Readonly<Record<VerdictKind, string>> = {
  apply: 'apply',
  'already-applied': 'already applied',
  superseded: 'superseded',
  ignored: 'ignored',
  gone: 'gone',
  unresolvable: 'unresolvable',
};

const COLUMNS = [
  { title: 'PROCESSOR', text: ({ processor }: PlanRow) => processor },
  { title: 'VERDICT', text: ({ verdict, tooOld }: PlanRow) => (tooOld ? 'left: too old' : WORDS[verdict]) },
  { title: 'RECORDS', text: ({ records }: PlanRow) => count(records), align: 'right' as const },
  { title: 'FAILED WITH', text: ({ code }: PlanRow) => code, atLeast: 12 },
  { title: 'BECAUSE', text: ({ why = '' }: PlanRow) => why, atLeast: 8 },
  { title: 'ITEM NOW', text: ({ itemNow }: PlanRow) => presentText(itemNow), atLeast: 16 },
  {
    title: 'E.G.',
    text: ({ samples }: PlanRow) => samples[0]?.key ?? samples[0]?.eventId ?? '—',
    atLeast: 12,
  },
];

function presentText(itemNow: PlanRow['itemNow']): string {
  const entries = Object.entries(itemNow) as [Present, number][];
  return entries.length === 1
    ? (entries[0]?.[0] ?? '')
    : entries.map(([present, records]) => `${count(records)} ${present}`).join(', ');
}

const EMPTY: Readonly<Record<string, readonly [one: string, many: string]>> = {
  'test-message': ['test message of S3', 'test messages of S3'],
  envelope: ['notification of a letter that is settled', 'notifications of letters that are settled'],
  'failed-batch': [
    'notification of a settled batch, or window without records',
    'notifications of settled batches, or windows without records',
  ],
  pointer: ['window that ended without records', 'windows that ended without records'],
};

function emptyLines(empty: PlanReport['empty']): string[] {
  return Object.entries(empty).map(([form, letters]) => {
    const [one, many] = EMPTY[form] ?? [form, form];
    return `${counted(letters, one, many)}: nothing is in there, it goes too\n`;
  });
}

function unreadLines(unread: readonly UnreadLetter[]): string[] {
  const groups = Map.groupBy(unread, ({ processor, form, reason }) =>
    JSON.stringify([processor, form, reason?.code, reason?.details]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const why = [first.reason?.code, first.reason?.details].filter(Boolean).join(': ');
    return [
      `${first.processor}: ${counted(group.length, 'letter')} of form ${first.form} cannot be decided and ${group.length === 1 ? 'stays' : 'stay'}: ${why}\n`,
    ];
  });
}

export function resultText(results: readonly RecordResult[], letters: LettersSettled, out: Out): string {
  if (results.length + letters.settled === 0) return '';
  const words = Map.groupBy(results, ({ result }) => result);
  const totals = [...words]
    .map(([word, some]) => `${count(some.length)} ${word.replace('-', ' ')}`)
    .join(', ');
  const gone = `${counted(letters.settled, 'letter')} gone${letters.putBack === 0 ? '' : `, ${counted(letters.putBack, 'record')} put back as letters of their own`}`;
  const left = results.filter(({ settled }) => !settled);
  const failed = groupsOf(left);
  const table = failed.length === 0 ? '' : `\nleft:\n${renderTable(failed, LEFT_COLUMNS, out)}`;
  return `${totals === '' ? '' : `${totals}; `}${gone}\n${table}`;
}

interface LeftGroup {
  readonly first: RecordResult;
  readonly records: number;
}

function groupsOf(left: readonly RecordResult[]): LeftGroup[] {
  const groups = Map.groupBy(left, ({ processor, result, failure }) =>
    JSON.stringify([processor, result, failure && failureText(failure)]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ first, records: group.length }];
  });
}

const LEFT_COLUMNS = [
  { title: 'PROCESSOR', text: ({ first }: LeftGroup) => first.processor },
  { title: 'RESULT', text: ({ first }: LeftGroup) => first.result.replace('-', ' ') },
  { title: 'RECORDS', text: ({ records }: LeftGroup) => count(records), align: 'right' as const },
  {
    title: 'BECAUSE',
    text: ({ first }: LeftGroup) => (first.failure ? failureText(first.failure) : ''),
    atLeast: 12,
  },
  { title: 'E.G.', text: ({ first }: LeftGroup) => first.key ?? first.eventId ?? '—', atLeast: 12 },
];

export function discardText({ records, letters, kept }: DiscardList, out: Out): string {
  const stay = kept.map(
    ({ processor, form, reason }) =>
      `${processor}: a letter of form ${form} stays: it could not be read just now (${reason?.code}); try again, or name its code with --where\n`,
  );
  if (records.length + letters.length === 0) return stay.join('') || '';
  const groups = Map.groupBy(records, ({ processor, code }) => JSON.stringify([processor, code]));
  const rows = [...groups.values()].flatMap((group) =>
    group[0] === undefined ? [] : [{ first: group[0], group }],
  );
  const columns = [
    { title: 'PROCESSOR', text: ({ first }: DiscardRow) => first.processor },
    { title: 'FAILED WITH', text: ({ first }: DiscardRow) => first.code },
    { title: 'RECORDS', text: ({ group }: DiscardRow) => count(group.length), align: 'right' as const },
    {
      title: 'OLDEST',
      text: ({ group }: DiscardRow) => moment(group.map(({ failedAt }) => failedAt).sort()[0] ?? ''),
    },
    { title: 'KEYS', text: ({ group }: DiscardRow) => keysText(group), atLeast: 20 },
  ];
  const table = records.length === 0 ? '' : renderTable(rows, columns, out);
  const unread = letters.map(
    ({ processor, form, reason }) =>
      `${processor}: a letter of form ${form}${reason ? ` (${reason.code})` : ''}\n`,
  );
  return `to be discarded:\n\n${table}${[...unread, ...stay].join('')}`;
}

interface DiscardRow {
  readonly first: DiscardedRecord;
  readonly group: readonly DiscardedRecord[];
}

const KEYS_SHOWN = 3;

function keysText(group: readonly DiscardedRecord[]): string {
  const keys = [...new Set(group.map(({ key, eventId }) => key ?? eventId ?? '—'))];
  const more = keys.length - KEYS_SHOWN;
  return keys.slice(0, KEYS_SHOWN).join(', ') + (more > 0 ? `, and ${count(more)} more` : '');
}
