/**
 * Finds what differs between a table and what follows it, and touches nothing. Live traffic is always a little ahead of what follows, so
 * a difference is looked at again after a while, and only what still differs is reported.
 */
import { type Clock, sleep } from '../../shared/time/clock.ts';
import { compare, noteComparison, type StepPorts } from './steps.ts';
import { newTally, type Tally } from './tally.ts';
import type { Step } from './through-table.ts';

export interface DriftPorts extends StepPorts {
  readonly clock: Clock;
  /** Longer than the pipeline's lag, ms. */
  readonly settleMs: number;
}

/** @returns what becomes of keys: waits itself for what has to be looked at again, a page at a time, so that memory stays flat */
export function comparing(ports: DriftPorts): Step {
  return async (keys) => {
    const tally = newTally();
    const doubtful = await noteCertain(keys, tally, ports);
    if (doubtful.length > 0) {
      await sleep(ports.clock, ports.settleMs, ports.signal);
      for (const [key, comparison] of await compare(doubtful, ports)) noteComparison(tally, key, comparison);
    }
    return tally;
  };
}

async function noteCertain(keys: readonly string[], tally: Tally, ports: DriftPorts): Promise<string[]> {
  const doubtful: string[] = [];
  for (const [key, comparison] of await compare(keys, ports)) {
    if (comparison.kind === 'equal' || comparison.kind === 'unread') noteComparison(tally, key, comparison);
    else doubtful.push(key);
  }
  return doubtful;
}
