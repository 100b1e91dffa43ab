/** The laws of bookings → e-mails and ratings, on random histories, deliveries and faults. A failing case prints its seed and shrinks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastOperator, operators, withheld } from '../operator.ts';
import { again, crashes, fates, lags, outages } from './faults.ts';
import { history } from './history.ts';
import { mailsInOrder, mailsOnce, onlyPoisonIsLettered, ratingsEqualReviews } from './laws.ts';
import { type Scenario, World } from './world.ts';

const RUNS = 100;

const mapping = fc.record({
  BatchSize: fc.integer({ min: 1, max: 12 }),
  ParallelizationFactor: fc.constantFrom(1, 1, 3),
  BisectBatchOnFunctionError: fc.boolean(),
});

const nothing = {
  lags: [0],
  fates: [],
  outages: [],
  crashes: [],
  again: [],
  withheld: [],
  operators: [],
  lastOperator: undefined,
};

async function broken(scenario: Scenario): Promise<readonly string[]> {
  const world = new World(scenario);
  await world.run();
  return [
    ...world.broken,
    ...ratingsEqualReviews(world),
    ...mailsOnce(world),
    // A delivery beside the mapping's may overtake it.
    ...(scenario.again.length === 0 && world.withheld.length === 0 ? mailsInOrder(world) : []),
    ...onlyPoisonIsLettered(world),
    ...(await planTouchesNothing(world)),
  ];
}

/** A plan sends, claims and rates nothing; and where all is settled, it finds nothing to do. */
async function planTouchesNothing(world: World): Promise<readonly string[]> {
  // By then indexes show everything, and a rating that is right is taken for right.
  await world.clock.advance(3_600_000);
  const before = world.snapshot();
  const plan = await world.plan(world.app.records);
  const due = plan.filter(({ verdict }) => verdict === 'apply');
  return [
    ...(world.snapshot() === before ? [] : ['a plan left a mark']),
    ...due
      .slice(world.unrecorded)
      .map(({ eventId }) => `a plan would carry out ${eventId}, which is settled`),
  ];
}

function holds(parts: Partial<{ [K in keyof Scenario]: fc.Arbitrary<Scenario[K]> }>) {
  const constants = Object.fromEntries(
    Object.entries(nothing).map(([name, value]) => [name, fc.constant(value)]),
  );
  const scenario = fc.record({ ...constants, history, mapping, ...parts });
  return fc.assert(
    fc.asyncProperty(scenario as fc.Arbitrary<Scenario>, async (one) => {
      expect(await broken(one)).toEqual([]);
    }),
    { numRuns: RUNS },
  );
}

describe('bookings end with ratings = reviews, each mail sent once and in order, poison lettered, nothing lost', () => {
  it('on any history, however it is cut into batches', () => holds({}));

  it('on indexes that lag up to four minutes behind', () => holds({ lags }));

  it('when requests to SES, the idempotency table or the others get lost, are refused or go unanswered', () =>
    holds({ lags, fates }));

  it('when SES, the idempotency table or the others are away for a while', () => holds({ lags, outages }));

  it('when invocations die before a request or after it', () => holds({ lags, crashes }));

  it('when records are delivered again, or redriven, beside the live ones', () => holds({ lags, again }));

  it('when records are dead letters, planned and redriven in any order and at once', () =>
    holds({ lags, withheld, operators, lastOperator }));

  it('under all of it at once', () =>
    holds({ lags, fates, outages, crashes, again, withheld, operators, lastOperator }));
});
