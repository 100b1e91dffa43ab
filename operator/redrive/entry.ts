/** The words of a redrive: a record with what is known and decided of it, and the letters that hold it. */
import type { Failure, OutcomeKind } from '../../shared/stream/outcome.ts';
import type { Verdict } from '../../shared/stream/verdict.ts';
import type { FailedRecord, Letter } from '../dead-letters/letter.ts';
import type { Sent } from './door-answers.ts';
import type { Place } from './spill.ts';

/** Its item, beside what the record says of it. */
export type Present = 'as in the record' | 'changed since' | 'deleted' | 'unread';

/** One record, however many letters hold it. The record itself is in the spill. */
export interface Entry {
  /** Of the queue it waits in: whose function it may be sent to, whatever its letter says. */
  readonly processor: string;
  readonly facts: Omit<FailedRecord, 'record'>;
  /** What an answer about it must say. */
  readonly sent: Sent;
  /** Whose change it is; empty where that is none of the processor's tables. */
  readonly table: string;
  /** Of the record's JSON, in UTF-8. */
  readonly bytes: number;
  readonly place: Place;
  /** ms since the epoch; absent where the record does not say. */
  readonly createdAtMs: number | undefined;
  readonly parcels: Set<Parcel>;
  /** Why it may not be sent to this processor's function. */
  readonly refusal: Failure | undefined;
  readonly position: Position;
  /** Whether this run is about it, and not only about its neighbours in a letter. */
  chosen: boolean;
  verdict: Verdict | undefined;
  present: Present;
  result: Result | undefined;
}

/** Where a record stands in the order in which things happened. */
export interface Position {
  /** Records of one lane are carried out one after the other. */
  readonly lane: string;
  /** When the stream was switched on: a new stream of a table may number anew. */
  readonly streamLabel: string;
  readonly sequenceNumber: bigint | undefined;
}

/** What became of a record in this run. */
export type Result =
  | { readonly settled: true; readonly word: SettledWord; readonly rule?: string }
  | { readonly settled: false; readonly word: UnsettledWord; readonly failure: Failure };

export type SettledWord = 'applied' | 'already-applied' | 'superseded' | 'ignored' | 'gone' | 'discarded';

/**
 * - `failed`: it was carried out, or that was tried, and it is not settled.
 * - `unresolvable`: as planned: carrying it out would settle nothing.
 * - `too-old`: older than `--max-age` allows.
 * - `held-back`: an earlier record of the same lane is not settled, and order counts.
 * - `not-tried`: the run ended before its turn.
 */
export type UnsettledWord = 'failed' | 'unresolvable' | 'too-old' | 'held-back' | 'not-tried';

export function settledWord(kind: Exclude<OutcomeKind, 'poison' | 'transient'>): SettledWord {
  return kind === 'duplicate' ? 'already-applied' : kind;
}

/** One letter, without its records. */
export interface Parcel {
  readonly letter: Letter;
  readonly entries: Entry[];
}
