/** What comes beside the mapping's deliveries: records once more, live or through the marked door, and reconciliations. */
import type { RedriveResponse } from '../../../shared/stream/redrive.ts';
import { deliveredAgain } from '../again.ts';
import { momentMs } from '../moment.ts';
import { redeliver } from '../redeliver.ts';
import type { Again, Reconcile } from './faults.ts';
import type { Write } from './history.ts';
import type { StreamRecord } from './products-table.ts';
import type { World } from './world.ts';

/** Only what is redriven can come from an earlier stream: the mapping reads one stream. */
export async function comeAgain(
  world: World,
  history: readonly Write[],
  { from, size, redriven, fromEarlierStream, slowMs, ...moment }: Again,
): Promise<void> {
  await world.wait(momentMs(moment, history));
  const records = deliveredAgain(world.table.records, { from, size }).filter(
    (record) => redriven || !world.withheld.includes(record),
  );
  if (records.length === 0) return;
  if (redriven)
    await redriveUntilSettled(world, fromEarlierStream ? records.map(countedHigher) : records, slowMs);
  else await redeliver(records, (Records) => world.ask({ Records }, slowMs), world.clock);
}

/** Once: what it cannot mend is for its operator to see. */
export async function reconcile(
  world: World,
  history: readonly Write[],
  { products: keys, ...moment }: Reconcile,
): Promise<void> {
  await world.wait(momentMs(moment, history));
  await world.ask({ projection: { id: 'law', action: 'reconcile', keys } });
}

export async function redriveUntilSettled(
  world: World,
  records: readonly unknown[],
  slowMs = 0,
): Promise<void> {
  for (;;) {
    const result = await world.ask({ Records: records, redrive: { id: 'law' } }, slowMs);
    const outcomes = result.kind === 'returned' ? (result.payload as RedriveResponse).outcomes : [];
    if (outcomes.length === records.length && outcomes.every(({ outcome }) => outcome !== 'transient'))
      return;
    await world.wait(1_000);
  }
}

/** The same record as an earlier stream would have numbered it. */
export function countedHigher(record: StreamRecord): StreamRecord {
  return {
    ...record,
    dynamodb: { ...record.dynamodb, SequenceNumber: `9${record.dynamodb.SequenceNumber.padStart(24, '0')}` },
  };
}
