/** From the plan to what is done: which records are carried out, which are settled without it, and which stay, and why. Pure. */
import type { Entry } from './entry.ts';

/** Their effects reach people, who may not want them late. What follows a table is never too late: the item is read. */
export const REACHING_PEOPLE: readonly string[] = ['bids', 'conversations', 'bookings'];

export interface Decisions {
  readonly carryOut: readonly Entry[];
  /** Nothing is left to do for them. */
  readonly settled: readonly Entry[];
  /** They have their results: nothing is done about them. */
  readonly stay: readonly Entry[];
}

export interface DecideOptions {
  readonly nowMs: number;
  /** Older changes are told to nobody; undefined: age does not matter. */
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
          const failure = {
            code: 'TOO_OLD',
            details: 'older than --max-age allows; --force carries it out all the same',
          };
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
