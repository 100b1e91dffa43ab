/** What each function last said about a batch that it could not settle: by how many records which code. Read from its log, as metrics would be. */
import { BATCH_SETTLED } from '../../shared/telemetry/batch-report.ts';

export interface LastFailures {
  /** ISO 8601. */
  readonly at: string;
  /** Sequence number of the first record that the function reported, or `whole-batch`. */
  readonly reported: string;
  /** Records by failure code. */
  readonly codes: Readonly<Record<string, number>>;
}

export interface FailuresKeeper {
  /** Takes a line of a function's log. */
  take(functionName: string, line: string): void;
  /** Undefined while its last batch was settled. */
  of(functionName: string): LastFailures | undefined;
}

export function keepLastFailures(now: () => number): FailuresKeeper {
  const last = new Map<string, LastFailures>();
  return {
    take(functionName, line) {
      if (!line.includes(BATCH_SETTLED)) return;
      const entry = parse(line);
      if (entry['message'] !== BATCH_SETTLED || entry['redriven'] === true) return;
      const { failures, reported } = entry;
      if (typeof reported !== 'string') last.delete(functionName);
      else last.set(functionName, { at: new Date(now()).toISOString(), reported, codes: countsIn(failures) });
    },
    of: (functionName) => last.get(functionName),
  };
}

function countsIn(value: unknown): Record<string, number> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

function parse(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}
