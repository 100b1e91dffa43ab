/**
 * Delivers one record in so many a second time, some seconds later, as Lambda may (developer guide, "with-ddb": at least once). It
 * comes behind newer changes of its item, the worst place for a duplicate.
 */
import type { RunningStream } from '../../../local/streams/start-streams.ts';
import type { Clock } from '../../../shared/time/clock.ts';

export interface Repeater {
  /** @param environment of the function that the records go to */
  take(environment: Readonly<Record<string, string>>, records: readonly Record<string, unknown>[]): void;
  start(streams: readonly RunningStream[]): void;
  /** Records of the table's stream that came again. */
  repeated(table: string): number;
  stop(): void;
}

/** Well below the 30 seconds from which on a record counts as old. */
const LATER_MS = 2_000;

/** @param every one in so many; 0 for none */
export function repeater(every: number, clock: Clock): Repeater {
  let taken = 0;
  let repeating = false;
  let held: { readonly service: string; readonly record: Record<string, unknown> }[] = [];
  const counts = new Map<string, number>();
  let cancel: () => void = () => {};
  return {
    take({ POWERTOOLS_SERVICE_NAME: service = '' }, records) {
      // What is appended here comes by here too.
      if (every === 0 || repeating) return;
      for (const record of records) if (++taken % every === 0) held.push({ service, record });
    },
    start(streams) {
      if (every === 0) return;
      const again = () => {
        const due = held;
        held = [];
        for (const { table, services, followed } of streams) {
          const records = due.filter(({ service }) => services[0] === service).map(({ record }) => record);
          const [shardId] = followed.checkpoints().flatMap((shards) => Object.keys(shards));
          if (records.length === 0 || shardId === undefined) continue;
          counts.set(table, (counts.get(table) ?? 0) + records.length);
          repeating = true;
          followed.append(shardId, records);
          repeating = false;
        }
        cancel = clock.after(LATER_MS, again);
      };
      cancel = clock.after(LATER_MS, again);
    },
    repeated: (table) => counts.get(table) ?? 0,
    stop: () => cancel(),
  };
}
