/** Waits until all that was written has come through: read from its stream, processed, acknowledged. */
import { drain } from '../../local/drain.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import type { ChaosSystem } from './system.ts';

/** Without any progress for so long, the rest is given up. */
const PATIENCE_MS = 150_000;
const LONGEST_MS = 900_000;
const LOOK_MS = 250;

/** @returns what was left: nothing if all is done */
export async function untilDrained(
  system: ChaosSystem,
  endMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly string[]> {
  let obstacles: readonly string[] = ['nothing was heard of the system'];
  const asking = new AbortController();
  const ask = async () => {
    while (!asking.signal.aborted) {
      obstacles = await system.obstacles(endMs);
      await sleep(clock, LOOK_MS);
    }
  };
  const asked = ask();
  const left = await drain({
    clock,
    signal: AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]),
    obstacles: () => obstacles,
    progress: () => Object.values(system.status()).reduce((sum, { settled }) => sum + settled, 0),
    patienceMs: PATIENCE_MS,
  });
  asking.abort();
  await asked;
  return left;
}

/** All that is in a table's stream now is processed. */
export async function tableSettled(
  system: ChaosSystem,
  table: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const sinceMs = clock.now();
  while (!signal.aborted) {
    const left = await system.obstacles(sinceMs);
    if (!left.some((line) => line.includes(table) || line.startsWith('the system'))) return;
    await sleep(clock, LOOK_MS, signal).catch(() => {});
  }
}
