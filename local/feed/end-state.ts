/** Fills tables with what a recorded stream leaves behind, for a replay whose records never were table writes. */
import type { DynamoDBRecord } from 'aws-lambda';
import { asWrite, tableOf } from '../../fixtures/as-writes.ts';
import { itemKeyText } from './item-key.ts';
import type { PossibleWrite } from './write-feed.ts';

const CONCURRENCY = 16;

/**
 * Reads the fixture twice, so that only keys are held: first for each item's last writable change, then to write it.
 *
 * @returns items written
 * @throws what a write throws; writes under way are awaited first
 */
export async function loadEndState(
  read: () => AsyncIterable<DynamoDBRecord>,
  write: (table: string, write: PossibleWrite) => Promise<void>,
  hasTable: (name: string) => boolean,
): Promise<number> {
  const last = new Map<string, number>();
  let position = 0;
  for await (const record of read()) {
    position++;
    const key = keyOf(record, hasTable);
    if (key !== undefined && asWrite(record).kind !== 'unwritable') last.set(key, position);
  }
  position = 0;
  let written = 0;
  const pending = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  for await (const record of read()) {
    if (failure !== undefined) break;
    position++;
    const key = keyOf(record, hasTable);
    if (key === undefined || last.get(key) !== position) continue;
    const change = asWrite(record);
    if (change.kind !== 'put') continue;
    // Caught at once: a rejection that nobody awaits while the next record is read would end the process.
    const task = write(tableOf(record) ?? '', change)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => pending.delete(task));
    pending.add(task);
    written++;
    if (pending.size >= CONCURRENCY) await Promise.race(pending);
  }
  await Promise.all(pending);
  if (failure !== undefined) throw failure.error;
  return written;
}

function keyOf(record: DynamoDBRecord, hasTable: (name: string) => boolean): string | undefined {
  const table = tableOf(record);
  return table !== undefined && hasTable(table) ? itemKeyText(table, record.dynamodb?.Keys) : undefined;
}
