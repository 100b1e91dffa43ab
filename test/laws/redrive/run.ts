/** One run of an operator's redrive in a test's world, and what it said. */
import { randomUUID } from 'node:crypto';
import type { Audit } from '../../../operator/audit/audit.ts';
import { ANYWHERE, type Where } from '../../../operator/dead-letters/where.ts';
import {
  type Planned,
  type RedriveOptions,
  type RedriveReport,
  redrive,
} from '../../../operator/redrive/redrive.ts';
import type { PlanReport } from '../../../operator/redrive/report.ts';
import { openSpill } from '../../../operator/redrive/spill.ts';
import { systemClock } from '../../../shared/time/clock.ts';
import type { OperatorProcess } from '../../support/operator-process.ts';

export interface Run {
  readonly report: RedriveReport;
  /** `<event id> <result>` in the order in which it was written down. */
  readonly audited: readonly string[];
  readonly planned: readonly Planned[];
}

export interface RunOptions extends Partial<RedriveOptions> {
  readonly onResults?: () => void;
  readonly onPlan?: (plan: PlanReport) => void;
}

export async function runRedrive(
  { system, signal }: OperatorProcess,
  { onResults = () => {}, onPlan = () => {}, ...given }: RunOptions = {},
): Promise<Run> {
  const options: RedriveOptions = {
    where: ANYWHERE,
    limit: undefined,
    rate: undefined,
    concurrency: 2,
    stopAfter: undefined,
    maxAgeMs: undefined,
    dryRun: false,
    ...given,
  };
  const audited: string[] = [];
  const planned: Planned[] = [];
  const audit: Audit = {
    place: 'test',
    result: ({ eventId = '', result }) => audited.push(`${eventId} ${result}`),
    flush: async () => {},
    end: async (outcome) => {
      audited.push(outcome);
    },
  };
  const spill = await openSpill();
  const names = options.where.processor;
  try {
    const report = await redrive(
      system,
      system.processors.filter(({ name }) => names.length === 0 || names.includes(name)),
      options,
      {
        clock: systemClock,
        random: () => 0,
        newId: randomUUID,
        signal,
        spill,
        waitSeconds: 0,
        runId: 'test-run',
        onLetter: () => {},
        onPlanned: (one) => planned.push(one),
        onPlan,
        begin: async () => audit,
        onResults,
      },
    );
    return { report, audited, planned };
  } finally {
    await spill.close();
  }
}

export const of = (fields: Partial<Where>): Where => ({ ...ANYWHERE, ...fields });

/** By event id: the verdict, or what became of it. */
export function resultsOf({ report }: Run): Readonly<Record<string, string>> {
  return Object.fromEntries(report.results.map(({ eventId, result }) => [eventId ?? '—', result]));
}

export function verdictsOf({ planned }: Run): Readonly<Record<string, string>> {
  return Object.fromEntries(
    planned.map(({ entry }) => [entry.sent.eventId ?? '—', `${entry.verdict?.kind}, ${entry.present}`]),
  );
}
