/**
 * Discards records for good, because somebody decided so and says why. What goes is written down before it goes: processor, event id, key and
 * code of each record, never its content. A letter that also holds other records is taken apart first. One that could not be read just now
 * stays, and so do the records that were read in it, unless its reason's code is named: nobody knows what would go with it.
 */
import type { Audit } from '../audit/audit.ts';
import { letterIdentity } from '../dead-letters/identity.ts';
import type { Letter } from '../dead-letters/letter.ts';
import { mayBeReadLater } from '../dead-letters/passing.ts';
import type { ProcessorFacts, System } from '../system/system.ts';
import { auditName } from './act.ts';
import type { Entry } from './entry.ts';
import { type Choice, chosenOf, type Share, type SharePorts, withShares } from './open-shares.ts';
import { nameOf, type RecordName, type UnreadLetter, unreadLetter } from './report.ts';
import { type LettersSettled, letterSettler } from './settle-letters.ts';

export interface DiscardOptions extends Choice {
  readonly dryRun: boolean;
}

export interface DiscardPorts extends SharePorts {
  /** Before anything is deleted. */
  readonly onList: (list: DiscardList) => void;
  /** Asks, and opens the audit trail. @throws when nothing must be deleted */
  readonly begin: (list: DiscardList) => Promise<Audit>;
}

export interface DiscardList {
  readonly records: readonly DiscardedRecord[];
  /** Letters without a record that could be read, of any form. With `--limit` they count after the records. */
  readonly letters: readonly UnreadLetter[];
  /** Letters that stay: what is in them may be read later. */
  readonly kept: readonly UnreadLetter[];
}

export interface DiscardedRecord extends RecordName {
  readonly code: string;
  readonly failedAt: string;
}

export interface DiscardReport extends DiscardList {
  readonly gone: LettersSettled;
  /** All that was listed is discarded; of a dry run nothing is. */
  readonly discarded: boolean;
  readonly interrupted: boolean;
}

/** @throws Problem when letters cannot be read, or it was not confirmed; what SQS, S3 or the audit trail refused */
export async function discard(
  system: System,
  processors: readonly ProcessorFacts[],
  options: DiscardOptions,
  ports: DiscardPorts,
): Promise<DiscardReport> {
  return withShares(system, processors, options, ports, async (shares) => {
    const parts = partsOf(shares, options);
    const list: DiscardList = {
      records: parts.flatMap(({ entries }) => entries).map(discardedRecord),
      letters: parts.flatMap(({ unread }) => unread).map(unreadLetter),
      kept: parts.flatMap(({ kept }) => kept).map(unreadLetter),
    };
    ports.onList(list);
    const nothing = list.records.length + list.letters.length === 0;
    if (options.dryRun || nothing)
      return {
        ...list,
        gone: { settled: 0, putBack: 0 },
        discarded: nothing && list.kept.length === 0,
        interrupted: false,
      };
    const gone = await discardAll(parts, await ports.begin(list), ports);
    const { aborted: interrupted } = ports.signal;
    return { ...list, gone, discarded: !interrupted && list.kept.length === 0, interrupted };
  });
}

/** A share, and what of it goes. */
interface Part {
  readonly share: Share;
  readonly entries: readonly Entry[];
  readonly unread: readonly Letter[];
  readonly kept: readonly Letter[];
}

function partsOf(shares: readonly Share[], { where, limit }: DiscardOptions): readonly Part[] {
  const stays = (letter: Letter) => mayBeReadLater(letter) && !where.code.includes(letter.reason?.code ?? '');
  const parts = shares.map((share): Part => {
    const { unread, empty, parcels } = share.gathered;
    const entries = chosenOf(share).filter(
      ({ parcels: own }) => ![...own].some(({ letter }) => stays(letter)),
    );
    const letters = [...unread, ...empty];
    const partly = parcels.map(({ letter }) => letter).filter(stays);
    return {
      share,
      entries,
      unread: letters.filter((letter) => !stays(letter)),
      kept: [...letters.filter(stays), ...partly],
    };
  });
  let left = (limit ?? Number.POSITIVE_INFINITY) - parts.flatMap(({ entries }) => entries).length;
  return parts.map((part) => {
    const unread = part.unread.slice(0, left);
    left -= unread.length;
    return { ...part, unread };
  });
}

async function discardAll(
  parts: readonly Part[],
  audit: Audit,
  { signal, spill }: DiscardPorts,
): Promise<LettersSettled> {
  const totals: LettersSettled = { settled: 0, putBack: 0 };
  let outcome: 'done' | 'failed' = 'failed';
  try {
    for (const { share, entries, unread } of parts) {
      const { letters, gathered } = share;
      const settler = letterSettler({
        letters,
        spill,
        evenPartly: true,
        onPutBack: (entry) => audit.result({ ...auditName(entry), result: 'put-back' }),
      });
      for (const part of inParts(entries)) {
        if (signal.aborted) break;
        for (const entry of part) {
          entry.result = { settled: true, word: 'discarded' };
          audit.result({ ...auditName(entry), result: 'discarded', code: entry.facts.error.code });
        }
        await audit.flush();
        await settler.settle(part);
      }
      await settler.takeApart(gathered.parcels);
      for (const letter of unread) {
        if (signal.aborted) break;
        const { processor, form, reason } = letter;
        const key = `${form} ${letterIdentity(letter)}`;
        audit.result({ processor, key, result: 'discarded', ...(reason && { code: reason.code }) });
        await audit.flush();
        await letters.settle(letter);
        totals.settled++;
      }
      totals.settled += settler.totals.settled;
      totals.putBack += settler.totals.putBack;
    }
    if (parts.every(({ kept }) => kept.length === 0)) outcome = 'done';
  } finally {
    await audit.end(signal.aborted ? 'interrupted' : outcome);
  }
  return totals;
}

/** Written down together, and then gone. */
function* inParts(entries: readonly Entry[]): Generator<readonly Entry[]> {
  for (let from = 0; from < entries.length; from += 100) yield entries.slice(from, from + 100);
}

function discardedRecord(entry: Entry): DiscardedRecord {
  const { error, failedAt } = entry.facts;
  return { ...nameOf(entry), code: error.code, failedAt };
}
