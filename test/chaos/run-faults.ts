/** Carries out a schedule beside the load: each fault at its moment, those of one target one after the other; and measures them. */
import { lineOf } from '../../local/problem.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import { type Fault, nameOf } from './faults.ts';
import { inject, type World } from './inject.ts';
import type { FaultInterval } from './interruptions.ts';
import { type FollowedTable, hasRecovered, touchedTables } from './recovery.ts';
import type { FaultReport } from './report.ts';

export interface RunFaultsOptions {
  readonly schedule: readonly Fault[];
  readonly world: World;
  readonly tables: readonly FollowedTable[];
  readonly clock: Clock;
  /** Aborts when the run is interrupted. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface RunningFaults {
  /** What is there now. */
  now(): readonly string[];
  /** Resolves when the last one is over. */
  readonly over: Promise<void>;
  /** Looks whether streams have recovered; to be called now and then until all is drained. */
  look(): void;
  reports(): readonly FaultReport[];
  /** Faults that could not be carried out or taken back, and why. */
  readonly failures: readonly string[];
  /** When each really was there. */
  intervals(): readonly FaultInterval[];
}

interface Carried {
  readonly fault: Fault;
  readonly fromMs: number;
  toMs?: number;
  note: string;
  recoveredAtMs?: number;
}

export function runFaults(options: RunFaultsOptions): RunningFaults {
  const { schedule, world, tables, clock, signal, say } = options;
  const beganMs = clock.now();
  const carried: Carried[] = [];
  /** Of each target: its last one. */
  const last = new Map<string, Promise<void>>();
  const failures: string[] = [];
  const since = (ms: number) => `${((ms - beganMs) / 1_000).toFixed(1).padStart(6)} s`;

  async function carryOut(fault: Fault): Promise<void> {
    const name = nameOf(fault.target);
    await last.get(name);
    if (signal.aborted) return;
    const one: Carried = { fault, fromMs: clock.now(), note: '' };
    carried.push(one);
    say(`${since(one.fromMs)}  ${fault.action} ${name}`);
    try {
      one.note = await inject(fault, world, signal);
    } catch (error) {
      // Of the harness, and said so at the end: what comes of a fault that is half there proves nothing.
      one.note = `not carried out: ${lineOf(error)}`;
      failures.push(`${fault.action} ${name}: ${lineOf(error)}`);
    }
    one.toMs = clock.now();
    const note = one.note === '' ? '' : ` (${one.note})`;
    if (fault.forMs > 0) say(`${since(one.toMs)}  over: ${fault.action} ${name}${note}`);
  }

  async function all(): Promise<void> {
    const running: Promise<void>[] = [];
    for (const fault of schedule) {
      await sleep(clock, beganMs + fault.atMs - clock.now(), signal).catch(() => {});
      if (signal.aborted) break;
      const one = carryOut(fault);
      one.catch(() => {});
      last.set(nameOf(fault.target), one);
      running.push(one);
    }
    await Promise.all(running);
  }

  const over = all();
  over.catch(() => {});
  return {
    over,
    failures,
    now: () =>
      carried
        .filter(({ toMs }) => toMs === undefined)
        .map(({ fault }) => `${fault.action} ${nameOf(fault.target)}`),
    look() {
      const status = world.system.status();
      for (const one of carried) {
        if (one.toMs === undefined || one.recoveredAtMs !== undefined) continue;
        if (hasRecovered(status, touchedTables(one.fault, tables), one.toMs)) one.recoveredAtMs = clock.now();
      }
    },
    reports: () =>
      carried.map(({ fault, fromMs, toMs = clock.now(), recoveredAtMs, note }) => ({
        target: nameOf(fault.target),
        action: fault.action,
        atMs: fromMs - beganMs,
        tookMs: toMs - fromMs,
        recoveredMs: recoveredAtMs === undefined ? null : recoveredAtMs - toMs,
        note,
      })),
    intervals: () =>
      carried.map(({ fault: { target }, fromMs, toMs = clock.now() }) => ({ target, fromMs, toMs })),
  };
}
