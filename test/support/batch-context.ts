/** A batch's context on a virtual clock, far from its deadline unless told otherwise. */
import { VirtualClock } from '../../local/virtual-clock.ts';
import { startDeadline } from '../../shared/stream/deadline.ts';
import type { BatchContext } from '../../shared/stream/processor.ts';

export function batchContext(
  options: { clock?: VirtualClock; deadlineMs?: number; redriven?: boolean } = {},
): BatchContext & { clock: VirtualClock } {
  const clock = options.clock ?? new VirtualClock(1_700_000_000_000);
  const deadline = startDeadline(clock, options.deadlineMs ?? 50_000);
  return { clock, random: () => 0.5, deadline, redriven: options.redriven ?? false };
}
