/** How long the streams that a fault touched need after it, until nothing of the time before its end is left to do. */
import type { Fault } from './faults.ts';
import type { Status } from './system.ts';

export interface FollowedTable {
  readonly table: string;
  readonly services: readonly string[];
  /** The system whose tables' engine holds it. */
  readonly system: string;
}

/** Whose streams a fault can hold up. */
export function touchedTables({ target }: Fault, tables: readonly FollowedTable[]): readonly string[] {
  const of = (isTouched: (one: FollowedTable) => boolean) =>
    tables.filter(isTouched).map(({ table }) => table);
  const serves = (...names: readonly string[]) =>
    of(({ services }) => services.some((one) => names.includes(one)));
  switch (target.kind) {
    case 'function':
      return serves(target.name);
    case 'tables':
      return of(({ system }) => system === target.name);
    case 'search':
      return serves('products');
    case 'cache':
      return serves('analysis-results');
    case 'gateway':
      return serves('bids', 'conversations', 'bookings');
    case 'mappings':
    case 'queues':
    case 'buckets':
      return of(() => true);
  }
}

/** Streams tell when a record was written in whole seconds. */
const SECOND_MS = 1_000;

/** @param endedMs when the fault was over */
export function hasRecovered(status: Status, tables: readonly string[], endedMs: number): boolean {
  return tables.every((table) => {
    const stream = status[table];
    if (stream === undefined) return false;
    const { waiting, oldestCreatedAtMs, caughtUp } = stream;
    // What has just been started has read nothing yet.
    if (waiting === 0) return caughtUp;
    return (oldestCreatedAtMs ?? 0) >= Math.floor(endedMs / SECOND_MS) * SECOND_MS;
  });
}
