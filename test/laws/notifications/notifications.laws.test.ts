/** The laws of bids and conversations → notifications, on random histories, deliveries and faults. A failing case prints its seed and shrinks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastOperator, operators, withheld } from '../operator.ts';
import { again, claimFates, crashes, fates, outages } from './faults.ts';
import { history, type StreamName } from './history.ts';
import {
  arrivesInOrder,
  everySessionHears,
  inboxEqualsExpected,
  isPushedOnce,
  nobodyElseHears,
  onlyPoisonIsLettered,
  pushesAreStored,
} from './laws.ts';
import { type Scenario, World } from './world.ts';

const RUNS = 60;

const calm = fc.record({
  history,
  mapping: fc.record({
    BatchSize: fc.integer({ min: 1, max: 12 }),
    BisectBatchOnFunctionError: fc.boolean(),
  }),
  enabledAfterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000 })),
});

type Calm = Omit<Scenario, 'stream' | keyof typeof nothing>;

const nothing = {
  fates: [],
  claimFates: [],
  everyThirdFails: false,
  outages: [],
  crashes: [],
  again: [],
  withheld: [],
  operators: [],
  lastOperator: undefined,
};

/** A plan tells nobody and claims nothing; and where all is settled, it finds nothing to do. */
async function planTouchesNothing(world: World): Promise<string[]> {
  const before = world.snapshot();
  const plan = await world.plan(world.written.map(({ record }) => record));
  const due = plan.filter(({ verdict }) => verdict === 'apply');
  return [
    ...(world.snapshot() === before ? [] : ['a plan left a mark']),
    ...due
      .slice(world.unrecorded)
      .map(({ eventId }) => `a plan would carry out ${eventId}, which is settled`),
  ];
}

async function broken(
  scenario: Scenario,
  more: readonly ((world: World) => string[])[] = [],
): Promise<string[]> {
  const world = new World(scenario);
  await world.run();
  const always = [
    inboxEqualsExpected,
    everySessionHears,
    nobodyElseHears,
    pushesAreStored,
    onlyPoisonIsLettered,
  ];
  const problems = [...world.broken, ...[...always, ...more].flatMap((law) => law(world))];
  problems.push(...(await planTouchesNothing(world)));
  const letters = world.letters.length;
  await world.redrive(world.written.map(({ record }) => record).toReversed());
  if (world.letters.length > letters) problems.push('a redrive wrote a letter');
  return [...problems, ...inboxEqualsExpected(world).map((one) => `after a redrive of all: ${one}`)];
}

async function holds(
  stream: StreamName,
  faults: fc.Arbitrary<Partial<Omit<Scenario, keyof Calm | 'stream'>>>,
  more: readonly ((world: World) => string[])[] = [],
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(calm, faults, async (peace, trouble) => {
      expect(await broken({ ...nothing, ...peace, ...trouble, stream }, more)).toEqual([]);
    }),
    { numRuns: RUNS },
  );
}

describe.each<StreamName>(['bids', 'conversations'])('%s', (stream) => {
  it('tells everyone concerned, once and in order, when all is well', () =>
    holds(stream, fc.constant({}), [arrivesInOrder, isPushedOnce]));

  it('tells once and in order whatever becomes of single requests', () =>
    holds(stream, fc.record({ fates, claimFates }), [arrivesInOrder]));

  it('tells everyone while every third request fails', () =>
    holds(stream, fc.constant({ everyThirdFails: true }), [arrivesInOrder]));

  it('tells everyone after outages of the tables, the claims, the API or the queue, and letters nothing for them', () =>
    holds(stream, fc.record({ outages }), [arrivesInOrder]));

  it('tells everyone after crashes, and no claim that a crash left makes a letter', () =>
    holds(stream, fc.record({ crashes }), [arrivesInOrder]));

  it('stores once however often and in whatever order records are delivered', () =>
    holds(stream, fc.record({ again })));

  it('tells once when records are dead letters, planned and redriven in any order and at once', () =>
    holds(stream, fc.record({ withheld, operators, lastOperator }), [isPushedOnce]));

  it('holds under all of it at once', () =>
    holds(
      stream,
      fc.record({ fates, claimFates, outages, crashes, again, withheld, operators, lastOperator }),
    ));
});
