/** How much of the machine's processors has been at work since it was started: what others take is not ours to be blamed for. */
import { readFileSync } from 'node:fs';

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const MICROS_PER_TICK = 10_000;

/** µs of processor time, all processors together; `undefined` where Linux does not tell (proc(5), "/proc/stat"). */
export function busyMicros(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = readFileSync(
    '/proc/stat',
    'utf8',
  )
    .slice(4)
    .trim()
    .split(/\s+/)
    .slice(0, 8)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * MICROS_PER_TICK;
}
