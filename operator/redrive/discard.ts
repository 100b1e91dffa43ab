/**
 * Discards records for good, because somebody decided so and says why. What goes is written down before it goes: processor, event id, key and
 * code of each record, never its content. A letter that also holds other records is taken apart first.
 */
import type { Audit } from '../audit/audit.ts';
import { letterIdentity } from '../dead-letters/identity.ts';
import type { Letter } from '../dead-letters/letter.ts';
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
  /** Letters without a record that could be read, of any form. */
  readonly letters: readonly UnreadLetter[];
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
    const list: DiscardList = {
      records: shares.flatMap(chosenOf).map(discardedRecord),
      letters: shares.flatMap(unreadOf).map(unreadLetter),
    };
    ports.onList(list);
    const nothing = list.records.length + list.letters.length === 0;
    if (options.dryRun || nothing)
      return { ...list, gone: { settled: 0, putBack: 0 }, discarded: nothing, interrupted: false };
    const gone = await discardAll(shares, await ports.begin(list), ports);
    const { aborted: interrupted } = ports.signal;
    return { ...list, gone, discarded: !interrupted, interrupted };
  });
}

function unreadOf({ gathered }: Share): readonly Letter[] {
  return [...gathered.unread, ...gathered.empty];
}

async function discardAll(
  shares: readonly Share[],
  audit: Audit,
  { signal, spill }: DiscardPorts,
): Promise<LettersSettled> {
  const totals: LettersSettled = { settled: 0, putBack: 0 };
  let outcome: 'done' | 'failed' = 'failed';
  try {
    for (const share of shares) {
      const { letters, gathered } = share;
      const settler = letterSettler({
        letters,
        spill,
        evenPartly: true,
        onPutBack: (entry) => audit.result({ ...auditName(entry), result: 'put-back' }),
      });
      for (const part of inParts(chosenOf(share))) {
        if (signal.aborted) break;
        for (const entry of part) {
          entry.result = { settled: true, word: 'discarded' };
          audit.result({ ...auditName(entry), result: 'discarded', code: entry.facts.error.code });
        }
        await audit.flush();
        await settler.settle(part);
      }
      await settler.takeApart(gathered.parcels);
      for (const letter of unreadOf(share)) {
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
    outcome = 'done';
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
