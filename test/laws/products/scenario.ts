/** A scenario in which nothing goes wrong, to be spoiled by name. */
import type { Write } from './history.ts';
import type { Scenario } from './world.ts';

export const put = (product: string, price: number, pauseMs = 10): Write => ({
  kind: 'put',
  product,
  price,
  pauseMs,
});
export const remove = (product: string, pauseMs = 10): Write => ({ kind: 'remove', product, pauseMs });
export const spoil = (product: string, how: 'schema' | 'engine' = 'schema', pauseMs = 10): Write => ({
  kind: 'spoil',
  product,
  how,
  pauseMs,
});

export function scenario(parts: Partial<Scenario> = {}): Scenario {
  return {
    history: [put('p1', 1), put('p2', 2), put('p1', 3), remove('p2'), put('p3', 4)],
    numbering: 'aws',
    mapping: {
      BatchSize: 10,
      ParallelizationFactor: 1,
      BisectBatchOnFunctionError: true,
      MaximumBatchingWindowInSeconds: 0,
    },
    enabledAfterMs: 0,
    latenciesMs: [3],
    skewsMs: [0],
    fates: [],
    reads: [],
    stepFates: [],
    reshardings: [],
    outages: [],
    crashes: [],
    letterFaults: [],
    again: [],
    reconciles: [],
    withheld: [],
    echoes: [],
    ...parts,
  };
}
