/**
 * The peak of the memory that all processes of the run hold together: resident set sizes (VmRSS) of this process and all its
 * descendants, added up at every sample. Pages that processes share count in each of them, so the sum is never too low.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface MemoryPeak {
  /** MiB, rounded up. */
  peakMb(): number;
  sample(): void;
  stop(): void;
}

const EVERY_MS = 200;

export function watchMemory(): MemoryPeak {
  let peakKb = 0;
  const sample = () => {
    peakKb = Math.max(peakKb, residentKb());
  };
  sample();
  const timer = setInterval(sample, EVERY_MS);
  timer.unref();
  return {
    peakMb: () => Math.ceil(peakKb / 1024),
    sample,
    stop: () => clearInterval(timer),
  };
}

/** Where there is no /proc, this process alone. */
function residentKb(): number {
  if (process.platform !== 'linux') return process.memoryUsage.rss() / 1024;
  let sum = 0;
  const open = [String(process.pid)];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      sum += Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
      for (const thread of readdirSync(`/proc/${pid}/task`))
        open.push(
          ...readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean),
        );
    } catch {
      // The process ended between being listed and being read.
    }
  }
  return sum;
}
