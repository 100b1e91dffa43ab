/** A delivery beside the mapping's: at least once, and what it leaves unsettled comes again, as from the mapping. */
import type { InvokeResult } from '../../local/event-source-mapping/index.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import { lowestReported } from './lowest-reported.ts';

interface Delivered {
  readonly dynamodb: { readonly SequenceNumber: string };
}

/** @param invoke one invocation of the function with these records */
export async function redeliver<R extends Delivered>(
  records: readonly R[],
  invoke: (pending: readonly R[]) => Promise<InvokeResult>,
  clock: Clock,
): Promise<void> {
  let pending = records;
  while (pending.length > 0) {
    pending = unsettled(pending, await invoke(pending));
    await sleep(clock, 200);
  }
}

/** What the mapping would deliver again: all of a batch that was not answered, else from what is reported on. */
export function unsettled<R extends Delivered>(records: readonly R[], result: InvokeResult): readonly R[] {
  if (result.kind !== 'returned') return records;
  const reported = lowestReported(result.payload);
  const from = records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === reported);
  return from < 0 ? [] : records.slice(from);
}
