/** What a run of chaos came to: the JSON object of `--json`, and the same for people. */
import { type Action, type Fault, nameOf } from './faults.ts';

export interface FaultReport {
  readonly target: string;
  readonly action: Action;
  /** Milliseconds from the beginning of the load. */
  readonly atMs: number;
  /** How long it really was there, its taking back included. */
  readonly tookMs: number;
  /** Until nothing of the time before its end was left to do; `null`: not before the load ended. */
  readonly recoveredMs: number | null;
  readonly note: string;
}

export interface RedriveReport {
  /** Records in letters. */
  readonly records: number;
  /** Of those, the mapping gave up. */
  readonly givenUp: number;
  readonly settled: number;
  /** Poison, as after any run: nothing but another item can settle it. */
  readonly poison: number;
  /** What ought to have been settled. */
  readonly left: number;
}

export interface Check {
  readonly name: string;
  readonly holds: boolean;
  readonly found: string;
  /** The first few differences, by keys and field names. */
  readonly differences: readonly string[];
}

export interface ChaosReport {
  readonly seed: number;
  readonly minutes: number;
  readonly interrupted: boolean;
  readonly cache: string;
  readonly written: Readonly<Record<string, number>>;
  readonly records: number;
  readonly failedInvocations: number;
  readonly faults: readonly FaultReport[];
  readonly drainMs: number;
  readonly redrive: RedriveReport | undefined;
  readonly reconciled: Readonly<Record<string, number>>;
  readonly repeatedMails: number;
  readonly checks: readonly Check[];
}

export const holds = ({ checks }: ChaosReport): boolean => checks.every((check) => check.holds);

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

export function scheduleText(faults: readonly Fault[]): string {
  return faults
    .map(
      ({ atMs, forMs, target, action }) =>
        `  ${seconds(atMs).padStart(8)}  ${action.padEnd(10)} ${nameOf(target)}${forMs === 0 ? '' : `, ${seconds(forMs)}`}`,
    )
    .join('\n');
}

export function reportText(report: ChaosReport): string {
  const { faults, redrive, checks, written, reconciled } = report;
  const rows = faults.map(({ atMs, action, target, tookMs, recoveredMs, note }) => [
    seconds(atMs),
    action,
    target,
    seconds(tookMs),
    recoveredMs === null ? '–' : seconds(recoveredMs),
    note,
  ]);
  const total = Object.values(written).reduce((sum, count) => sum + count, 0);
  const lines = [
    '',
    ...tableText(['at', 'what', 'to', 'for', 'recovered in', ''], rows),
    '',
    `${total} changes written (${Object.entries(written)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}); ` + `${report.records} records; ${report.failedInvocations} failed invocations`,
    `drained ${seconds(report.drainMs)} after the last write`,
    ...(redrive === undefined
      ? []
      : [
          `dead letters: ${redrive.records} records, of which the mappings gave up ${redrive.givenUp}; ` +
            `redriven: ${redrive.settled} settled, ${redrive.poison} are poison, ${redrive.left} left`,
        ]),
    ...Object.entries(reconciled).map(
      ([processor, times]) =>
        `${processor}: reconciled ${times === 1 ? 'once' : `${times} times`} by the operator, after its store had forgotten everything`,
    ),
    ...(report.repeatedMails > 0
      ? [
          `${report.repeatedMails} mails were sent twice, each beside a fault that kept its sender from knowing`,
        ]
      : []),
    '',
    ...checks.flatMap(({ name, holds: isTrue, found, differences }) => [
      `${isTrue ? '✓' : '✗'} ${name}: ${found}`,
      ...differences.map((difference) => `    ${difference}`),
    ]),
  ];
  return lines.join('\n');
}

function tableText(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, column) => (column === 0 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join('  ')}`.trimEnd();
  return [line(titles), ...rows.map(line)];
}
