/** Looks at a run while it goes on: how far it is, what it holds and what it has used, at each hundredth of its records. */
import { type Clock, sleep } from '../../../shared/time/clock.ts';
import type { Processes, Samples } from '../processes/start.ts';
import { busyMicros } from './machine.ts';
import type { Mark } from './tenths.ts';

export interface Sampled {
  /** Settled. */
  readonly records: number;
  readonly samples: Samples;
}

export interface RunWatch {
  /** Rejects when no sample can be had. */
  readonly failed: Promise<never>;
  /** Takes the last sample. */
  end(): Promise<{ readonly marks: readonly Mark[]; readonly sampled: readonly Sampled[] }>;
}

export interface RunWatchOptions {
  readonly processes: Processes;
  /** Records settled so far. */
  readonly total: () => number;
  /** That are to be settled. */
  readonly records: number;
  readonly clock: Clock;
  readonly onProgress: (settled: number) => void;
  readonly say: (line: string) => void;
}

/** As many as a trend needs, and a forced collection is not what the time goes into. */
const SAMPLES = 100;
/** A line that stays for each tenth: a run that is ended at once has told that much. */
const SAY_EVERY = 10;
const LOOK_EVERY_MS = 100;

/** Takes the first sample. */
export async function watchRun(options: RunWatchOptions): Promise<RunWatch> {
  const { processes, total, records, clock, onProgress, say } = options;
  const marks: Mark[] = [];
  const sampled: Sampled[] = [];
  const ending = new AbortController();

  await look();
  const watching = watch();
  watching.catch(() => {});
  return {
    failed: watching.then(() => new Promise<never>(() => {})),
    async end() {
      ending.abort();
      await watching;
      await look();
      return { marks, sampled };
    },
  };

  async function watch(): Promise<void> {
    for (let next = 1; !ending.signal.aborted; ) {
      const now = total();
      onProgress(now);
      if (now >= (next * records) / SAMPLES) {
        await look();
        next = Math.floor((now * SAMPLES) / records) + 1;
      }
      await sleep(clock, LOOK_EVERY_MS, ending.signal).catch(() => {});
    }
  }

  async function look(): Promise<void> {
    const settled = total();
    const samples = await processes.sample();
    sampled.push({ records: settled, samples });
    marks.push(markOf(settled, samples, clock.now()));
    if (sampled.length % SAY_EVERY === 0) say(sampleText(settled, samples));
  }
}

function sampleText(records: number, { system }: Samples): string {
  const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;
  const heaps = Object.entries(system.heaps).map(([thread, { live }]) => `${thread} ${mb(live)}`);
  return `${records} records: system ${mb(system.rss)} resident; live: ${heaps.join(', ')}`;
}

function markOf(records: number, { engines, system }: Samples, atMs: number): Mark {
  const own = process.cpuUsage();
  const children = Object.values(engines.children).reduce((sum, { cpuMicros }) => sum + cpuMicros, 0);
  return {
    atMs,
    records,
    systemMicros: system.cpuMicros,
    enginesMicros: engines.cpuMicros + children,
    ownMicros: own.user + own.system,
    machineMicros: busyMicros(),
  };
}
