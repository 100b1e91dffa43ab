/** How far a process's memory grows at its most: heap and what buffers hold beside it, above what was there before. */
import { setImmediate } from 'node:timers/promises';
import { collectGarbage } from '../../../test/support/collect-garbage.ts';

export interface MemoryGrowth {
  /** Bytes of the heap in use after garbage was collected, at the most of the moments that were looked at. */
  readonly live: number;
  /** Bytes at their most, with buffers beside the heap, and garbage that was not collected yet. */
  readonly peak: number;
}

export interface MemoryWatch {
  /** Collects garbage and looks at what is left. */
  look(): void;
  stop(): MemoryGrowth;
}

const EVERY_MS = 50;

/** What the requests before it left is collected first: buffers go only with the objects that hold them, a turn later. */
export async function watchMemory(): Promise<MemoryWatch> {
  for (let turn = 0; turn < 5; turn++) {
    collectGarbage();
    await setImmediate();
  }
  const before = held();
  let peak = before;
  const usedBefore = used();
  let live = usedBefore;
  const timer = setInterval(() => {
    peak = Math.max(peak, held());
  }, EVERY_MS);
  const look = () => {
    peak = Math.max(peak, held());
    collectGarbage();
    live = Math.max(live, used());
  };
  return {
    look,
    stop() {
      look();
      clearInterval(timer);
      return { live: live - usedBefore, peak: peak - before };
    },
  };
}

function used(): number {
  return process.memoryUsage().heapUsed;
}

function held(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
