/** What a redrive found, did and left, as plain data: what `--json` prints and tables are made of. Pure. */
import type { Failure } from '../../shared/stream/outcome.ts';
import type { VerdictKind } from '../../shared/stream/verdict.ts';
import type { Letter, LetterForm } from '../dead-letters/letter.ts';
import type { Entry, Present, Result } from './entry.ts';

/** Records that are alike. */
export interface PlanRow {
  readonly processor: string;
  readonly verdict: VerdictKind;
  /** Of what is unresolvable: it could not be looked at just now, and may be when it is planned again. */
  readonly passing?: true;
  /** Why its records are not acted on, where they are not: older than `--max-age` allows. */
  readonly tooOld?: true;
  /** What they failed with first. */
  readonly code: string;
  /** The rule by which they are ignored, or what stands in the way. */
  readonly why?: string;
  /** What the function says of the first of them; names, kinds and counts, never values. */
  readonly details?: string;
  readonly records: number;
  /** How many records' items are how, beside what the records say. */
  readonly itemNow: Readonly<Partial<Record<Present, number>>>;
  readonly samples: readonly RecordName[];
}

export interface RecordName {
  readonly processor: string;
  readonly eventId: string | null;
  readonly sequenceNumber: string | null;
  readonly key: string | null;
}

export interface UnreadLetter {
  readonly processor: string;
  readonly form: LetterForm;
  readonly reason?: Failure;
  readonly condition?: string;
  readonly failedAt?: string;
  readonly expiresAt?: string;
}

export interface PlanReport {
  readonly records: number;
  readonly letters: number;
  readonly rows: readonly PlanRow[];
  /** Letters that hold nothing, by form: they go too. */
  readonly empty: Readonly<Partial<Record<LetterForm, number>>>;
  /** Letters whose records cannot be had: they stay. */
  readonly unread: readonly UnreadLetter[];
  /** Queues that were not read to their end, and why. */
  readonly incomplete: readonly string[];
}

export interface RecordResult extends RecordName {
  readonly verdict: VerdictKind | null;
  readonly result: Result['word'];
  readonly settled: boolean;
  readonly rule?: string;
  readonly failure?: Failure;
}

const SAMPLES = 3;

export function planRows(entries: readonly Entry[]): readonly PlanRow[] {
  const groups = Map.groupBy(entries, (entry) =>
    JSON.stringify([
      entry.processor,
      VERDICTS.indexOf(entry.verdict?.kind ?? 'unresolvable'),
      isPassing(entry),
      isTooOld(entry),
      entry.facts.error.code,
      whyOf(entry) ?? '',
    ]),
  );
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => {
      const [first] = group;
      return first === undefined ? [] : [rowOf(first, group)];
    });
}

/** What is done comes first in tables. */
const VERDICTS: readonly VerdictKind[] = [
  'apply',
  'already-applied',
  'superseded',
  'ignored',
  'gone',
  'unresolvable',
];

function rowOf(first: Entry, group: readonly Entry[]): PlanRow {
  const why = whyOf(first);
  const details = first.verdict?.kind === 'unresolvable' ? first.verdict.failure.details : undefined;
  const counts = Map.groupBy(group, ({ present }) => present);
  return {
    processor: first.processor,
    verdict: first.verdict?.kind ?? 'unresolvable',
    ...(isPassing(first) ? { passing: true } : {}),
    ...(isTooOld(first) ? { tooOld: true } : {}),
    code: first.facts.error.code,
    ...(why === undefined ? {} : { why }),
    ...(details === undefined ? {} : { details }),
    records: group.length,
    itemNow: Object.fromEntries([...counts].map(([present, members]) => [present, members.length])),
    samples: group.slice(0, SAMPLES).map(nameOf),
  };
}

function isPassing({ verdict }: Entry): boolean {
  return verdict === undefined || (verdict.kind === 'unresolvable' && verdict.passing);
}

function isTooOld({ result }: Entry): boolean {
  return result?.settled === false && result.word === 'too-old';
}

function whyOf({ verdict }: Entry): string | undefined {
  switch (verdict?.kind) {
    case undefined:
      return 'NOT_PLANNED';
    case 'ignored':
      return verdict.rule;
    case 'unresolvable':
      return failureText(verdict.failure);
    default:
      return undefined;
  }
}

export function failureText({ code, type }: Failure): string {
  return type === undefined ? code : `${code} (${type})`;
}

export function nameOf({ processor, sent, facts }: Entry): RecordName {
  return {
    processor,
    eventId: sent.eventId ?? null,
    sequenceNumber: sent.sequenceNumber ?? null,
    key: facts.key ?? null,
  };
}

export function unreadLetter({
  processor,
  form,
  reason,
  condition,
  failedAt,
  expiresAt,
}: Letter): UnreadLetter {
  return {
    processor,
    form,
    ...(reason && { reason }),
    ...(condition && { condition }),
    ...(failedAt && { failedAt }),
    ...(expiresAt && { expiresAt }),
  };
}

export function countBy<T, K extends string>(
  all: readonly T[],
  key: (one: T) => K,
): Partial<Record<K, number>> {
  const groups = Map.groupBy(all, key);
  return Object.fromEntries([...groups].map(([name, members]) => [name, members.length])) as Partial<
    Record<K, number>
  >;
}

const notTried: Result = { settled: false, word: 'not-tried', failure: { code: 'NOT_TRIED' } };

export function resultOf(entry: Entry): RecordResult {
  const result = entry.result ?? notTried;
  return {
    ...nameOf(entry),
    verdict: entry.verdict?.kind ?? null,
    result: result.word,
    settled: result.settled,
    ...(result.settled
      ? { ...(result.rule === undefined ? {} : { rule: result.rule }) }
      : { failure: result.failure }),
  };
}
