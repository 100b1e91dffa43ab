/**
 * Which letters and records a command is about: `--where processor=bids,code=INVALID_BID`. All fields named must hold; a field
 * that is given several times holds by any of its values. Pure.
 */
import { Problem } from '../../local/problem.ts';
import { ANY_RUN, globMatches, globParts } from '../../shared/glob.ts';
import type { FailedRecord, Letter } from './letter.ts';

/** Times are ms since the epoch; `since` is inside, `until` is not. */
export interface Where {
  readonly processor: readonly string[];
  readonly code: readonly string[];
  /** The item's key as text, or the value of one of its attributes; `*` stands for anything. */
  readonly key: readonly string[];
  /** Event ids, or sequence numbers. */
  readonly event: readonly string[];
  readonly since?: number;
  readonly until?: number;
}

export const ANYWHERE: Where = { processor: [], code: [], key: [], event: [] };

const FIELDS = ['processor', 'code', 'key', 'event', 'since', 'until'] as const;

type Field = (typeof FIELDS)[number];

/** Milliseconds of `30m`, `2h`, `3d`. */
const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * @param texts each `field=value[,field=value…]`; a comma before anything but `name=` belongs to the value
 * @param nowMs what `since=2h` counts back from
 * @throws Problem naming the field that is wrong, and what can be said instead
 */
export function parseWhere(texts: readonly string[], nowMs: number): Where {
  const lists: Record<Field, string[]> = {
    processor: [],
    code: [],
    key: [],
    event: [],
    since: [],
    until: [],
  };
  for (const text of texts) {
    for (const part of text.split(/,\s*(?=[A-Za-z][\w-]*=)/)) {
      const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(part) ?? [];
      const field = FIELDS.find((known) => known === name.trim());
      if (field === undefined)
        throw new Problem(
          `--where ${part}: there is no field ${name.trim() || '(empty)'}; fields are ${FIELDS.join(', ')}, e.g. --where processor=bids,code=INVALID_BID`,
        );
      if (value === '') throw new Problem(`--where ${field}: a value is missing, e.g. ${example(field)}`);
      lists[field].push(value);
    }
  }
  const { since, until, ...rest } = lists;
  const from = oneTime('since', since, nowMs);
  const to = oneTime('until', until, nowMs);
  if (from !== undefined && to !== undefined && from >= to)
    throw new Problem('--where since, until: since must be before until');
  return {
    ...rest,
    ...(from === undefined ? {} : { since: from }),
    ...(to === undefined ? {} : { until: to }),
  };
}

function oneTime(field: 'since' | 'until', values: readonly string[], nowMs: number): number | undefined {
  if (values.length > 1) throw new Problem(`--where ${field}: say it once`);
  const [text] = values;
  if (text === undefined) return undefined;
  const [, amount, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) return nowMs - Number(amount) * (UNITS[unit] ?? 0);
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms))
    throw new Problem(
      `--where ${field}=${text}: is no time; say how long ago (30m, 2h, 3d) or when (2026-01-31T12:00:00Z)`,
    );
  return ms;
}

function example(field: Field): string {
  switch (field) {
    case 'processor':
      return 'processor=bids';
    case 'code':
      return 'code=INVALID_BID';
    case 'key':
      return 'key=PRODUCT#p1, or key=PRODUCT#*';
    case 'event':
      return 'event=<event id>';
    case 'since':
    case 'until':
      return `${field}=2h, or ${field}=2026-01-31T12:00:00Z`;
  }
}

/** Whether it names letters, and not only the queues to look into: a processor names a queue, which may well be empty. */
export function namesLetters({ code, key, event, since, until }: Where): boolean {
  return code.length + key.length + event.length > 0 || since !== undefined || until !== undefined;
}

type Matchable = Pick<
  FailedRecord,
  'processor' | 'error' | 'key' | 'eventId' | 'sequenceNumber' | 'failedAt'
>;

export function matchesRecord(where: Where, record: Matchable): boolean {
  return (
    isOneOf(where.processor, record.processor) &&
    isOneOf(where.code, record.error.code) &&
    (where.key.length === 0 || where.key.some((wanted) => isKey(wanted, record.key))) &&
    (isOneOf(where.event, record.eventId) || isOneOf(where.event, record.sequenceNumber)) &&
    isInTime(where, record.failedAt)
  );
}

/**
 * Of a record in a letter: whatever that claims, it waits, and is found, in the queue or bucket where it was left. What was read of a letter
 * that could not be read whole is also found by why it could not: that is the letter's code wherever it is told of.
 */
export function matchesIn(
  where: Where,
  { processor, resolvable, reason }: Pick<Letter, 'processor' | 'resolvable' | 'reason'>,
  record: Matchable,
): boolean {
  const here = { ...record, processor };
  if (matchesRecord(where, here)) return true;
  const isNamed = !resolvable && reason !== undefined && where.code.includes(reason.code);
  return isNamed && matchesRecord({ ...where, code: [] }, here);
}

type Unread = Pick<Letter, 'form' | 'processor' | 'condition' | 'reason' | 'failedAt'>;

/** Of a letter without readable records: its codes are its condition and its reason's; keys and events it has none. */
export function matchesUnread(where: Where, letter: Unread): boolean {
  const codes = [unreadCode(letter), letter.condition, letter.reason?.code];
  return (
    isOneOf(where.processor, letter.processor) &&
    (where.code.length === 0 || codes.some((code) => isOneOf(where.code, code))) &&
    where.key.length === 0 &&
    where.event.length === 0 &&
    isInTime(where, letter.failedAt)
  );
}

/** What a letter without readable records is counted under. */
export function unreadCode({
  form,
  reason,
  condition,
}: Pick<Unread, 'form' | 'reason' | 'condition'>): string {
  return form === 'test-message' ? 'TEST_MESSAGE' : (reason?.code ?? condition ?? 'EMPTY');
}

function isOneOf(wanted: readonly string[], value: string | undefined): boolean {
  return wanted.length === 0 || (value !== undefined && wanted.includes(value));
}

/** Without a time nothing is in a span of time. */
function isInTime({ since, until }: Where, failedAt: string | undefined): boolean {
  if (since === undefined && until === undefined) return true;
  const ms = Date.parse(failedAt ?? '');
  return !Number.isNaN(ms) && (since === undefined || ms >= since) && (until === undefined || ms < until);
}

/** `PRODUCT#p1` is the key `PK=PRODUCT#p1 SK=DETAILS`, and so are that text itself, `PRODUCT#*` and `PK=PRODUCT#p1`; `PRODUCT#p` is not. */
function isKey(wanted: string, key: string | undefined): boolean {
  if (key === undefined) return false;
  return globMatches([ANY_RUN, '= ', ...globParts(wanted), ' ', ANY_RUN], ` ${key} `);
}
