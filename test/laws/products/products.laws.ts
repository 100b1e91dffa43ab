/** The laws of products → search, on random histories, deliveries and faults. */
import fc from 'fast-check';
import { letterFaults, neverKept } from '../faulty-letters.ts';
import { type Law, type LawSuite, law } from '../law.ts';
import { delivery } from '../live-stream.ts';
import { lastOperator, operators, withheld } from '../operator.ts';
import {
  again,
  crashes,
  fates,
  fromEarlierStream,
  latenciesMs,
  neverAnswered,
  neverRead,
  outages,
  reads,
  reconciles,
  redrivenAtLast,
  skewsMs,
} from './faults.ts';
import { history, numbering, poisonous, spoiledAgain } from './history.ts';
import {
  countsAddUp,
  indexEqualsCleanPass,
  indexEqualsTable,
  lettersAreWhole,
  noneIsRaised,
  nothingIsHeldUp,
  nothingIsTold,
  onlyPoisonIsLettered,
} from './laws.ts';
import { nothingIsLeft, type Operating, operateAll, operateLast } from './operators.ts';
import { type Scenario as Delivered, World } from './world.ts';

type Scenario = Delivered & Operating;

const nothing = {
  fates: [],
  reads: [],
  stepFates: [],
  outages: [],
  crashes: [],
  letterFaults: [],
  again: [],
  reconciles: [],
  withheld: [],
  echoes: [],
  operators: [],
};

/** Nothing happened to it, and its positions are distinct: even what an item was before it was spoiled is then known. */
function isClean({ numbering, ...scenario }: Scenario): boolean {
  const troubles = Object.keys(nothing) as (keyof typeof nothing)[];
  return numbering !== 'aws-with-ties' && troubles.every((trouble) => scenario[trouble].length === 0);
}

/** What is tried again at once, a few times, is over before an invocation is. */
const FEW = 4;

const slow: readonly string[] = ['lost', 'late-landing', 'late-answer', 'hangs'];

/** A dependency that refuses something now and then is asked again by the same invocation. */
function nothingFails({ fates, reads, letterFaults, outages, crashes }: Scenario): boolean {
  const troubles = [...fates, ...reads].filter((fate) => fate !== 'ok');
  const isPassing = troubles.length <= FEW && troubles.every((fate) => !slow.includes(fate));
  return isPassing && outages.length + crashes.length === 0 && letterFaults.every(({ hangs }) => !hangs);
}

/**
 * Positions are distinct and of one stream, and what comes late comes through the marked door: elsewhere they prove nothing, and an
 * item that cannot be projected leaves its product as it was.
 */
function isOrdered({ again, numbering }: Scenario): boolean {
  const isHarmless = again.every(({ redriven, fromEarlierStream }) => redriven && !fromEarlierStream);
  return numbering !== 'aws-with-ties' && isHarmless;
}

/** Every answer is heard, and nobody but the mapping delivers. */
function isCounted({
  crashes,
  letterFaults,
  again,
  echoes,
  operators,
  reconciles,
  lastOperator,
}: Scenario): boolean {
  const beside = [crashes, again, echoes, operators, reconciles];
  const isHeard = beside.every((list) => list.length === 0) && lastOperator === undefined;
  return isHeard && letterFaults.every(({ kept }) => !kept);
}

async function broken(scenario: Scenario): Promise<string[]> {
  const world = new World(scenario);
  await world.run(() => operateAll(world, scenario));
  await operateLast(world, scenario);
  const mayRepeat =
    scenario.again.length > 0 ||
    scenario.echoes.length > 0 ||
    scenario.crashes.length > 0 ||
    scenario.letterFaults.some(({ kept }) => kept);
  const problems = [
    ...world.broken,
    ...indexEqualsTable(world),
    ...(isClean(scenario) ? indexEqualsCleanPass(world) : []),
    ...(nothingFails(scenario) ? nothingIsHeldUp(world) : []),
    ...(isOrdered(scenario) ? noneIsRaised(world) : []),
    ...onlyPoisonIsLettered(world, mayRepeat),
    ...lettersAreWhole(world),
    ...(isCounted(scenario) ? countsAddUp(world) : []),
  ];
  const lettersBefore = world.letters.length;
  await world.redrive(world.letters.map(({ record }) => record).toReversed());
  if (world.letters.length > lettersBefore) problems.push('a redrive wrote a letter');
  problems.push(...indexEqualsTable(world).map((problem) => `after a redrive: ${problem}`));
  await world.redrive(world.table.records.toReversed(), 4);
  const after = [...indexEqualsTable(world), ...(isOrdered(scenario) ? noneIsRaised(world) : [])];
  problems.push(...after.map((problem) => `after a redrive of all: ${problem}`));
  problems.push(...(await nothingIsLeft(world)), ...nothingIsTold(world));
  world.close();
  return problems;
}

function on(
  name: string,
  title: string,
  parts: Partial<{ [K in keyof Scenario]: fc.Arbitrary<Scenario[K]> }>,
): Law {
  const constants = Object.fromEntries(
    Object.entries(nothing).map(([key, value]) => [key, fc.constant(value)]),
  );
  const histories = fc.record({
    ...constants,
    history,
    numbering,
    ...delivery,
    latenciesMs,
    skewsMs: fc.constant([0]),
    ...parts,
  }) as fc.Arbitrary<Scenario>;
  return law({ id: `products/${name}`, title, histories, broken });
}

export const productsLaws: LawSuite = {
  name: 'products',
  title: 'products → search ends with index = table, each poison record lettered once, and nothing lost',
  laws: [
    on('calm', 'on any history, however it is cut into batches and however late it is delivered', {}),
    on(
      'requests',
      'when requests to the engine break, get lost, are refused, land late or are answered badly',
      {
        fates,
      },
    ),
    on('reads', 'when reads of the table are refused, cut short or never answered', {
      reads,
      again,
      reconciles,
      fates,
    }),
    on('outages', 'when the engine, the alias, the table or the queue is away for a while', { outages }),
    on('slow', 'when nothing is answered in time: neither the engine, nor the table, nor the queue', {
      history: poisonous,
      fates: neverAnswered,
      reads: neverRead,
      letterFaults: neverKept,
      again: fc.oneof(fc.constant([]), again),
    }),
    on('crashes', 'when invocations die before a write, after it, or before they answer', { crashes, fates }),
    on('letters', 'when the queue refuses letters in the middle of sending', {
      history: poisonous,
      letterFaults,
    }),
    on(
      'again',
      'when records are delivered again, or redriven, beside the live ones, by clocks that differ',
      {
        again,
        skewsMs,
      },
    ),
    on('echoes', 'when the stream itself has records once more behind later ones', { echoes: withheld }),
    on('unfit', 'when what was deleted comes back as what cannot be shown, and all of it is redriven', {
      history: spoiledAgain,
      numbering: fc.constantFrom('aws', 'small'),
      again: redrivenAtLast,
      lastOperator,
      withheld,
    }),
    on('earlier-stream', 'when records of an earlier stream are redriven by slow processes meanwhile', {
      again: fromEarlierStream,
    }),
    on(
      'operators',
      'when records are dead letters, planned and redriven in any order and at once: what a plan lets be, is',
      { withheld, operators, lastOperator },
    ),
    on('reconciles', 'when operators reconcile and redrive while writes go on', { again, reconciles }),
    on('all', 'under all of it at once', {
      fates,
      reads,
      skewsMs,
      outages,
      crashes,
      letterFaults,
      again,
      reconciles,
      withheld,
      operators,
      lastOperator,
    }),
  ],
};
