/** Resident memory and CPU time of the processes below this one, as Linux tells them (proc(5)); nothing where there is no /proc. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ChildUse {
  readonly rss: number;
  readonly cpuMicros: number;
}

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const MICROS_PER_TICK = 10_000;

/** By command and number, e.g. `dynoxide 1`; shells that only keep an engine are left out. */
export function childUse(): Record<string, ChildUse> {
  if (process.platform !== 'linux') return {};
  const found: Record<string, ChildUse> = {};
  const numbers = new Map<string, number>();
  for (const pid of descendants(String(process.pid))) {
    const use = useOf(pid);
    if (use === undefined || use.name === 'sh' || use.name === 'cat') continue;
    const number = (numbers.get(use.name) ?? 0) + 1;
    numbers.set(use.name, number);
    found[`${use.name} ${number}`] = { rss: use.rss, cpuMicros: use.cpuMicros };
  }
  return found;
}

function descendants(of: string): string[] {
  try {
    return readdirSync(`/proc/${of}/task`).flatMap((thread) =>
      readFileSync(`/proc/${of}/task/${thread}/children`, 'utf8')
        .trim()
        .split(' ')
        .filter(Boolean)
        .flatMap((pid) => [pid, ...descendants(pid)]),
    );
  } catch {
    // It ended between being listed and being read.
    return [];
  }
}

function useOf(pid: string): (ChildUse & { readonly name: string }) | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything: fields are counted behind it. utime and stime are the 14th and 15th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      name: /^Name:\s+(.*)$/m.exec(status)?.[1] ?? pid,
      rss: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024,
      cpuMicros: (Number(fields[11]) + Number(fields[12])) * MICROS_PER_TICK,
    };
  } catch {
    return undefined;
  }
}
