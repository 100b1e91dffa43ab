/** The laws of dead letters: whatever operators do, and whatever goes wrong for them, no record is lost, and nothing false is said of one. */

import type { RescueReport } from '../../../operator/dead-letters/rescue.ts';
import { type LawSuite, law } from '../law.ts';
import { chosen, numberOf, operateAll, operateLast, type Ran, type Report } from './operators.ts';
import { type Operator, type Scenario, scenario } from './scenario.ts';
import { type LetterWorld, letterWorld, UNKNOWN } from './world.ts';

const CAN_SETTLE = new Set(['good', 'flaky', 'done', 'superseded', 'gone', 'ignored']);

/** Somebody else changes what a run sees, or it does not hear what becomes of it. */
function isAlone({ operators }: Scenario): boolean {
  return operators.every(({ beside }) => !beside);
}

function nothingFails({ fates, ending }: Operator): boolean {
  return fates.every((fate) => fate === 'arrives') && ending === undefined;
}

/** In the trail of all runs. */
function wereDiscarded(world: LetterWorld): ReadonlySet<number> {
  const lines = world.trail.flatMap((line) =>
    line.event === 'result' && line.result === 'discarded' ? (numberOf(line.key, world) ?? []) : [],
  );
  return new Set(lines);
}

const nothingIsLost = law<Scenario>({
  id: 'redrive/lost',
  title:
    'no letter goes before each of its records is settled, kept in another letter, or written down as discarded',
  histories: scenario,
  async broken(history) {
    const world = letterWorld(history);
    await operateAll(world, history.operators);
    return world.problems;
  },
});

const endsClean = law<Scenario>({
  id: 'redrive/ends',
  title:
    'what can be settled is settled in the end, and what cannot is in letters that say when and why it failed first',
  histories: scenario,
  async broken(history) {
    const world = letterWorld(history);
    await operateAll(world, history.operators);
    await operateLast(world);
    return [...world.problems, ...wrongInTheEnd(world)];
  },
});

function wrongInTheEnd(world: LetterWorld): readonly string[] {
  const held = world.held();
  const gone = wereDiscarded(world);
  const hasCrasher = new Set(
    world.subjects
      .filter(({ nature, index }) => nature === 'crasher' && held.has(index))
      .map(({ lane }) => lane),
  );
  const problems: string[] = [];
  for (const { index, nature, lane, isSettled } of world.subjects) {
    const say = (what: string) => problems.push(`record ${index}, ${nature}, ${what}`);
    if (!world.lettered.has(index)) {
      if (held.has(index)) say('was in no letter, and is in one');
    } else if (CAN_SETTLE.has(nature)) {
      // What comes after a record that makes its function fail waits for it.
      if (hasCrasher.has(lane)) continue;
      if (!isSettled && !gone.has(index)) say('was never carried out, nor discarded');
      if (held.has(index)) say('is settled or discarded, and has a letter');
    } else if (!held.has(index) && !gone.has(index)) say('is in no letter, and was not discarded');
  }
  return [...problems, ...wrongLetters(world)];
}

/** Letters that were put back say what the first ones said. */
function wrongLetters({ services, subjects, lettered, recordsIn }: LetterWorld): readonly string[] {
  return services.queue.bodies().flatMap((body) => {
    const [index] = recordsIn(body);
    const one = index === undefined ? undefined : subjects[index];
    if (one === undefined) return [];
    const { failedAt, error, requestId, record } = JSON.parse(body);
    if (record === undefined) return [];
    const first = lettered.get(one.index) ?? [];
    const now = one.nature === 'late-poison' ? ['LATE_POISON'] : ['POISON', 'FUNCTION_FAILED', 'BUSY'];
    return [
      ...(first.some((facts) => facts.failedAt === failedAt && facts.requestId === requestId)
        ? []
        : [`record ${index}: its letter says another first failure than any it had`]),
      ...([...first.map(({ code }) => code), ...now].includes(error?.code)
        ? []
        : [`record ${index}: its letter says ${error?.code}, which it never failed with`]),
      ...(JSON.stringify(record) === JSON.stringify(one.record)
        ? []
        : [`record ${index}: its letter holds another`]),
    ];
  });
}

const truth = law<Scenario>({
  id: 'redrive/truth',
  title:
    'what a run says of a record is so, it is about those that were chosen, and it gives back what it holds',
  histories: scenario.filter(isAlone),
  async broken(history) {
    const world = letterWorld(history);
    for (const operator of history.operators) {
      const before = world.held();
      const whole = everything(world);
      const carriedOut = new Set(
        world.subjects.filter(({ isSettled }) => isSettled).map(({ index }) => index),
      );
      const unknown = world.services.queue.bodies().filter((body) => body === UNKNOWN).length;
      const from = world.trail.length;
      const [ran] = await operateAll(world, [operator]);
      if (operator.dryRun && everything(world) !== whole)
        world.problems.push('a dry run changed what there is');
      if (ran === undefined) continue;
      world.problems.push(...untrue(world, ran, { before, carriedOut, unknown, from }));
    }
    return world.problems;
  },
});

function everything({ services }: LetterWorld): string {
  return JSON.stringify([services.queue.bodies(), [...services.bucket.objects]]);
}

function isRescue(report: Report): report is readonly RescueReport[] {
  return Array.isArray(report);
}

interface Before {
  readonly before: ReadonlySet<number>;
  readonly carriedOut: ReadonlySet<number>;
  readonly unknown: number;
  /** Where the trail of this run begins. */
  readonly from: number;
}

function untrue(
  world: LetterWorld,
  ran: Ran,
  { before, carriedOut, unknown, from }: Before,
): readonly string[] {
  const { operator, report, ending } = ran;
  const { about, limit, dryRun, command, stopAfter, concurrency } = operator;
  const problems: string[] = [];
  const held = world.held();
  const isAbout = chosen(about, world.subjects.length);
  const touched = world.subjects.filter(
    ({ index, isSettled }) =>
      (before.has(index) && !held.has(index)) || (isSettled && !carriedOut.has(index)),
  );
  for (const { index } of touched) {
    if (isAbout.length > 0 && !isAbout.includes(index))
      problems.push(`record ${index} was touched, and not chosen`);
    if (dryRun) problems.push(`record ${index} was touched by a dry run`);
  }
  if (limit !== undefined && touched.length > limit)
    problems.push(`${touched.length} records were touched, of ${limit} at most`);
  const lines = world.trail.slice(from);
  const named = new Set(
    lines.flatMap((line) => (line.event === 'result' ? (numberOf(line.key, world) ?? []) : [])),
  );
  // What a rescue keeps is named by its command.
  if (ending === 'ended' && !dryRun && command !== 'rescue')
    for (const { index } of touched)
      if (!named.has(index)) problems.push(`record ${index} is not in the trail`);
  const end = lines.find((line) => line.event === 'end');
  const left = world.services.queue.bodies().filter((body) => body === UNKNOWN).length;
  if (command !== 'discard' && left !== unknown)
    problems.push(`a ${command} deleted what nobody understands`);
  if (report === undefined) return problems;
  if (nothingFails(operator) && world.services.queue.hidden() > 0)
    problems.push('messages were not given back');
  if (isRescue(report)) {
    if (!dryRun && nothingFails(operator) && report.some(({ outcome }) => outcome !== 'rescued'))
      problems.push('a pointer was not rescued, and nothing stood in the way');
    if (report.some(({ outcome }) => outcome === 'rescued') && dryRun)
      problems.push('a dry run says that it rescued');
  } else if ('results' in report) {
    const failed = report.results.filter(({ result }) => result === 'failed').length;
    if (stopAfter !== undefined && concurrency === 1 && failed > stopAfter)
      problems.push(`${failed} records failed, and it was to stop after ${stopAfter}`);
    for (const { key, settled } of report.results) {
      const index = numberOf(key, world);
      const one = index === undefined ? undefined : world.subjects[index];
      if (one === undefined) problems.push(`a result is about no record: ${key}`);
      else if (settled && !one.isSettled) problems.push(`record ${index} is said to be settled`);
      else if (settled && held.has(one.index) && nothingFails(operator))
        problems.push(`record ${index} is settled, and has a letter`);
    }
    if (!dryRun && report.settled && isAbout.length === 0 && limit === undefined && held.size + left > 0)
      problems.push('all is said to be settled, and there are letters');
    if (end?.event === 'end' && end.outcome === 'done' && report.results.some(({ settled }) => !settled))
      problems.push('the trail says done, and something is left');
  } else if (report.discarded && !dryRun) {
    for (const { key } of report.records) {
      const index = numberOf(key, world);
      if (index !== undefined && held.has(index) && nothingFails(operator))
        problems.push(`record ${index} is said to be discarded`);
    }
    if (isAbout.length === 0 && limit === undefined && held.size + left > 0)
      problems.push('all is said to be discarded, and there are letters');
  }
  return problems;
}

export const redriveLaws: LawSuite = {
  name: 'redrive',
  title: 'dead letters, redriven and discarded',
  laws: [nothingIsLost, endsClean, truth],
};
