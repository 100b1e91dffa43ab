/** The laws of dead letters: whatever operators do, and whatever goes wrong for them, no record is lost, and nothing false is said of one. */
import { type LawSuite, law } from '../law.ts';
import { CAREFUL, numberOf, operateAll, operateLast } from './operators.ts';
import { type Scenario, scenario } from './scenario.ts';
import { everything, lettersOfItsOwn, untrue } from './truth.ts';
import { type LetterWorld, letterWorld, UNKNOWN } from './world.ts';

const CAN_SETTLE = new Set(['good', 'flaky', 'done', 'superseded', 'gone', 'ignored']);

/** The stream holds all that pointers point to. */
const whole = scenario.map((one): Scenario => ({ ...one, streamHolds: undefined }));

/** Somebody else changes what a run sees, or it does not hear what becomes of it. */
function isAlone({ operators }: Scenario): boolean {
  return operators.every(({ beside }) => !beside);
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
    await operateAll(world, [...history.operators, CAREFUL]);
    return world.problems;
  },
});

const endsClean = law<Scenario>({
  id: 'redrive/ends',
  title:
    'what can be settled is settled in the end, and what cannot is in letters that say when and why it failed first',
  histories: whole,
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
  histories: whole.filter(isAlone),
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
      const alone = lettersOfItsOwn(world);
      const [ran] = await operateAll(world, [operator]);
      if (operator.dryRun && everything(world) !== whole)
        world.problems.push('a dry run changed what there is');
      if (ran === undefined) continue;
      world.problems.push(...untrue(world, ran, { before, carriedOut, unknown, from, alone }));
    }
    return world.problems;
  },
});

export const redriveLaws: LawSuite = {
  name: 'redrive',
  title: 'dead letters, redriven and discarded',
  laws: [nothingIsLost, endsClean, truth],
};
