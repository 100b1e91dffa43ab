/** The laws of bids and conversations → notifications, on random histories, deliveries and faults. */
import fc from 'fast-check';
import { type Law, type LawSuite, law } from '../law.ts';
import { delivery, skewsMs } from '../live-stream.ts';
import { lastOperator, operators, withheld } from '../operator.ts';
import { again, claimFates, crashes, fates, outages } from './faults.ts';
import { history, type StreamName } from './history.ts';
import {
  arrivesInOrder,
  businessIsCountedOnce,
  everyoneReadsTheirLanguage,
  everySessionHears,
  goneSessionsAreForgotten,
  inboxEqualsExpected,
  isPushedOnce,
  nobodyElseHears,
  nothingIsSaid,
  onlyGoneSessionsAreForgotten,
  onlyPoisonIsLettered,
  pushesAreStored,
} from './laws.ts';
import { type Scenario, World } from './world.ts';

const calm = fc.record({ history, ...delivery });

type Calm = Omit<Scenario, 'stream' | keyof typeof nothing>;

const nothing = {
  fates: [],
  claimFates: [],
  everyThirdFails: false,
  outages: [],
  crashes: [],
  skewsMs: [],
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
    everyoneReadsTheirLanguage,
    onlyGoneSessionsAreForgotten,
    pushesAreStored,
    onlyPoisonIsLettered,
  ];
  const problems = [...world.broken, ...[...always, ...more].flatMap((law) => law(world))];
  problems.push(...(await planTouchesNothing(world)));
  const letters = world.letters.length;
  await world.redrive(world.written.map(({ record }) => record).toReversed());
  if (world.letters.length > letters) problems.push('a redrive wrote a letter');
  const after = more.includes(businessIsCountedOnce) ? businessIsCountedOnce(world) : [];
  return [
    ...problems,
    ...after.map((one) => `after a redrive of all: ${one}`),
    ...inboxEqualsExpected(world).map((one) => `after a redrive of all: ${one}`),
    ...nothingIsSaid(world),
  ];
}

type Trouble = Partial<Omit<Scenario, keyof Calm | 'stream'>>;

/** A chat is many items, and only those of one item are in order between lanes: it is deployed with one. */
function inOneLane(scenario: Scenario): Scenario {
  return { ...scenario, mapping: { ...scenario.mapping, ParallelizationFactor: 1 } };
}

function lawsOf(stream: StreamName): LawSuite {
  const on = (
    name: string,
    title: string,
    faults: fc.Arbitrary<Trouble>,
    more: readonly ((world: World) => string[])[] = [],
  ): Law => {
    const histories = fc
      .tuple(calm, faults)
      .map(([peace, trouble]): Scenario => ({ ...nothing, ...peace, ...trouble, stream }))
      .map((one) => (stream === 'conversations' ? inOneLane(one) : one));
    return law({ id: `${stream}/${name}`, title, histories, broken: (one) => broken(one, more) });
  };
  return {
    name: stream,
    title: `${stream} → notifications end with each notification stored once and pushed, poison lettered, nothing lost`,
    laws: [
      on('calm', 'tells everyone concerned, once and in order, when all is well', fc.constant({}), [
        arrivesInOrder,
        isPushedOnce,
        goneSessionsAreForgotten,
        businessIsCountedOnce,
      ]),
      on(
        'requests',
        'tells once and in order whatever becomes of single requests',
        fc.record({ fates, claimFates }),
        [arrivesInOrder],
      ),
      on(
        'every-third',
        'tells everyone while every third request fails',
        fc.constant({ everyThirdFails: true }),
        [arrivesInOrder],
      ),
      on(
        'outages',
        'tells everyone after outages of the tables, the claims, the API or the queue, and letters nothing for them',
        fc.record({ outages }),
        [arrivesInOrder],
      ),
      on(
        'crashes',
        'tells everyone after crashes, and no claim that a crash left makes a letter',
        fc.record({ crashes }),
        [arrivesInOrder],
      ),
      on(
        'again',
        'stores once however often and in whatever order records are delivered',
        fc.record({ again }),
      ),
      on(
        'skews',
        'tells everyone, in order, by processes whose clocks differ',
        fc.record({ skewsMs, fates, claimFates, crashes }),
        [arrivesInOrder],
      ),
      on(
        'operators',
        'tells once when records are dead letters, planned and redriven in any order and at once',
        fc.record({ withheld, operators, lastOperator }),
        [isPushedOnce],
      ),
      on(
        'all',
        'holds under all of it at once',
        fc.record({ skewsMs, fates, claimFates, outages, crashes, again, withheld, operators, lastOperator }),
      ),
    ],
  };
}

export const bidsLaws = lawsOf('bids');
export const conversationsLaws = lawsOf('conversations');
