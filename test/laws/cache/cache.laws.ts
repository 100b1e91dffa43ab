/** The laws of analysis-results → cache, on random histories, deliveries and faults. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { again } from '../again.ts';
import { type Law, type LawSuite, law } from '../law.ts';
import { delivery, skewsMs } from '../live-stream.ts';
import { lastOperator, operators, withheld } from '../operator.ts';
import { nothingIsTold } from '../told.ts';
import { crashes, fates, history, losses, numbering, outages, reads } from './history.ts';
import { type Scenario, World } from './world.ts';

const ANALYSES = ['a1', 'a2', 'a3'];

/** A slow answer among quick ones lets others pass between a reading and the write that follows from it. */
const latencyMs = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 1_500 }));
const latenciesMs = fc.array(latencyMs, { minLength: 1, maxLength: 8 });
const redriven = again.map((all) => all.map((one) => ({ ...one, redriven: true })));

const nothing = {
  fates: [],
  outages: [],
  crashes: [],
  skewsMs: [],
  again: [],
  reads: [],
  losses: [],
  withheld: [],
  operators: [],
  lastOperator: undefined,
};

/** G5, G6: what is cached is what the table holds; where an item cannot be cached, a state it once had, or nothing. */
function cacheEqualsTable(world: World, { losses, skewsMs }: Scenario): string[] {
  const mayBeLost = losses.length > 0;
  return ANALYSES.flatMap((analysis) => {
    const cached = world.cached(analysis);
    const wanted = world.table.wanted(analysis, world.clock.now());
    if (wanted === 'spoiled') {
      return cached === undefined || world.table.past(analysis).has(cached)
        ? []
        : [`${analysis}: the cache holds ${cached}, which it never was`];
    }
    if (cached === wanted || (mayBeLost && cached === undefined)) return [];
    // It lapses by the clock of the process that cached it.
    if (skewsMs.some((ms) => cached === world.table.wanted(analysis, world.clock.now() + ms))) return [];
    return [`${analysis}: the cache holds ${cached ?? 'nothing'}, the table ${wanted ?? 'nothing'}`];
  });
}

/** G1, G3: a letter for each poison record, none for any other, and nothing given up by the mapping. */
function onlyPoisonIsLettered({ table, letters, onFailure }: World): string[] {
  const lettered = new Set(letters.map(({ record }) => (record as { eventID: string }).eventID));
  return [
    ...onFailure.map((body) => `the mapping gave up: ${body}`),
    ...[...lettered]
      .filter((id) => !table.poison.has(id))
      .map((id) => `${id} is no poison, and was lettered`),
    ...[...table.poison]
      .filter((id) => !lettered.has(id))
      .map((id) => `${id} is poison, and was not lettered`),
  ];
}

/** A plan writes nothing; and where all is settled, and is seen by one clock, it finds nothing to do. */
async function planTouchesNothing(world: World, mayBeDue: boolean): Promise<string[]> {
  const before = world.snapshot();
  const plan = await world.plan(world.table.records);
  const due = mayBeDue ? [] : plan.filter(({ verdict }) => verdict === 'apply');
  return [
    ...(isDeepStrictEqual(world.snapshot(), lasting(before, world)) ? [] : ['a plan wrote to the cache']),
    ...due.map(({ eventId, verdict }) => `a plan says of the settled ${eventId}: ${verdict}`),
  ];
}

/** Of a snapshot, what has not lapsed since. */
function lasting(snapshot: readonly string[], { clock }: World): readonly string[] {
  return snapshot.filter((entry) => Number(entry.split(' until ').at(-1)) > clock.now());
}

/** G7 */
function nothingIsSaid(world: World): readonly string[] {
  const items = world.table.records.map(({ dynamodb }) => [dynamodb.NewImage, dynamodb.OldImage]);
  return nothingIsTold(world, items, []);
}

async function broken(scenario: Scenario): Promise<string[]> {
  const world = new World(scenario);
  await world.run();
  const mayBeLost = scenario.losses.length > 0;
  const problems = [...world.broken, ...cacheEqualsTable(world, scenario), ...onlyPoisonIsLettered(world)];
  // A state is to last as long as its item: by another clock it lasts longer, or less.
  problems.push(...(await planTouchesNothing(world, mayBeLost || scenario.skewsMs.length > 0)));
  const letters = world.letters.length;
  await world.redrive(world.table.records.toReversed());
  if (world.letters.length > letters) problems.push('a redrive wrote a letter');
  problems.push(...cacheEqualsTable(world, scenario).map((problem) => `after a redrive of all: ${problem}`));
  return [...problems, ...nothingIsSaid(world)];
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
    ...parts,
  }) as fc.Arbitrary<Scenario>;
  return law({ id: `analysis-results/${name}`, title, histories, broken });
}

export const analysisResultsLaws: LawSuite = {
  name: 'analysis-results',
  title: 'analysis-results → cache ends with cache = table, each poison record lettered, and nothing lost',
  laws: [
    on('calm', 'on any history, however it is cut into batches and however late it is delivered', {}),
    on('requests', 'when requests to the cache break, get lost, are refused or land late', { fates }),
    on('outages', 'when the cache or the table is away for a while', { outages }),
    on('crashes', 'when invocations die before a write, after it, or before they answer', { crashes, fates }),
    on('skews', 'when the clocks of processes differ', { skewsMs, again, fates }),
    on('again', 'when records are delivered again, or redriven in any order, beside the live ones', {
      again,
    }),
    on('readers', 'when readers fill the cache meanwhile, and none reads past its time to live', {
      reads,
      fates,
      again,
    }),
    on(
      'losses',
      'when the cache loses all it holds, and records are redriven: what it then holds is still right',
      { losses, reads, again: redriven },
    ),
    on(
      'operators',
      'when records are dead letters, planned and redriven in any order and at once: what a plan lets be, is',
      { withheld, operators, lastOperator },
    ),
    on('all', 'under all of it at once', {
      fates,
      outages,
      crashes,
      again,
      reads,
      withheld,
      operators,
      lastOperator,
    }),
  ],
};
