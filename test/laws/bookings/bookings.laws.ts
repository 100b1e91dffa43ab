/** The laws of bookings → e-mails and ratings, on random histories, deliveries and faults. */
import fc from 'fast-check';
import { type Law, type LawSuite, law } from '../law.ts';
import { delivery, skewsMs } from '../live-stream.ts';
import { lastOperator, operators, withheld } from '../operator.ts';
import { again, crashes, fates, lags, latenciesMs, outages } from './faults.ts';
import { history } from './history.ts';
import { mailsInOrder, mailsOnce, nothingIsSaid, onlyPoisonIsLettered, ratingsEqualReviews } from './laws.ts';
import { type Scenario, World } from './world.ts';

const nothing = {
  lags: [0],
  fates: [],
  outages: [],
  crashes: [],
  skewsMs: [],
  again: [],
  withheld: [],
  operators: [],
  lastOperator: undefined,
};

async function broken(scenario: Scenario): Promise<readonly string[]> {
  const world = new World(scenario);
  await world.run();
  if (world.broken.length > 0) return world.broken;
  return [
    ...ratingsEqualReviews(world),
    ...mailsOnce(world),
    // A delivery beside the mapping's may overtake it.
    ...(scenario.again.length === 0 && world.withheld.length === 0 ? mailsInOrder(world) : []),
    ...onlyPoisonIsLettered(world),
    // A clock that is behind dates a rating before the review that it holds.
    ...(await planTouchesNothing(world, scenario.skewsMs.length === 0)),
    ...nothingIsSaid(world),
  ];
}

/** A plan sends, claims and rates nothing; and where all is settled, and is seen by one clock, it finds nothing to do. */
async function planTouchesNothing(world: World, isOneClock: boolean): Promise<readonly string[]> {
  // By then indexes show everything, and a rating that is right is taken for right.
  await world.clock.advance(3_600_000);
  const before = world.snapshot();
  const plan = await world.plan(world.app.records);
  // A mail that SES refuses is refused anew at every redrive.
  const mayBeDue = ({ eventId }: (typeof plan)[number]) => world.app.refused.has(eventId ?? '');
  const due = isOneClock ? plan.filter((one) => one.verdict === 'apply' && !mayBeDue(one)) : [];
  return [
    ...(world.snapshot() === before ? [] : ['a plan left a mark']),
    ...due
      .slice(world.unrecorded)
      .map(({ eventId }) => `a plan would carry out ${eventId}, which is settled`),
  ];
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
    ...delivery,
    latenciesMs,
    ...parts,
  }) as fc.Arbitrary<Scenario>;
  return law({ id: `bookings/${name}`, title, histories, broken });
}

export const bookingsLaws: LawSuite = {
  name: 'bookings',
  title:
    'bookings end with ratings = reviews, each mail sent once and in order, poison lettered, nothing lost',
  laws: [
    on('calm', 'on any history, however it is cut into batches', {}),
    on('lags', 'on indexes that lag up to four minutes behind', { lags }),
    on(
      'requests',
      'when requests to SES, the idempotency table or the others get lost, are refused or go unanswered',
      { lags, fates },
    ),
    on('outages', 'when SES, the idempotency table or the others are away for a while', { lags, outages }),
    on('crashes', 'when invocations die before a request or after it', { lags, crashes }),
    on('skews', 'when the clocks of processes differ', { lags, skewsMs, again, crashes }),
    on('again', 'when records are delivered again, or redriven, beside the live ones', { lags, again }),
    on('operators', 'when records are dead letters, planned and redriven in any order and at once', {
      lags,
      withheld,
      operators,
      lastOperator,
    }),
    on('all', 'under all of it at once', {
      lags,
      skewsMs,
      fates,
      outages,
      crashes,
      again,
      withheld,
      operators,
      lastOperator,
    }),
  ],
};
