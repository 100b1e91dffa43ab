/**
 * Opens an entry in the audit trail before a command changes anything, and keeps it while the command works. It is written in parts: what
 * was done is there at most a second later, so that a run that is killed leaves what it did.
 */
import type { Clock } from '../../shared/time/clock.ts';
import type { AuditEnd, AuditLine, AuditResult, AuditStart } from './entry.ts';
import type { AuditPlaceWriter } from './places.ts';

export interface Audit {
  /** Where it is, for people; undefined when nothing is written. */
  readonly place: string | undefined;
  /** Notes what became of one record. @throws what the place refused before: what cannot be written down is not done */
  result(result: AuditResult): void;
  /** Resolves when all that was noted is written. @throws what the place refused */
  flush(): Promise<void>;
  /** Writes the rest and the end. @throws what the place refused */
  end(outcome: AuditEnd['outcome']): Promise<void>;
}

export interface AuditRun {
  readonly start: Omit<AuditStart, 'event' | 'run' | 'at'>;
  readonly place: AuditPlaceWriter;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** How long a line may wait for others to be written with. */
const PART_EVERY_MS = 1_000;

/** So that a part fits into an item of DynamoDB, 400 KB. */
const PART_LINES = 500;

/** @throws what the place refused: nothing may be changed then */
export async function startAudit({ start, place, clock, newId }: AuditRun): Promise<Audit> {
  const startedMs = clock.now();
  const run = newId();
  const about = { run, startedMs, command: start.command };
  const at = () => new Date(clock.now()).toISOString();
  const totals = new Map<string, number>();
  let part = 0;
  let waiting: AuditLine[] = [{ event: 'start', run, at: at(), ...start }];
  /** One write after the other, so that parts are in order. */
  let tail: Promise<unknown> = Promise.resolve();
  let cancelTimer: (() => void) | undefined;
  /** Said again at every later result and flush: a timer has nobody to tell. */
  let refused: { readonly error: unknown } | undefined;

  function flush(): Promise<void> {
    cancelTimer?.();
    cancelTimer = undefined;
    const lines = waiting;
    waiting = [];
    const write = tail.then(async () => {
      if (refused !== undefined) throw refused.error;
      for (let from = 0; from < lines.length; from += PART_LINES)
        await place.write(about, part++, lines.slice(from, from + PART_LINES));
    });
    tail = write.catch((error: unknown) => {
      refused ??= { error };
    });
    return write;
  }

  await flush();
  return {
    place: place.title,
    result(result) {
      if (refused !== undefined) throw refused.error;
      waiting.push({ event: 'result', run, at: at(), ...result });
      totals.set(result.result, (totals.get(result.result) ?? 0) + 1);
      cancelTimer ??= clock.after(PART_EVERY_MS, () => {
        flush().catch(() => {});
      });
    },
    flush,
    end(outcome) {
      waiting.push({ event: 'end', run, at: at(), outcome, results: Object.fromEntries(totals) });
      return flush();
    },
  };
}

/** For a command that was told to leave no entry. */
export const noAudit: Audit = {
  place: undefined,
  result: () => {},
  flush: () => Promise.resolve(),
  end: () => Promise.resolve(),
};
