/** Waits for what another part of the system does in its own time. */
import { type Clock, sleep } from '../../shared/time/clock.ts';

/** Long enough for a function's first start on a busy machine. */
const PATIENCE_MS = 40_000;
const PAUSE_MS = 100;

/**
 * @param look what there is; undefined or false: not yet
 * @throws Error saying what did not come
 */
export async function seen<T>(
  clock: Clock,
  what: string,
  look: () => Promise<T | undefined | false>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const untilMs = clock.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (clock.now() > untilMs) throw new Error(`${what}: not seen within ${patienceMs / 1000} s`);
    await sleep(clock, PAUSE_MS);
  }
}
