/** Says every other second how far a run is, and looks whether what was done to it has been got over. */
import type { Clock } from '../../shared/time/clock.ts';
import type { RunningFaults } from './run-faults.ts';
import type { ChaosSystem, Status } from './system.ts';

export interface ProgressOptions {
  readonly system: ChaosSystem;
  readonly faults: RunningFaults;
  readonly written: () => Readonly<Record<string, number>>;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

const LOOK_MS = 250;
const SAY_MS = 2_000;

/** @returns what ends it */
export function sayProgress({ system, faults, written, clock, say }: ProgressOptions): () => void {
  const beganMs = clock.now();
  let saidMs = beganMs;
  let cancel = clock.after(LOOK_MS, look);
  return () => cancel();

  function look(): void {
    faults.look();
    const nowMs = clock.now();
    if (nowMs - saidMs >= SAY_MS) {
      saidMs = nowMs;
      const since = ((nowMs - beganMs) / 1_000).toFixed(1).padStart(6);
      say(`${since} s  ${progressLine(system.status(), written(), faults.now(), nowMs)}`);
    }
    cancel = clock.after(LOOK_MS, look);
  }
}

export function progressLine(
  status: Status,
  written: Readonly<Record<string, number>>,
  faults: readonly string[],
  nowMs: number,
): string {
  const streams = Object.values(status);
  const total = (of: (one: (typeof streams)[number]) => number) =>
    streams.reduce((all, one) => all + of(one), 0);
  const oldest = streams.flatMap(({ oldestCreatedAtMs }) => oldestCreatedAtMs ?? []);
  const lagMs = oldest.length === 0 ? 0 : Math.max(0, nowMs - Math.min(...oldest));
  const changes = Object.values(written).reduce((all, one) => all + one, 0);
  return [
    `written ${changes}`,
    `waiting ${total(({ waiting }) => waiting)}`,
    `lag ${(lagMs / 1_000).toFixed(1)} s`,
    `failed invocations ${total(({ failedInvocations }) => failedInvocations)}`,
    `given up ${total(({ givenUp }) => givenUp)}`,
    `now: ${faults.join(', ') || 'no fault'}`,
  ].join('  ');
}
