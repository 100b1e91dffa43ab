/** Takes every key of a table through the same step, several segments at once, in a way that can be killed and resumed at any page. */
import type { Checkpoint, Pass } from './checkpoint.ts';
import type { ScanPage } from './scan.ts';
import { add, newTally, type Tally } from './tally.ts';

export interface ThroughTablePorts {
  readonly scan: ScanPage;
  readonly checkpoint: Checkpoint;
  /** Of the table, worked on at once. An interrupted run is resumed with as many as it began with. */
  readonly segments: number;
  /** Goes on where an interrupted run of the same purpose stopped, if one did. */
  readonly resume: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (tally: Tally) => void;
}

export interface Passed {
  readonly tally: Tally;
  /** False when the signal ended it first. */
  readonly finished: boolean;
}

/** What becomes of keys, none of them twice. */
export type Step = (keys: readonly string[]) => Promise<Tally>;

/** @param purpose names the pass: an interrupted one of another purpose is not gone on with */
export async function throughTable(purpose: string, step: Step, ports: ThroughTablePorts): Promise<Passed> {
  const { scan, checkpoint, signal, onProgress } = ports;
  const pass = passOf(purpose, ports);
  const isFirst = firstTimes();
  const work = async (index: number) => {
    for (;;) {
      const position = pass.positions[index];
      if (position === 'done' || position === undefined || signal.aborted) return;
      const page = await scan({ index, of: pass.positions.length }, position ?? undefined, signal);
      const keys = page.keys.filter(isFirst);
      const tally = keys.length === 0 ? newTally() : await step(keys);
      // What an interruption cut short is done again when the run is resumed.
      if (signal.aborted) return;
      add(pass.tally, tally);
      pass.positions[index] = page.next ?? 'done';
      checkpoint.write(pass);
      onProgress(pass.tally);
    }
  };
  await Promise.all(pass.positions.map((_, index) => work(index))).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  const finished = pass.positions.every((position) => position === 'done');
  return { tally: pass.tally, finished };
}

function passOf(purpose: string, { checkpoint, resume, segments }: ThroughTablePorts): Pass {
  const kept = resume ? checkpoint.read() : undefined;
  if (kept?.purpose === purpose && isUsable(kept)) return kept;
  return { purpose, positions: Array.from({ length: segments }, () => null), tally: newTally() };
}

/** One that came to its end and left keys that failed has to be done again. */
function isUsable({ positions, tally }: Pass): boolean {
  return positions.some((position) => position !== 'done') || (tally.counts.failed ?? 0) === 0;
}

/** Some rows stand for the same key. Beyond this many keys a key may be worked on twice, which is harmless. */
const MOST_REMEMBERED = 100_000;

function firstTimes(): (key: string) => boolean {
  const seen = new Set<string>();
  return (key) => {
    if (seen.has(key)) return false;
    if (seen.size < MOST_REMEMBERED) seen.add(key);
    return true;
  };
}
