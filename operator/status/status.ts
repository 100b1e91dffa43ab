/** How a system is doing: each mapping's state and lag, each processor's letters, and what of it wants somebody's attention. */
import type { FailingBatch } from '../../local/streams/failing-batches.ts';

export interface SystemStatus {
  readonly stage: string;
  /** ISO 8601. */
  readonly at: string;
  readonly mappings: readonly MappingHealth[];
  readonly queues: readonly QueueHealth[];
  /** What could not be found out, and why. */
  readonly unknown: readonly string[];
}

/** What is not known is absent. */
export interface MappingHealth {
  /** As `chooseMappings` gives it. */
  readonly title: string;
  readonly processor: string;
  readonly id: string;
  readonly table: string;
  readonly state: string;
  readonly lastResult?: string;
  /** Age of the oldest record that is not done with, as of the last batch on AWS (the function's IteratorAge). */
  readonly oldestAgeMs?: number;
  /** Records read and not done with; only the local run knows. */
  readonly waiting?: number;
  /** Records given to the function, retries included, over the last `overMs`. */
  readonly invoked?: { readonly records: number; readonly overMs: number };
  /** Over the same time: invocations that failed, and those that were refused for want of concurrency. */
  readonly errors?: number;
  readonly throttles?: number;
  /** Records that were lost: neither processed nor written to the failure bucket. */
  readonly dropped?: number;
  /** Only the local run knows. */
  readonly failing?: readonly FailingBatch[];
}

export interface QueueHealth {
  readonly processor: string;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Of messages that nobody holds. */
  readonly oldestAgeMs?: number;
}

/** Half an hour behind, as the first of the alarms on the lag. */
const BEHIND_MS = 30 * 60_000;

/** A batch that failed once may only have been cut. */
const KEEPS_FAILING = 3;

/**
 * One line for each thing that should not be so, most urgent first; empty if all is well.
 *
 * @param where how a command must name the system, e.g. `--stage prod`
 */
export function attention({ mappings, queues }: SystemStatus, where: string): string[] {
  const lines: string[] = [];
  for (const { title, dropped = 0 } of mappings) {
    if (dropped > 0) lines.push(`${title}: ${dropped} records were dropped; reconcile from the table`);
  }
  for (const { title, failing = [], processor } of mappings) {
    if (failing.some(({ attempts }) => attempts >= KEEPS_FAILING))
      lines.push(
        `${title}: a batch keeps failing; see streamkeeper why-stuck ${where} --processor ${processor}`,
      );
  }
  for (const { title, state } of mappings) {
    if (!/^(Disabl|Delet)/.test(state)) continue;
    lines.push(`${title}: is ${state}; streamkeeper resume ${where} --processor ${title} turns it on`);
  }
  for (const { title, oldestAgeMs = 0, processor } of mappings) {
    if (oldestAgeMs >= BEHIND_MS)
      lines.push(
        `${title}: is behind its stream; see streamkeeper why-stuck ${where} --processor ${processor}`,
      );
  }
  for (const { processor, visible, inFlight, delayed } of queues) {
    if (visible + inFlight + delayed > 0)
      lines.push(
        `${processor}: has dead letters; see streamkeeper dlq list ${where} --where processor=${processor}`,
      );
  }
  return lines;
}
