/**
 * Writes a recorded stream into the tables as live traffic would: different items at once, the changes of one item strictly one
 * after the other, as fast as the engine takes them. The fixture streams through; a few hundred changes are held.
 */
import type { DynamoDBRecord } from 'aws-lambda';
import { asWrite, type TableWrite, tableOf } from '../../fixtures/as-writes.ts';
import { itemKeyText } from './item-key.ts';

export type PossibleWrite = Exclude<TableWrite, { kind: 'unwritable' }>;

export interface PendingWrite {
  readonly table: string;
  readonly itemKey: string;
  readonly write: PossibleWrite;
}

export interface WriteFeedOptions {
  readonly records: AsyncIterable<DynamoDBRecord>;
  /**
   * Writes different items of one table; resolves once all are accepted or refused.
   *
   * @returns those the table refuses for what they hold, with the reason
   */
  readonly writeAll: (writes: readonly PendingWrite[]) => Promise<ReadonlyMap<PendingWrite, string>>;
  /** Is there such a table? */
  readonly hasTable: (name: string) => boolean;
  /** Changes of the fixture written in an earlier run. */
  readonly skip?: number;
  readonly signal: AbortSignal;
  /** Called when a change and all before it in the fixture are through: the feed can go on from there. */
  readonly onProgress?: (changes: number) => void;
}

/** Items of one BatchWriteItem (DynamoDB API reference). */
export const LARGEST_BATCH = 25;

const BATCHES_AT_ONCE = 2;

/** Changes read ahead, to find different items for a batch among them. */
const READ_AHEAD = 300;

interface Queued extends PendingWrite {
  readonly done: () => void;
}

/**
 * @returns what was not written, by reason
 * @throws what reading the fixture or a write throws; writes under way are awaited first
 */
export async function feedWrites(options: WriteFeedOptions): Promise<ReadonlyMap<string, number>> {
  const { records, writeAll, hasTable, skip = 0, signal } = options;
  const refused = new Map<string, number>();
  const refuse = (reason: string) => refused.set(reason, (refused.get(reason) ?? 0) + 1);
  const progress = inOrderProgress(skip, options.onProgress ?? (() => {}));
  const queue: Queued[] = [];
  const busy = new Set<string>();
  const changed = signalOfChange();
  let isRead = false;
  let failure: { readonly error: unknown } | undefined;
  const isOver = () => failure !== undefined || signal.aborted;

  await Promise.all([read(), ...Array.from({ length: BATCHES_AT_ONCE }, writeBatches)]);
  if (failure !== undefined) throw failure.error;
  return refused;

  async function read(): Promise<void> {
    let changes = 0;
    try {
      for await (const record of records) {
        if (isOver()) break;
        changes++;
        if (changes <= skip) continue;
        const done = progress.begin();
        const table = tableOf(record) ?? '';
        const write = writeOf(record, table, hasTable);
        if (write.kind === 'unwritable') {
          refuse(write.reason);
          done();
          continue;
        }
        queue.push({ table, itemKey: itemKeyText(table, record.dynamodb?.Keys) ?? '', write, done });
        changed.tell();
        while (queue.length >= READ_AHEAD && !isOver()) await changed.next();
      }
    } catch (error) {
      failure ??= { error };
    }
    isRead = true;
    changed.tell();
  }

  async function writeBatches(): Promise<void> {
    while (!isOver() && !(isRead && queue.length === 0)) {
      const batch = takeBatch(queue, busy);
      if (batch.length === 0) {
        await changed.next();
        continue;
      }
      for (const { itemKey } of batch) busy.add(itemKey);
      try {
        for (const reason of (await writeAll(batch)).values()) refuse(reason);
        for (const { done } of batch) done();
      } catch (error) {
        failure ??= { error };
      }
      for (const { itemKey } of batch) busy.delete(itemKey);
      changed.tell();
    }
  }
}

/** The first writes that may go now: no two of an item, none of an item that is being written, all to one table. */
function takeBatch(queue: Queued[], busy: ReadonlySet<string>): Queued[] {
  const taken: Queued[] = [];
  const passedOver = new Set<string>();
  for (let index = 0; index < queue.length && taken.length < LARGEST_BATCH; ) {
    const candidate = queue[index];
    if (candidate === undefined) break;
    const { itemKey, table } = candidate;
    const mayGo = !busy.has(itemKey) && !passedOver.has(itemKey) && (taken[0]?.table ?? table) === table;
    // What comes later of the same item waits, whether this one goes or stays.
    passedOver.add(itemKey);
    if (mayGo) taken.push(...queue.splice(index, 1));
    else index++;
  }
  return taken;
}

function writeOf(record: DynamoDBRecord, table: string, hasTable: (name: string) => boolean): TableWrite {
  if (table === '') return { kind: 'unwritable', reason: 'its eventSourceARN names no table' };
  if (!hasTable(table)) return { kind: 'unwritable', reason: `the template has no table ${table}` };
  return asWrite(record);
}

/** Whoever waits for `next` goes on at the next `tell`. */
function signalOfChange() {
  let change = Promise.withResolvers<void>();
  return {
    next: () => change.promise,
    tell() {
      change.resolve();
      change = Promise.withResolvers<void>();
    },
  };
}

/** Reports how many changes from the start are through without a gap. */
function inOrderProgress(from: number, report: (changes: number) => void) {
  const done = new Set<number>();
  let begun = from;
  let upTo = from;
  return {
    begin(): () => void {
      const position = ++begun;
      return () => {
        done.add(position);
        while (done.delete(upTo + 1)) upTo++;
        report(upTo);
      };
    },
  };
}
