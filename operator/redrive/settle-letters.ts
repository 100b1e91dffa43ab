/**
 * Lets letters go whose records are settled. One that holds settled and unsettled records is taken apart: first each unsettled record is
 * kept as a letter of its own, with its first failure's time, and only then does the letter go. So there is no moment at which a record
 * that is not settled is in no letter.
 */
import type { Failure } from '../../shared/stream/outcome.ts';
import type { OpenLetters } from '../dead-letters/letters.ts';
import type { Entry, Parcel } from './entry.ts';
import type { Spill } from './spill.ts';

export interface SettlePorts {
  readonly letters: OpenLetters;
  readonly spill: Spill;
  readonly onPutBack: (entry: Entry) => void;
  /** Whether letters go that hold more than could be read: somebody decided so. @default false */
  readonly evenPartly?: boolean;
}

export interface LettersSettled {
  /** Letters that went. */
  settled: number;
  /** Records that are letters of their own now. */
  putBack: number;
}

export interface LetterSettler {
  /** Lets every letter go that holds none but settled records. To be called as records settle. */
  settle(entries: readonly Entry[]): Promise<void>;
  /** Takes apart the letters of which some is settled. To be called once, after all results. */
  takeApart(parcels: readonly Parcel[]): Promise<void>;
  readonly totals: LettersSettled;
}

/** Letters that are deleted at the same time. */
const AT_ONCE = 50;

export function letterSettler({ letters, spill, onPutBack, evenPartly = false }: SettlePorts): LetterSettler {
  const gone = new Set<Parcel>();
  const kept = new Set<Entry>();
  const totals: LettersSettled = { settled: 0, putBack: 0 };

  async function letGo(parcel: Parcel): Promise<void> {
    gone.add(parcel);
    await letters.settle(parcel.letter);
    totals.settled++;
  }

  return {
    totals,
    async settle(entries) {
      const parcels = [...new Set(entries.flatMap((entry) => [...entry.parcels]))];
      const done = parcels.filter(
        (parcel) => !gone.has(parcel) && isWhole(parcel) && parcel.entries.every(isSettled),
      );
      // Before anything is waited for: several workers settle at once.
      for (const parcel of done) gone.add(parcel);
      for (let from = 0; from < done.length; from += AT_ONCE) {
        const ended = await Promise.allSettled(done.slice(from, from + AT_ONCE).map(letGo));
        for (const one of ended) if (one.status === 'rejected') throw one.reason;
      }
    },
    async takeApart(parcels) {
      for (const parcel of parcels) {
        const unsettled = parcel.entries.filter((entry) => !isSettled(entry));
        if (gone.has(parcel) || !isWhole(parcel) || unsettled.length === parcel.entries.length) continue;
        for (const entry of unsettled) {
          if (kept.has(entry) || staysElsewhere(entry)) continue;
          await letters.putBack({
            ...entry.facts,
            error: errorOf(entry),
            record: JSON.parse(await spill.read(entry.place)),
          });
          kept.add(entry);
          totals.putBack++;
          onPutBack(entry);
        }
        await letGo(parcel);
      }
    },
  };

  /** Where a letter holds more than could be read, what was read may be settled, but the letter stays. */
  function isWhole({ letter }: Parcel): boolean {
    return letter.resolvable || evenPartly;
  }

  /** In a letter that holds nothing else, and so stays as it is. */
  function staysElsewhere(entry: Entry): boolean {
    return [...entry.parcels].some((parcel) => !gone.has(parcel) && parcel.entries.length === 1);
  }
}

/** What it fails with now, where that was found out; otherwise what it failed with first. */
function errorOf({ facts, verdict, refusal, result }: Entry): Failure {
  if (result?.settled !== false || refusal !== undefined) return facts.error;
  const planned = verdict?.kind === 'unresolvable' && !verdict.passing;
  return result.word === 'failed' || planned ? result.failure : facts.error;
}

export function isSettled({ result }: Entry): boolean {
  return result?.settled === true;
}
