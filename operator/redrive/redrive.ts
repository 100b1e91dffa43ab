/**
 * A redrive from end to end: all letters are read and held, every record is planned by its own function, and what should be done is done in
 * stream order. Letters go only as their records settle. It may end at any point, and be run again: what is settled is gone, the rest is there.
 */
import type { Audit } from '../audit/audit.ts';
import type { ProcessorFacts, System } from '../system/system.ts';
import { act } from './act.ts';
import { decide } from './decide.ts';
import { openDoor } from './door.ts';
import type { Entry } from './entry.ts';
import { type ItemNow, itemsNow } from './item-now.ts';
import { type Choice, chosenOf, keySchemas, type Share, type SharePorts, withShares } from './open-shares.ts';
import { planEntries } from './plan.ts';
import { countBy, type PlanReport, planRows, type RecordResult, resultOf, unreadLetter } from './report.ts';
import { isSettled, type LettersSettled } from './settle-letters.ts';

export interface RedriveOptions extends Choice {
  /** Records a second; undefined for as fast as it goes. */
  readonly rate: number | undefined;
  /** Requests at once. */
  readonly concurrency: number;
  /** Ends after so many records that failed. */
  readonly stopAfter: number | undefined;
  /** Records of changes that are older are not carried out; undefined: age does not matter. */
  readonly maxAgeMs: number | undefined;
  readonly dryRun: boolean;
}

export interface RedrivePorts extends SharePorts {
  /** Names this run to the functions, in the form that their doors take. */
  readonly runId: string;
  readonly onPlanned: (planned: Planned) => void;
  /** Before anything is changed. */
  readonly onPlan: (plan: PlanReport) => void;
  /** Asks, and opens the audit trail. @throws when nothing must be changed */
  readonly begin: (records: number) => Promise<Audit>;
  readonly onResults: (done: number, of: number, failed: number) => void;
}

/** One record that has its verdict, while it is in memory. */
export interface Planned {
  readonly entry: Entry;
  readonly record: unknown;
  readonly item: ItemNow | undefined;
  /** How many are planned, of how many. */
  readonly count: number;
  readonly of: number;
}

export interface RedriveReport {
  readonly plan: PlanReport;
  /** One per chosen record; of a dry run none. */
  readonly results: readonly RecordResult[];
  readonly letters: LettersSettled;
  /** All that was chosen is settled; of a dry run: would be, if all goes well. */
  readonly settled: boolean;
  readonly interrupted: boolean;
}

/**
 * @throws Problem when letters cannot be read, or it was not confirmed; the signal's reason when it aborts before anything was done;
 *   what SQS, S3 or the audit trail refused: what was settled until then is gone, and the rest is there
 */
export async function redrive(
  system: System,
  processors: readonly ProcessorFacts[],
  options: RedriveOptions,
  ports: RedrivePorts,
): Promise<RedriveReport> {
  return withShares(system, processors, options, ports, async (shares) => {
    const chosen = shares.flatMap(chosenOf);
    await planShares(system, shares, options, ports);
    ports.signal.throwIfAborted();
    const nowMs = ports.clock.now();
    const decided = shares.map((share) => ({
      ...share,
      ...decide(chosenOf(share), { nowMs, maxAgeMs: options.maxAgeMs }),
    }));
    const plan = planReport(shares, chosen);
    ports.onPlan(plan);
    const stays =
      decided.some(({ stay }) => stay.length > 0) || plan.unread.length > 0 || plan.incomplete.length > 0;
    const toDo = decided.some(
      ({ carryOut, settled, gathered }) => carryOut.length + settled.length + gathered.empty.length > 0,
    );
    const acts = toDo && !options.dryRun;
    const letters = acts ? await act(system, decided, options, ports) : { settled: 0, putBack: 0 };
    return {
      plan,
      results: options.dryRun ? [] : chosen.map(resultOf),
      letters,
      settled: !stays && (options.dryRun || chosen.every(isSettled)),
      interrupted: ports.signal.aborted,
    };
  });
}

async function planShares(
  { clients }: System,
  shares: readonly Share[],
  { concurrency }: RedriveOptions,
  ports: RedrivePorts,
): Promise<void> {
  const { clock, random, signal, spill, runId, onPlanned } = ports;
  const schemaOf = keySchemas(clients);
  const door = openDoor({ id: runId, lambda: clients.lambda, clock, random, signal });
  const of = shares.flatMap(chosenOf).length;
  let count = 0;
  for (const share of shares) {
    await planEntries(chosenOf(share), {
      door,
      spill,
      functionName: share.processor.functionName,
      signal,
      concurrency,
      itemsNow: async (table, records) =>
        itemsNow(records, {
          client: clients.dynamodb(table),
          table,
          schema: await schemaOf(table),
          clock,
          random,
          signal,
        }),
      onPlanned: (entry, record, item) => onPlanned({ entry, record, item, count: ++count, of }),
    });
  }
}

function planReport(shares: readonly Share[], chosen: readonly Entry[]): PlanReport {
  const parcels = [...new Set(chosen.flatMap((entry) => [...entry.parcels]))];
  const empty = shares.flatMap(({ gathered }) => gathered.empty);
  const unread = shares.flatMap(({ gathered }) => gathered.unread);
  const partly = parcels.map(({ letter }) => letter).filter(({ resolvable }) => !resolvable);
  return {
    records: chosen.length,
    letters: parcels.length,
    rows: planRows(chosen),
    empty: countBy(empty, ({ form }) => form),
    unread: [...unread, ...partly].map(unreadLetter),
    incomplete: shares.flatMap(({ letters }) => letters.incomplete() ?? []),
  };
}
