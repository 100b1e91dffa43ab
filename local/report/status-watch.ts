/** Keeps the numbers of a live view fresh: those that must be asked for are asked for once a second. */
import type { Clock } from '../../shared/time/clock.ts';
import type { RunningSystem } from '../running-system.ts';
import type { Status } from './live-view.ts';

export interface StatusWatch {
  readonly status: () => Status;
  stop(): void;
}

export interface StatusWatchOptions {
  readonly system: RunningSystem;
  /** `http://host:port`; absent without a search engine. */
  readonly searchUrl: string | undefined;
  readonly written: () => number;
  readonly clock: Clock;
}

const EVERY_MS = 1_000;

export function watchStatus({ system, searchUrl, written, clock }: StatusWatchOptions): StatusWatch {
  let documents = 0;
  let deadLetters = 0;
  let stopped = false;
  let cancel = clock.after(EVERY_MS, ask);

  return {
    status() {
      const counts = system.streams.map(({ followed }) => followed.counts());
      const backlogs = system.streams.map(({ followed }) => followed.backlog());
      const oldest = backlogs.flatMap(({ oldestCreatedAtMs }) => oldestCreatedAtMs ?? []);
      return {
        written: written(),
        settled: sum(counts, ({ settled }) => settled),
        waiting: sum(backlogs, ({ records }) => records),
        lagMs: oldest.length === 0 ? 0 : Math.max(0, clock.now() - Math.min(...oldest)),
        documents,
        deadLetters,
        failedInvocations: sum(counts, ({ failedInvocations }) => failedInvocations),
      };
    },
    stop() {
      stopped = true;
      cancel();
    },
  };

  /** A number that cannot be had now stays as it was: the view is no place to fail. */
  async function ask(): Promise<void> {
    const [count, letters] = await Promise.allSettled([countDocuments(), system.letters()]);
    if (count.status === 'fulfilled') documents = count.value;
    if (letters.status === 'fulfilled') deadLetters = letters.value;
    if (!stopped) cancel = clock.after(EVERY_MS, ask);
  }

  async function countDocuments(): Promise<number> {
    if (searchUrl === undefined || system.projection === undefined) return 0;
    const response = await fetch(`${searchUrl}/${system.projection.alias}/_count`);
    return ((await response.json()) as { count?: number }).count ?? documents;
  }
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
