/** Does what a plan says: settles what needs nothing, carries out what does, lets letters go, and writes down what became of each record. */
import type { Audit } from '../audit/audit.ts';
import type { System } from '../system/system.ts';
import { carryOut, type Failures, type Pace, paceOf } from './carry-out.ts';
import type { Decisions } from './decide.ts';
import { type Door, openDoor } from './door.ts';
import type { Entry } from './entry.ts';
import type { Share } from './open-shares.ts';
import type { RedriveOptions, RedrivePorts } from './redrive.ts';
import { nameOf } from './report.ts';
import { isSettled, type LettersSettled, letterSettler } from './settle-letters.ts';

interface Run {
  readonly audit: Audit;
  readonly door: Door;
  readonly pace: Pace;
  readonly failures: Failures;
  readonly concurrency: number;
  readonly ports: RedrivePorts;
  readonly onDone: (records: number) => void;
}

export async function act(
  { clients }: System,
  decided: readonly (Share & Decisions)[],
  { concurrency, rate, stopAfter }: RedriveOptions,
  ports: RedrivePorts,
): Promise<LettersSettled> {
  const { clock, random, signal, runId } = ports;
  const of = decided.reduce((sum, share) => sum + share.carryOut.length + share.settled.length, 0);
  const failures = { most: stopAfter ?? Number.POSITIVE_INFINITY, count: 0 };
  let done = 0;
  const audit = await ports.begin(of);
  const run: Run = {
    audit,
    door: openDoor({ id: runId, lambda: clients.lambda, clock, random, signal }),
    pace: paceOf(rate, clock),
    failures,
    concurrency,
    ports,
    onDone: (records) => {
      done += records;
      ports.onResults(done, of, failures.count);
    },
  };
  const totals: LettersSettled = { settled: 0, putBack: 0 };
  let ended = false;
  try {
    for (const share of decided) {
      const { settled, putBack } = await actOn(share, run);
      totals.settled += settled;
      totals.putBack += putBack;
    }
    ended = true;
  } finally {
    const allSettled = decided.every(({ gathered }) =>
      gathered.entries.every((entry) => !entry.chosen || isSettled(entry)),
    );
    await audit.end(signal.aborted ? 'interrupted' : ended && allSettled ? 'done' : 'failed');
  }
  return totals;
}

async function actOn(share: Share & Decisions, run: Run): Promise<LettersSettled> {
  const { processor, letters, gathered } = share;
  const { audit, ports } = run;
  const { clock, signal, spill } = ports;
  const settler = letterSettler({
    letters,
    spill,
    onPutBack: (entry) => audit.result({ ...auditName(entry), result: 'put-back' }),
  });
  const onResults = async (entries: readonly Entry[]) => {
    for (const entry of entries) audit.result(auditResult(entry));
    run.onDone(entries.length);
    await settler.settle(entries);
  };
  for (const letter of gathered.empty) {
    if (signal.aborted) break;
    await letters.settle(letter);
    settler.totals.settled++;
  }
  for (let from = 0; from < share.settled.length; from += BETWEEN_INTERRUPTS) {
    const part = share.settled.slice(from, from + BETWEEN_INTERRUPTS);
    if (signal.aborted) for (const entry of part) entry.result = undefined;
    else await onResults(part);
  }
  await carryOut(share.carryOut, {
    ...run,
    spill,
    functionName: processor.functionName,
    clock,
    signal,
    onResults,
  });
  for (const entry of share.stay) audit.result(auditResult(entry));
  await settler.takeApart(gathered.parcels);
  return settler.totals;
}

/** Letters that go without a look whether somebody wants to stop. */
const BETWEEN_INTERRUPTS = 100;

export function auditName(entry: Entry) {
  const { processor, eventId, key } = nameOf(entry);
  return {
    processor,
    ...(eventId === null ? {} : { eventId }),
    ...(key === null ? {} : { key }),
  };
}

function auditResult(entry: Entry) {
  const { result } = entry;
  return {
    ...auditName(entry),
    result: result?.word ?? 'not-tried',
    ...(result?.settled === false ? { code: result.failure.code } : {}),
  };
}
