/** What the functions said of their batches, added up: read from the summary line each batch logs. */
import { BATCH_SETTLED, type BatchSummary } from '../../shared/telemetry/batch-report.ts';

export interface Tally {
  readonly outcomes: Readonly<Record<keyof BatchSummary['outcomes'], number>>;
  readonly ignoredByRule: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
  readonly deadLetters: number;
}

export interface TallyKeeper {
  /** Takes a function's log line; true if it was a batch's summary. */
  take(line: unknown): boolean;
  tally(): Tally;
}

export function keepTally(): TallyKeeper {
  const outcomes = { applied: 0, duplicate: 0, superseded: 0, gone: 0, ignored: 0, poison: 0, transient: 0 };
  const ignoredByRule: Record<string, number> = {};
  const failures: Record<string, number> = {};
  let deadLetters = 0;
  return {
    take(line) {
      if (!isSummary(line)) return false;
      addTo(outcomes, line.outcomes);
      addTo(ignoredByRule, line.ignoredByRule);
      addTo(failures, line.failures);
      deadLetters += line.deadLetters;
      return true;
    },
    tally: () => ({ outcomes, ignoredByRule, failures, deadLetters }),
  };
}

function isSummary(line: unknown): line is BatchSummary {
  return typeof line === 'object' && line !== null && 'message' in line && line.message === BATCH_SETTLED;
}

function addTo(totals: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) totals[name] = (totals[name] ?? 0) + count;
}
