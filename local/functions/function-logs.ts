/** Reads what functions log: batch summaries are counted, metrics are left to the counting, and what went wrong is shown once in a while. */
import type { Clock } from '../../shared/time/clock.ts';
import type { TallyKeeper } from '../report/tally.ts';

export interface FunctionLogsOptions {
  readonly tally: TallyKeeper;
  readonly show: (line: string) => void;
  /** Every line, as it is. */
  readonly verbose: boolean;
  readonly clock: Clock;
}

/** The same message is not shown again before that. */
const SHOW_AGAIN_MS = 5_000;

const SERIOUS = new Set(['WARN', 'ERROR', 'CRITICAL']);

/** @returns what takes a function's log line */
export function functionLogs(options: FunctionLogsOptions): (functionName: string, line: string) => void {
  const { tally, show, verbose, clock } = options;
  const shownAtMs = new Map<string, number>();
  return (functionName, line) => {
    const entry = parse(line);
    const isSummary = tally.take(entry);
    if (verbose) {
      show(`${functionName}: ${line}`);
      return;
    }
    if (isSummary || '_aws' in entry) return;
    const level = String(entry['level'] ?? 'ERROR');
    if (!SERIOUS.has(level)) return;
    const text = `${functionName}: ${entry['message'] ?? line}`;
    const nowMs = clock.now();
    if (nowMs - (shownAtMs.get(text) ?? Number.NEGATIVE_INFINITY) < SHOW_AGAIN_MS) return;
    for (const [shown, atMs] of shownAtMs) if (nowMs - atMs >= SHOW_AGAIN_MS) shownAtMs.delete(shown);
    shownAtMs.set(text, nowMs);
    show(text);
  };
}

/** A line that is no JSON object was not written by the logger: it is shown as it is. */
function parse(line: string): Record<string, unknown> {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
