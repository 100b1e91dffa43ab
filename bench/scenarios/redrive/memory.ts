/** How far a process's memory grows at its most: heap and what buffers hold beside it, above what was there before. */
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface MemoryGrowth {
  /** Bytes in use after garbage was collected, at the most of the moments that were looked at. */
  readonly live: number;
  /** Bytes at their most, garbage that was not collected yet included. */
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
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let turn = 0; turn < 5; turn++) {
    collect();
    await setImmediate();
  }
  const before = held();
  let peak = before;
  let live = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, held());
  }, EVERY_MS);
  const look = () => {
    peak = Math.max(peak, held());
    collect();
    live = Math.max(live, held());
  };
  return {
    look,
    stop() {
      look();
      clearInterval(timer);
      return { live: live - before, peak: peak - before };
    },
  };
}

function held(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
