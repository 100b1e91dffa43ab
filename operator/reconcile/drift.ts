/**
 * Finds what differs between a table and what follows it, and touches nothing. Live traffic is always a little ahead of what follows, so
 * a difference is looked at again after a while, and only what still differs is reported.
 */

import type { Comparison } from '../../shared/stream/projection.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import { compare, noteComparison, type StepPorts } from './steps.ts';
import { newTally, type Tally } from './tally.ts';
import type { Step } from './through-table.ts';

export interface DriftPorts extends StepPorts {
  readonly clock: Clock;
  /** Longer than the pipeline's lag, ms. */
  readonly settleMs: number;
}

/** Waits itself for what has to be looked at again, a page at a time, so that memory stays flat. */
export function comparing(ports: DriftPorts): Step {
  return (keys) => compareTwice(keys, ports, ({ kind }) => kind !== 'equal' && kind !== 'unread');
}

/** Of what the projection lists only what has no item: all else was compared from the table's side, and is taken as it is. */
export function findingExtras(ports: DriftPorts): Step {
  return (keys) => compareTwice(keys, ports, ({ kind }) => kind === 'extra');
}

async function compareTwice(
  keys: readonly string[],
  ports: DriftPorts,
  isDoubtful: (comparison: Comparison) => boolean,
): Promise<Tally> {
  const tally = newTally();
  const doubtful: string[] = [];
  for (const [key, comparison] of await compare(keys, ports)) {
    if (isDoubtful(comparison)) doubtful.push(key);
    else noteComparison(tally, key, comparison.kind === 'unread' ? comparison : { kind: 'equal' });
  }
  if (doubtful.length === 0) return tally;
  await sleep(ports.clock, ports.settleMs, ports.signal);
  for (const [key, comparison] of await compare(doubtful, ports)) noteComparison(tally, key, comparison);
  return tally;
}
