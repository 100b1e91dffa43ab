/** Operators of a history, one after the other or side by side: what they ran, and whether what they were told is true. */
import type { Audit } from '../../../operator/audit/audit.ts';
import { startAudit } from '../../../operator/audit/audit.ts';
import { openLetters } from '../../../operator/dead-letters/letters.ts';
import { type RescueReport, rescue } from '../../../operator/dead-letters/rescue.ts';
import { ANYWHERE, type Where } from '../../../operator/dead-letters/where.ts';
import { type DiscardReport, discard } from '../../../operator/redrive/discard.ts';
import { type RedriveReport, redrive } from '../../../operator/redrive/redrive.ts';
import type { Spill } from '../../../operator/redrive/spill.ts';
import type { System } from '../../../operator/system/system.ts';
import { type MemoryProcess, memoryProcess } from './memory-clients.ts';
import type { Operator } from './scenario.ts';
import { isOf, type LetterWorld } from './world.ts';

export type Report = RedriveReport | DiscardReport | readonly RescueReport[];

/** What an operator saw of a run. */
export interface Ran {
  readonly operator: Operator;
  readonly run: string;
  /** Undefined: it was killed, or failed. */
  readonly report: Report | undefined;
  readonly ending: 'ended' | 'failed' | 'killed';
}

export const CAREFUL: Operator = {
  command: 'redrive',
  dryRun: false,
  about: [],
  concurrency: 1,
  beside: false,
  fates: [],
};

export async function operateAll(
  world: LetterWorld,
  operators: readonly Operator[],
): Promise<readonly Ran[]> {
  const ran: Ran[] = [];
  let sideBySide: Promise<Ran>[] = [];
  const wait = async () => {
    ran.push(...(await world.clock.runUntil(Promise.all(sideBySide))));
    sideBySide = [];
    // What a process that died, or could not give it back, still holds comes back by itself.
    await world.clock.advance(600_000);
  };
  for (const [index, operator] of operators.entries()) {
    if (!operator.beside) await wait();
    sideBySide.push(operate(world, operator, `run-${index}-at-${world.clock.now()}`));
  }
  await wait();
  return ran;
}

/** Nothing goes wrong for it; until it finds nothing more to do. */
export async function operateLast(world: LetterWorld): Promise<void> {
  // A `flaky` record needs as many runs as it has attempts, and those of one lane wait for each other.
  const flaky = world.subjects.filter(({ nature }) => nature === 'flaky').length;
  for (let run = 0; run < 2 + 3 * flaky && world.held().size > 0; run++) await operateAll(world, [CAREFUL]);
}

async function operate(world: LetterWorld, operator: Operator, run: string): Promise<Ran> {
  const { clock, services, trail } = world;
  const process = memoryProcess(services, operator, clock);
  const begin = () =>
    startAudit({
      start: { who: { user: 'law', host: 'law' }, stage: 'law', command: operator.command, arguments: [] },
      place: {
        title: 'law',
        write: (_run, _part, lines) => process.request('audit', () => void trail.push(...lines)),
      },
      clock,
      newId: () => run,
    });
  const ended = work(world, operator, run, process, begin).then(
    (report) => ({ operator, run, report, ending: 'ended' as const }),
    () => ({ operator, run, report: undefined, ending: 'failed' as const }),
  );
  const killed = process.died.then(() => ({ operator, run, report: undefined, ending: 'killed' as const }));
  return Promise.race([ended, killed]);
}

function work(
  world: LetterWorld,
  operator: Operator,
  run: string,
  process: MemoryProcess,
  begin: () => Promise<Audit>,
): Promise<Report> {
  const { clock, facts } = world;
  const { command, dryRun, limit, stopAfter, concurrency } = operator;
  const system = { clients: process.clients, processors: [facts] } as unknown as System;
  const common = {
    clock,
    random: () => 0.5,
    newId: () => `${run}-id`,
    signal: process.signal,
    spill: memorySpill(),
    onLetter: () => {},
    begin,
  };
  const where = whereOf(operator, world);
  if (command === 'rescue') return rescueAll(system, facts, { where, dryRun }, common);
  if (command === 'discard')
    return discard(system, [facts], { where, limit, dryRun }, { ...common, onList: () => {} });
  return redrive(
    system,
    [facts],
    { where, limit, rate: undefined, concurrency, stopAfter, maxAgeMs: undefined, dryRun },
    { ...common, runId: run, onPlanned: () => {}, onPlan: () => {}, onResults: progress(world) },
  );
}

async function rescueAll(
  system: System,
  facts: LetterWorld['facts'],
  options: Parameters<typeof rescue>[1],
  ports: Parameters<typeof openLetters>[2],
): Promise<readonly RescueReport[]> {
  const letters = openLetters(system, facts, ports);
  try {
    return await Array.fromAsync(rescue(letters, options));
  } finally {
    await letters.close();
  }
}

/** Records are chosen by their position, which all of them have. */
function whereOf({ about }: Operator, { subjects }: LetterWorld): Where {
  const event = chosen(about, subjects.length).flatMap((index) => subjects[index]?.sequenceNumber ?? []);
  return { ...ANYWHERE, event };
}

/** Numbers of records; none for all. */
export function chosen(about: readonly number[], of: number): readonly number[] {
  return [...new Set(about.map((number) => number % of))];
}

export function numberOf(key: string | null | undefined, { subjects }: LetterWorld): number | undefined {
  return subjects.find(({ index }) => isOf(key ?? undefined, index))?.index;
}

/** What is done grows, and is never more than there is. */
function progress({ problems }: LetterWorld): (done: number, of: number) => void {
  let before = 0;
  return (done, of) => {
    if (done < before || done > of) problems.push(`progress: ${before}, then ${done} of ${of}`);
    before = done;
  };
}

function memorySpill(): Spill {
  const texts: string[] = [];
  return {
    write: async (text) => ({ at: texts.push(text) - 1, bytes: 0 }),
    read: async ({ at }) => texts[at] ?? '',
    close: async () => {},
  };
}
