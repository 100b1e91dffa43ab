/** Plans a redrive: asks each record's own function what carrying it out would come to, and looks at the item as it is now. */
import type { Verdict } from '../../shared/stream/verdict.ts';
import { type Door, type DoorRecord, MAX_REQUEST_BYTES, MAX_REQUEST_RECORDS } from './door.ts';
import type { Entry } from './entry.ts';
import type { ItemNow } from './item-now.ts';
import type { Spill } from './spill.ts';

export interface PlanPorts {
  readonly door: Door;
  readonly spill: Spill;
  readonly functionName: string;
  /** Ends the planning; what is not planned then is `unresolvable` for now. */
  readonly signal: AbortSignal;
  /** Requests at once. */
  readonly concurrency: number;
  readonly itemsNow: (table: string, records: readonly unknown[]) => Promise<readonly ItemNow[]>;
  /** Told of each record that is planned, while it is in memory. */
  readonly onPlanned: (entry: Entry, record: unknown, item: ItemNow | undefined) => void;
}

/** A record with its JSON, for as long as a request takes. */
export interface Loaded extends DoorRecord {
  readonly entry: Entry;
}

export async function planEntries(entries: readonly Entry[], ports: PlanPorts): Promise<void> {
  const requests = loadedRequests(entries, ports.spill);
  const worker = async () => {
    for (let next = await requests.next(); next.done !== true; next = await requests.next()) {
      if (ports.signal.aborted) return;
      await planRequest(next.value, ports);
    }
  };
  await Promise.all(Array.from({ length: ports.concurrency }, worker));
}

async function planRequest(loaded: readonly Loaded[], ports: PlanPorts): Promise<void> {
  const { door, functionName, onPlanned } = ports;
  const allowed = loaded.filter(({ entry }) => entry.refusal === undefined);
  const [verdicts, items] = await Promise.all([door.plan(functionName, allowed), itemsOf(loaded, ports)]);
  const verdictOf = new Map(allowed.map(({ entry }, index) => [entry, verdicts[index]]));
  loaded.forEach(({ entry, json }, index) => {
    entry.verdict = entry.refusal === undefined ? verdictOf.get(entry) : refused(entry.refusal);
    entry.present = items[index]?.present ?? 'unread';
    onPlanned(entry, JSON.parse(json), items[index]);
  });
}

function refused(failure: NonNullable<Entry['refusal']>): Verdict {
  return { kind: 'unresolvable', failure, passing: false };
}

async function itemsOf(
  loaded: readonly Loaded[],
  { itemsNow }: PlanPorts,
): Promise<readonly (ItemNow | undefined)[]> {
  const byTable = Map.groupBy(loaded, ({ entry }) => entry.table);
  const found = new Map<Entry, ItemNow>();
  for (const [table, group] of byTable) {
    if (table === '') continue;
    const items = await itemsNow(
      table,
      group.map(({ json }) => JSON.parse(json)),
    );
    group.forEach(({ entry }, index) => {
      const item = items[index];
      if (item !== undefined) found.set(entry, item);
    });
  }
  return loaded.map(({ entry }) => found.get(entry));
}

/** One request's records at a time, so that memory does not grow with their number. Safe to be asked by several at once. */
export async function* loadedRequests(
  entries: Iterable<Entry>,
  spill: Spill,
): AsyncGenerator<readonly Loaded[], void, void> {
  let batch: Loaded[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (
      batch.length >= MAX_REQUEST_RECORDS ||
      (batch.length > 0 && bytes + entry.bytes >= MAX_REQUEST_BYTES)
    ) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(await load(entry, spill));
    bytes += entry.bytes + 1;
  }
  if (batch.length > 0) yield batch;
}

export async function load(entry: Entry, spill: Spill): Promise<Loaded> {
  return { entry, ...entry.sent, json: await spill.read(entry.place) };
}
