/**
 * Finds what differs between a table and what follows it, and touches nothing. Live traffic is always a little ahead of what follows, so
 * a difference is looked at again after a while, twice, and only what differs each time is reported.
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
  /** Several pages may wait at once: then it is told of each. */
  readonly onSettle: (settling: Settling) => void;
}

/** What a page waits for before it looks again. */
export interface Settling {
  /** How many keys differed. */
  readonly keys: number;
  readonly untilMs: number;
  /** Which look at them is next, of how many. */
  readonly look: number;
  readonly looks: number;
}

/** Waits itself for what has to be looked at again, a page at a time, so that memory stays flat. */
export function comparing(ports: DriftPorts): Step {
  return (keys) => compareAgain(keys, ports, ({ kind }) => kind !== 'equal');
}

/** Of what the projection lists only what has no item: all else was compared from the table's side, and is taken as it is. */
export function findingExtras(ports: DriftPorts): Step {
  return (keys) => compareAgain(keys, ports, ({ kind }) => kind === 'extra');
}

async function compareAgain(
  keys: readonly string[],
  ports: DriftPorts,
  isDoubtful: (comparison: Comparison) => boolean,
): Promise<Tally> {
  const tally = newTally();
  let doubtful = keys;
  for (let look = 1; doubtful.length > 0; look++) {
    if (look > 1) {
      const untilMs = ports.clock.now() + ports.settleMs;
      ports.onSettle({ keys: doubtful.length, untilMs, look, looks: LOOKS });
      await sleep(ports.clock, ports.settleMs, ports.signal);
    }
    const again: string[] = [];
    for (const [key, comparison] of await compare(doubtful, ports)) {
      if (comparison.kind === 'unread') noteComparison(tally, key, comparison);
      else if (!isDoubtful(comparison)) noteComparison(tally, key, { kind: 'equal' });
      else if (look < LOOKS) again.push(key);
      else noteComparison(tally, key, comparison);
    }
    doubtful = again;
  }
  return tally;
}

/** More than two: a product that changes often may be on its way each time it is looked at, but hardly thrice. */
const LOOKS = 3;
