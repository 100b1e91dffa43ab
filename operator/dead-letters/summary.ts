/** Counts letters in groups while they pass by: what is kept are counts, the oldest and a few samples, never a record. */
import { recordIdentity } from './identity.ts';
import type { FailedRecord, Letter, LetterForm } from './letter.ts';
import { matchesIn, matchesUnread, unreadCode, type Where } from './where.ts';

export const GROUPINGS = ['processor', 'code', 'key', 'age', 'form'] as const;

export type Grouping = (typeof GROUPINGS)[number];

export interface Group {
  /** By what it was grouped; `key` is empty where a record has none, or was not read. */
  readonly by: Partial<Readonly<Record<Grouping, string>>>;
  /** Letters that hold such records; one that holds several kinds counts in each of their groups. */
  readonly letters: number;
  /** Each once in a group, in however many letters it is; one that failed in several ways is in several groups. */
  readonly records: number;
  /** Records of letters that could not be read, as many as the mapping says. */
  readonly unread: number;
  /** ISO 8601; absent where nothing says when. */
  readonly oldest?: string;
  readonly newest?: string;
  /** When the first of them is lost: a letter after 14 days, a pointer's records when the stream forgets them. */
  readonly expiresAt?: string;
  /** Keys, or event ids where there is none; of an unread letter its message or object. */
  readonly samples: readonly string[];
}

export interface Summary {
  readonly letters: number;
  readonly records: number;
  readonly unread: number;
  /** Records that were in more than one letter, counted each further time. */
  readonly repeated: number;
  /** Letters whose records only the stream holds still, and when it forgets the first. */
  readonly pointers: { readonly letters: number; readonly expiresAt?: string };
  /** Most records first. */
  readonly groups: readonly Group[];
}

export interface Summing {
  add(letter: Letter): void;
  summary(): Summary;
}

/** SQS's longest, and what the queues of the infrastructure are set to. */
const LETTERS_LIVE_MS = 14 * 24 * 60 * 60 * 1000;

const SAMPLES = 3;

const AGES = [
  ['under 1 h', 3_600_000],
  ['under 6 h', 6 * 3_600_000],
  ['under 24 h', 24 * 3_600_000],
  ['under 3 d', 72 * 3_600_000],
] as const;

type Counted = { -readonly [Name in keyof Group]: Group[Name] } & { samples: string[] };

export function summing(by: readonly Grouping[], where: Where, nowMs: number): Summing {
  const groups = new Map<string, Counted>();
  const seen = new Set<string>();
  const seenIn = new Map<Counted, Set<string>>();
  const total = { letters: 0, records: 0, unread: 0, repeated: 0 };
  const pointers: { letters: number; expiresAt?: string } = { letters: 0 };

  return {
    add(letter) {
      const matching = letter.records.filter((record) => matchesIn(where, letter, record));
      const isUnread = letter.records.length === 0 && matchesUnread(where, letter);
      if (matching.length === 0 && !isUnread) return;
      total.letters++;
      if (letter.expiresAt !== undefined) {
        pointers.letters++;
        earlier(pointers, 'expiresAt', letter.expiresAt);
      }
      if (isUnread) addUnread(letter);
      const counted = new Set<Counted>();
      letter.records.forEach((record, index) => {
        if (matchesIn(where, letter, record)) addRecord(record, letter, index, counted);
      });
    },
    summary: () => ({
      ...total,
      pointers,
      groups: [...groups.values()].sort(
        (a, b) =>
          b.records + b.unread - (a.records + a.unread) ||
          b.letters - a.letters ||
          (a.oldest ?? '').localeCompare(b.oldest ?? ''),
      ),
    }),
  };

  function addRecord(record: FailedRecord, letter: Letter, index: number, counted: Set<Counted>): void {
    const { error, key, failedAt } = record;
    const { processor, form } = letter;
    const group = groupOf({ processor, code: error.code, key: key ?? '', failedAt, form });
    if (!counted.has(group)) group.letters++;
    counted.add(group);
    const identity = recordIdentity(record, letter, index);
    if (seen.has(identity)) total.repeated++;
    else total.records++;
    seen.add(identity);
    const known = seenIn.get(group) ?? new Set();
    seenIn.set(group, known);
    if (!known.has(identity)) {
      known.add(identity);
      group.records++;
      sample(group, key ?? record.eventId ?? '(no key)');
    }
    times(group, failedAt, expiryOf(letter));
  }

  function addUnread(letter: Letter): void {
    const { processor, failedAt, form, source, batch } = letter;
    const group = groupOf({ processor, code: unreadCode(letter), key: '', failedAt, form });
    group.letters++;
    group.unread += batch?.batchSize ?? 0;
    total.unread += batch?.batchSize ?? 0;
    sample(group, source.object?.key ?? source.message?.messageId ?? '');
    times(group, failedAt, expiryOf(letter));
  }

  function groupOf(facts: {
    processor: string;
    code: string;
    key: string;
    failedAt: string | undefined;
    form: LetterForm;
  }): Counted {
    const values: Record<Grouping, string> = { ...facts, age: ageOf(facts.failedAt, nowMs) };
    const labels = Object.fromEntries(by.map((name) => [name, values[name]]));
    const id = JSON.stringify(labels);
    const group = groups.get(id) ?? { by: labels, letters: 0, records: 0, unread: 0, samples: [] };
    groups.set(id, group);
    return group;
  }
}

function ageOf(failedAt: string | undefined, nowMs: number): string {
  const age = nowMs - Date.parse(failedAt ?? '');
  if (Number.isNaN(age)) return 'unknown';
  return AGES.find(([, ms]) => age < ms)?.[0] ?? '3 d and more';
}

function expiryOf({ expiresAt, source, failedAt }: Letter): string | undefined {
  if (expiresAt !== undefined) return expiresAt;
  const sinceMs = source.message?.sentAtMs ?? Date.parse(failedAt ?? '');
  return Number.isNaN(sinceMs) ? undefined : new Date(sinceMs + LETTERS_LIVE_MS).toISOString();
}

function sample(group: Counted, text: string): void {
  if (group.samples.length < SAMPLES && !group.samples.includes(text)) group.samples.push(text);
}

function times(group: Counted, failedAt: string | undefined, expiresAt: string | undefined): void {
  if (failedAt !== undefined) {
    earlier(group, 'oldest', failedAt);
    if (group.newest === undefined || failedAt > group.newest) group.newest = failedAt;
  }
  if (expiresAt !== undefined) earlier(group, 'expiresAt', expiresAt);
}

/** ISO 8601 in UTC sorts as text. */
function earlier<Name extends string>(of: { [name in Name]?: string }, name: Name, time: string): void {
  const known = of[name];
  if (known === undefined || time < known) of[name] = time;
}
