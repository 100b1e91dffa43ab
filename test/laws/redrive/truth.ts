/** Whether what one run said is so: of its report, of the trail, and of what it touched. */
import type { AuditLine } from '../../../operator/audit/entry.ts';
import type { RescueReport } from '../../../operator/dead-letters/rescue.ts';
import type { DiscardReport } from '../../../operator/redrive/discard.ts';
import type { RedriveReport } from '../../../operator/redrive/redrive.ts';
import type { RecordResult } from '../../../operator/redrive/report.ts';
import { chosen, numberOf, type Ran, type Report } from './operators.ts';
import type { Operator } from './scenario.ts';
import { type LetterWorld, UNKNOWN } from './world.ts';

function nothingFails({ fates, ending }: Operator): boolean {
  return fates.every((fate) => fate === 'arrives') && ending === undefined;
}

interface Enveloped {
  readonly error: { readonly code: string };
}

/** By record: the messages that hold nothing else. */
export function lettersOfItsOwn({
  services,
  recordsIn,
}: LetterWorld): ReadonlyMap<number, readonly Enveloped[]> {
  const found = new Map<number, Enveloped[]>();
  for (const body of services.queue.bodies()) {
    const [index] = recordsIn(body);
    const letter = body === UNKNOWN ? {} : JSON.parse(body);
    if (index !== undefined && letter.record !== undefined)
      found.set(index, [...(found.get(index) ?? []), letter]);
  }
  return found;
}

/** Of a run that ended: a line for each result, and for each record that was put back. */
function wrongTrail(report: RedriveReport | DiscardReport, lines: readonly AuditLine[]): readonly string[] {
  const results = lines.flatMap((line) => (line.event === 'result' ? [line] : []));
  if (results.length === 0 && !('results' in report && report.results.some(({ settled }) => settled)))
    return [];
  const putBack = results.filter(({ result }) => result === 'put-back').length;
  const letters = 'results' in report ? report.letters : report.gone;
  const missing = 'results' in report ? report.results.filter((one) => !isWritten(one, results)) : [];
  return [
    ...(putBack === letters.putBack ? [] : [`${letters.putBack} were put back, the trail says ${putBack}`]),
    ...missing.map(({ key, result }) => `${key} is ${result}, and the trail does not say so`),
  ];
}

/** What was never tried has nothing to be said of it. */
function isWritten(
  { key, result, failure }: RecordResult,
  lines: readonly { readonly key?: string; readonly result: string; readonly code?: string }[],
): boolean {
  return (
    result === 'not-tried' ||
    lines.some((line) => line.key === key && line.result === result && line.code === failure?.code)
  );
}

/** What stops a run or holds a record back is there; and what is settled has no letter of its own that was read. */
function wrongOrder(
  world: LetterWorld,
  { operator }: Ran,
  { results, interrupted }: RedriveReport,
  alone: Before['alone'],
): readonly string[] {
  const { stopAfter, dryRun, fates, ending } = operator;
  if (dryRun) return [];
  const words = new Map(results.map((one) => [numberOf(one.key, world), one]));
  const failed = results.filter(({ result }) => result === 'failed').length;
  const problems: string[] = [];
  const own = lettersOfItsOwn(world);
  const isHeard = ending === undefined && fates.every((fate) => fate !== 'slow' && fate !== 'odd');
  for (const [index = -1, { result, settled, verdict }] of words) {
    const one = world.subjects[index];
    if (isHeard && settled && alone.has(index) && own.has(index))
      problems.push(`record ${index} is said to be settled, and its own letter is there`);
    if (
      result === 'not-tried' &&
      verdict === 'apply' &&
      !interrupted &&
      failed < (stopAfter ?? Number.POSITIVE_INFINITY)
    )
      problems.push(`record ${index} was not tried, after ${failed} failures`);
    const isHeld = world.subjects.some(
      (other) =>
        other.lane === one?.lane &&
        other.index < index &&
        ['flaky', 'crasher'].includes(other.nature) &&
        words.get(other.index)?.settled === false,
    );
    if (result === 'held-back' && !isHeld && nothingFails(operator))
      problems.push(`record ${index} is held back, and nothing before it is`);
  }
  return problems;
}

/** A record is put back once, where it has no letter of its own, with what it fails with now if that is known. */
function wrongPutBack(
  world: LetterWorld,
  report: Report,
  before: Before['alone'],
  isOfAll: boolean,
): readonly string[] {
  const now = new Map(
    'results' in report
      ? report.results.map(({ key, failure }) => [numberOf(key, world), failure?.code])
      : [],
  );
  return [...lettersOfItsOwn(world)].flatMap(([index, letters]) => {
    const had = before.get(index)?.length ?? 0;
    // A letter of its own that was not looked at is not known of.
    const most = isOfAll ? Math.max(1, had) : had + 1;
    if (letters.length > most && !isRescue(report))
      return [`record ${index} has ${letters.length} letters of its own, and had ${had}`];
    const nature = world.subjects[index]?.nature ?? 'good';
    const knows =
      ['poison', 'late-poison'].includes(nature) && now.has(index) && now.get(index) !== 'NOT_TRIED';
    const code = letters[0]?.error.code;
    return had === 0 && knows && code !== now.get(index) && now.get(index) !== 'EARLIER_UNSETTLED'
      ? [`record ${index} fails with ${now.get(index)}, and its letter says ${code}`]
      : [];
  });
}

export function everything({ services }: LetterWorld): string {
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
  /** By record. */
  readonly alone: ReadonlyMap<number, readonly Enveloped[]>;
}

export function untrue(
  world: LetterWorld,
  ran: Ran,
  { before, carriedOut, unknown, from, alone }: Before,
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
  const isTold = !operator.fates.includes('answer-lost');
  if (ending === 'failed' && end?.event === 'end' && end.outcome === 'done' && isTold)
    problems.push('the trail says done of what failed');
  if (report === undefined) return problems;
  if (!dryRun && !isRescue(report)) problems.push(...wrongTrail(report, lines));
  if ('results' in report) problems.push(...wrongOrder(world, ran, report, alone));
  if (nothingFails(operator) && world.services.queue.hidden() > 0)
    problems.push('messages were not given back');
  if (nothingFails(operator))
    problems.push(...wrongPutBack(world, report, alone, isAbout.length === 0 && limit === undefined));
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
