/** The laws of a rebuild: whatever is written meanwhile wins, and however often the tool is killed, the new index ends equal to the table. */
import fc from 'fast-check';
import { type Law, type LawSuite, law } from '../law.ts';
import { delivery } from '../live-stream.ts';
import { again, crashes, fates, latenciesMs, reads, stepFates } from './faults.ts';
import { history, numbering } from './history.ts';
import { indexEqualsTable, onlyPoisonIsLettered } from './laws.ts';
import { type Kill, rebuildAnyway } from './rebuilding-tool.ts';
import { type Scenario, World } from './world.ts';

interface Rebuilding extends Scenario {
  readonly rebuildAfterMs: number;
  readonly kills: readonly Kill[];
  readonly scanMs: number;
}

const kill = fc.record({ call: fc.integer({ min: 0, max: 25 }), isSent: fc.boolean(), resume: fc.boolean() });

const rebuilding = {
  history,
  numbering,
  ...delivery,
  enabledAfterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60_000 })),
  latenciesMs,
  skewsMs: fc.constant([0]),
  scanMs: fc.constantFrom(1, 50, 2_000, 20_000),
  rebuildAfterMs: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 60_000 })),
};

const none = {
  fates: fc.constant([]),
  reads: fc.constant([]),
  stepFates: fc.constant([]),
  outages: fc.constant([]),
  crashes: fc.constant([]),
};

export async function broken(scenario: Rebuilding): Promise<string[]> {
  const world = new World(scenario);
  let completed: string | undefined;
  await world.run(async () => {
    await world.wait(scenario.rebuildAfterMs);
    const { index } = await rebuildAnyway(world, scenario.kills, scenario.scanMs);
    completed = index;
  });
  const state = await world.clock.runUntil(world.takeStep({ action: 'describe' }));
  const problems = [
    ...world.broken,
    ...indexEqualsTable(world),
    ...onlyPoisonIsLettered(world, true),
    ...('index' in state && state.index.current === completed && !state.index.unchecked
      ? []
      : [`the index in use is not the rebuilt one: ${JSON.stringify(state)}`]),
  ];
  world.close();
  return problems;
}

function on(
  name: string,
  title: string,
  parts: Partial<{ [K in keyof Rebuilding]: fc.Arbitrary<Rebuilding[K]> }>,
): Law {
  const histories = fc.record({
    ...none,
    letterFaults: fc.constant([]),
    again: fc.constant([]),
    reconciles: fc.constant([]),
    withheld: fc.constant([]),
    echoes: fc.constant([]),
    kills: fc.constant([]),
    ...rebuilding,
    ...parts,
  }) as fc.Arbitrary<Rebuilding>;
  return law({ id: `rebuild/${name}`, title, histories, broken });
}

export const rebuildLaws: LawSuite = {
  name: 'rebuild',
  title: 'an index that is rebuilt while writes go on ends equal to the table',
  laws: [
    on('calm', 'whatever is written before, during and after', {}),
    on('kills', 'however often the tool is killed, and wherever', {
      kills: fc.array(kill, { maxLength: 4 }),
    }),
    on('again', 'when records are delivered again, out of their order, beside it', { again }),
    on('requests', 'when requests break, land late or are answered badly, and invocations die', {
      fates,
      reads,
      crashes,
    }),
    on(
      'steps',
      'when the steps that prepare, switch and declare are refused, cut off or carried out unheard',
      {
        stepFates,
        kills: fc.array(kill, { maxLength: 2 }),
      },
    ),
    on('all', 'under all of it at once', {
      kills: fc.array(kill, { maxLength: 3 }),
      again,
      fates,
      reads,
      stepFates,
      crashes,
    }),
  ],
};
