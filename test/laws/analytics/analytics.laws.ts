/** The laws of analytics: sessions and history → metrics, on random histories, deliveries and faults. */
import fc from 'fast-check';
import { again } from '../again.ts';
import { letterFaults, neverKept } from '../faulty-letters.ts';
import { type Law, type LawSuite, law } from '../law.ts';
import { delivery, skewsMs } from '../live-stream.ts';
import { operators, withheld } from '../operator.ts';
import { crashes, outages } from './faults.ts';
import { crowd, history, poisonous } from './history.ts';
import {
  countsAddUp,
  eachCountsOnce,
  nothingIsHeldUp,
  nothingIsSaid,
  onlyPoisonIsLettered,
  planCountsNothing,
} from './laws.ts';
import { type Scenario, World } from './world.ts';

const nothing = {
  letterFaults: [],
  outages: [],
  crashes: [],
  skewsMs: [],
  again: [],
  withheld: [],
  operators: [],
};

/** A queue that refuses a letter now and then is asked again by the same invocation. */
function nothingFails({ letterFaults, outages, crashes }: Scenario): boolean {
  return outages.length + crashes.length === 0 && letterFaults.every(({ hangs }) => !hangs);
}

/** Nothing comes beside the mapping, and every answer is heard: the queue's too. */
function isCounted({ crashes, again, operators, letterFaults }: Scenario): boolean {
  const isHeard = [crashes, again, operators].every((list) => list.length === 0);
  return isHeard && letterFaults.every(({ kept }) => !kept);
}

async function broken(scenario: Scenario): Promise<readonly string[]> {
  const world = new World(scenario);
  await world.run();
  if (world.broken.length > 0) return world.broken;
  const problems = [
    ...eachCountsOnce(world),
    ...onlyPoisonIsLettered(world, !isCounted(scenario)),
    ...(nothingFails(scenario) ? nothingIsHeldUp(world) : []),
    ...(isCounted(scenario) ? countsAddUp(world) : []),
    ...(await planCountsNothing(world)),
  ];
  const letters = world.letters.length;
  await world.redrive(world.tables.records.toReversed());
  if (world.letters.length > letters) problems.push('a redrive wrote a letter');
  problems.push(...eachCountsOnce(world).map((problem) => `after a redrive of all: ${problem}`));
  return [...problems, ...world.broken, ...nothingIsSaid(world)];
}

function on(
  name: string,
  title: string,
  parts: Partial<{ [K in keyof Scenario]: fc.Arbitrary<Scenario[K]> }>,
): Law {
  const constants = Object.fromEntries(
    Object.entries(nothing).map(([key, value]) => [key, fc.constant(value)]),
  );
  const histories = fc.record({ ...constants, history, ...delivery, ...parts }) as fc.Arbitrary<Scenario>;
  return law({ id: `analytics/${name}`, title, histories, broken });
}

/** As many in a batch as are deployed to be. */
const wholesale = fc.record({
  BatchSize: fc.integer({ min: 90, max: 1_000 }),
  ParallelizationFactor: fc.constantFrom(1, 3),
  BisectBatchOnFunctionError: fc.boolean(),
  MaximumBatchingWindowInSeconds: fc.constantFrom(0, 1),
});

export const analyticsLaws: LawSuite = {
  name: 'analytics',
  title:
    'analytics counts each record once for each invocation that answers, and nothing else; poison is lettered, nothing waits, nothing is told',
  laws: [
    on('calm', 'on any history, however it is cut into batches and however late it is delivered', {}),
    on('crowds', 'when more end at once than a metric takes values', { history: crowd, mapping: wholesale }),
    on('letters', 'when the queue refuses letters in the middle of sending', {
      history: poisonous,
      letterFaults,
    }),
    on('slow', 'when the queue answers nothing in time', { history: poisonous, letterFaults: neverKept }),
    on('outages', 'when the queue is away for a while', { history: poisonous, outages }),
    on('crashes', 'when invocations are throttled, or die among their lines or before they answer', {
      crashes,
    }),
    on(
      'again',
      'when records are delivered again, or redriven, beside the live ones, by clocks that differ',
      {
        again,
        skewsMs,
      },
    ),
    on('operators', 'when records are dead letters, planned and redriven in any order and at once', {
      withheld,
      operators,
    }),
    on('all', 'under all of it at once', {
      letterFaults,
      outages,
      crashes,
      skewsMs,
      again,
      withheld,
      operators,
    }),
  ],
};
