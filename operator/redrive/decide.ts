/** From the plan to what is done: which records are carried out, which are settled without it, and which stay, and why. Pure. */
import { WINDOW_S } from '../../shared/idempotency/once.ts';
import type { Entry } from './entry.ts';

/** Their effects reach people, who may not want them late. What follows a table is never too late: the item is read. */
export const REACHING_PEOPLE: readonly string[] = ['bids', 'conversations', 'bookings'];

/**
 * So long after a change it is remembered who was told of it. A letter may outlive that: what is put back of a batch lives as long again.
 */
export const REMEMBERED_MS = WINDOW_S * 1_000;

export interface Decisions {
  readonly carryOut: readonly Entry[];
  /** Nothing is left to do for them. */
  readonly settled: readonly Entry[];
  /** They have their results: nothing is done about them. */
  readonly stay: readonly Entry[];
}

export interface DecideOptions {
  readonly nowMs: number;
  /** Older changes are told to nobody; undefined: age does not matter, not even of what may be told again. */
  readonly maxAgeMs: number | undefined;
}

/** Gives every chosen record that is not to be carried out its result. */
export function decide(entries: readonly Entry[], { nowMs, maxAgeMs }: DecideOptions): Decisions {
  const carryOut: Entry[] = [];
  const settled: Entry[] = [];
  const stay: Entry[] = [];
  for (const entry of entries) {
    const { verdict } = entry;
    switch (verdict?.kind) {
      case 'apply':
        if (
          maxAgeMs !== undefined &&
          REACHING_PEOPLE.includes(entry.processor) &&
          nowMs - changedAtMs(entry) > maxAgeMs
        ) {
          const reason =
            maxAgeMs < REMEMBERED_MS
              ? 'older than --max-age allows'
              : 'so old that who was told of it may be forgotten';
          const failure = { code: 'TOO_OLD', details: `${reason}; --force carries it out all the same` };
          entry.result = { settled: false, word: 'too-old', failure };
          stay.push(entry);
        } else carryOut.push(entry);
        break;
      case 'already-applied':
      case 'superseded':
      case 'gone':
        entry.result = { settled: true, word: verdict.kind };
        settled.push(entry);
        break;
      case 'ignored':
        entry.result = { settled: true, word: 'ignored', rule: verdict.rule };
        settled.push(entry);
        break;
      case 'unresolvable':
        entry.result = { settled: false, word: 'unresolvable', failure: verdict.failure };
        stay.push(entry);
        break;
      case undefined:
        stay.push(entry);
        break;
    }
  }
  return { carryOut, settled, stay };
}

function changedAtMs({ createdAtMs, facts }: Entry): number {
  return createdAtMs ?? Date.parse(facts.failedAt);
}
