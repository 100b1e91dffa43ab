/**
 * Turns pointers into whole records before the stream forgets them: every record is kept as a letter of its own, and only then the
 * pointer goes. Killed at any moment, a record may be in two letters, and is never in none.
 */
import { lineOf } from '../../local/problem.ts';
import type { Failure } from '../../shared/stream/outcome.ts';
import type { Letter } from './letter.ts';
import type { OpenLetters } from './letters.ts';
import { matchesIn, matchesUnread, type Where } from './where.ts';

/**
 * - `rescued`: its records are letters now, and the pointer is gone.
 * - `rescuable`: would be; nothing was done.
 * - `partly`: what the stream still holds is kept in letters; the pointer stays for the rest.
 * - `unresolvable`: nothing could be read; the pointer stays.
 * - `failed`: a letter could not be written or the pointer not be deleted; run it again.
 */
export type RescueOutcome = 'rescued' | 'rescuable' | 'partly' | 'unresolvable' | 'failed';

export interface RescueReport {
  readonly processor: string;
  readonly outcome: RescueOutcome;
  readonly streamArn: string;
  readonly shardId?: string;
  readonly start?: string;
  readonly end?: string;
  readonly batchSize: number;
  /** Records kept as letters of their own, or that would be. */
  readonly records: number;
  readonly messageId?: string;
  readonly object?: string;
  readonly expiresAt?: string;
  readonly reason?: Failure;
}

export interface RescueOptions {
  readonly where: Where;
  readonly dryRun: boolean;
}

const PARALLEL = 10;

/** One report for each letter whose records only the stream holds. */
export async function* rescue(
  letters: Pick<OpenLetters, 'letters' | 'putBack' | 'settle'>,
  { where, dryRun }: RescueOptions,
): AsyncGenerator<RescueReport> {
  for await (const letter of letters.letters()) {
    if (!isPointer(letter) || !isMeant(letter, where)) continue;
    yield await rescueOne(letter, letters, dryRun);
  }
}

function isPointer({ form, expiresAt }: Letter): boolean {
  return form === 'pointer' || expiresAt !== undefined;
}

/** A pointer goes as a whole: one record that is meant is enough. */
function isMeant(letter: Letter, where: Where): boolean {
  return letter.records.length === 0
    ? matchesUnread(where, letter)
    : letter.records.some((record) => matchesIn(where, letter, record));
}

async function rescueOne(
  letter: Letter,
  letters: Pick<OpenLetters, 'putBack' | 'settle'>,
  dryRun: boolean,
): Promise<RescueReport> {
  const { records, resolvable } = letter;
  if (records.length === 0) return report(letter, 'unresolvable', 0);
  if (dryRun) return report(letter, resolvable ? 'rescuable' : 'partly', records.length);
  let kept = 0;
  try {
    for (let from = 0; from < records.length; from += PARALLEL) {
      const some = records.slice(from, from + PARALLEL);
      const results = await Promise.allSettled(some.map((record) => letters.putBack(record)));
      kept += results.filter(({ status }) => status === 'fulfilled').length;
      const refused = results.find((result) => result.status === 'rejected');
      if (refused !== undefined) throw refused.reason;
    }
    if (resolvable) await letters.settle(letter);
    return report(letter, resolvable ? 'rescued' : 'partly', kept);
  } catch (error) {
    const type = error instanceof Error ? error.name : typeof error;
    return report(letter, 'failed', kept, { code: 'NOT_RESCUED', type, details: lineOf(error) });
  }
}

function report(
  letter: Letter,
  outcome: RescueOutcome,
  records: number,
  reason: Failure | undefined = letter.reason,
): RescueReport {
  const { processor, batch, source, expiresAt } = letter;
  return {
    processor,
    outcome,
    streamArn: batch?.streamArn ?? '',
    ...(batch?.shardId === undefined ? {} : { shardId: batch.shardId }),
    ...(batch?.start === undefined ? {} : { start: batch.start }),
    ...(batch?.end === undefined ? {} : { end: batch.end }),
    batchSize: batch?.batchSize ?? 0,
    records,
    ...(source.message === undefined ? {} : { messageId: source.message.messageId }),
    ...(source.object === undefined ? {} : { object: `s3://${source.object.bucket}/${source.object.key}` }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(reason === undefined ? {} : { reason }),
  };
}
