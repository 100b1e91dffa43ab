/** How far a process's memory grows at its most: heap and what buffers hold beside it, above what was there before. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface MemoryWatch {
  /** @returns bytes */
  stop(): number;
}

const EVERY_MS = 50;

/** Garbage counts too: what is not collected yet is held. */
export function watchMemory(): MemoryWatch {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const before = held();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, held());
  }, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return Math.max(most, held()) - before;
    },
  };
}

function held(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
