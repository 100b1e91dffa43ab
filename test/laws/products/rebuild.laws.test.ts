/** The laws of a rebuild: whatever is written meanwhile wins, and however often the tool is killed, the new index ends equal to the table. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { again, crashes, fates, latenciesMs } from './faults.ts';
import { history, numbering } from './history.ts';
import { indexEqualsTable, onlyPoisonIsLettered } from './laws.ts';
import { type Kill, rebuildAnyway } from './rebuilding-tool.ts';
import { put, remove, scenario } from './scenario.ts';
import { type Scenario, World } from './world.ts';

const RUNS = 60;

interface Rebuilding extends Scenario {
  readonly rebuildAfterMs: number;
  readonly kills: readonly Kill[];
  readonly scanMs: number;
}

const kill = fc.record({ call: fc.integer({ min: 0, max: 25 }), isSent: fc.boolean(), resume: fc.boolean() });

const rebuilding = {
  history,
  numbering,
  mapping: fc.record({
    BatchSize: fc.integer({ min: 1, max: 12 }),
    ParallelizationFactor: fc.constantFrom(1, 3),
    BisectBatchOnFunctionError: fc.boolean(),
    MaximumBatchingWindowInSeconds: fc.constantFrom(0, 1),
  }),
  enabledAfterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60_000 })),
  latenciesMs,
  scanMs: fc.constantFrom(1, 50, 2_000, 20_000),
  rebuildAfterMs: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 60_000 })),
};

const none = { fates: fc.constant([]), outages: fc.constant([]), crashes: fc.constant([]) };

async function broken(scenario: Rebuilding): Promise<string[]> {
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

function holds(parts: Partial<{ [K in keyof Rebuilding]: fc.Arbitrary<Rebuilding[K]> }>) {
  const scenario = fc.record({
    ...none,
    letterFaults: fc.constant([]),
    again: fc.constant([]),
    kills: fc.constant([]),
    ...rebuilding,
    ...parts,
  });
  return fc.assert(
    fc.asyncProperty(scenario as fc.Arbitrary<Rebuilding>, async (one) => {
      expect(await broken(one)).toEqual([]);
    }),
    { numRuns: RUNS },
  );
}

describe('an index that is rebuilt while writes go on ends equal to the table', () => {
  it('whatever is written before, during and after', () => holds({}));

  it('however often the tool is killed, and wherever', () =>
    holds({ kills: fc.array(kill, { maxLength: 4 }) }));

  it('when records are delivered again, out of their order, beside it', () => holds({ again }));

  it('when requests to the engine break or land late, and invocations die', () => holds({ fates, crashes }));

  it('under all of it at once', () =>
    holds({ kills: fc.array(kill, { maxLength: 3 }), again, fates, crashes }));
});

describe('what the laws seldom come to', () => {
  const quiet = { rebuildAfterMs: 0, kills: [], latenciesMs: [1] };

  it('a product that came after its part of the table was read is in the new index', async () => {
    const history = [put('p2', 1), put('p4', 2), put('p1', 3, 30_000)];
    expect(await broken({ ...scenario({ history }), ...quiet, scanMs: 20_000 })).toEqual([]);
  });

  it('a product that went meanwhile stays gone, though a record from before is delivered again soon after', async () => {
    const changes = [put('p1', 2, 2_400), put('p1', 3, 100), remove('p1', 100)];
    const history = [put('p2', 1), put('p4', 1), put('p1', 1), ...changes];
    const again = [{ atMs: 12_000, from: 0.7, size: 1, redriven: false, fromEarlierStream: false }];
    expect(await broken({ ...scenario({ history, again }), ...quiet, scanMs: 2_000 })).toEqual([]);
  });
});
